"""Mails that tell people what waits for them: at once for each batch, or once a day. None holds a value of a profile."""
