"""The HTTP door: translates requests into verbs and answers into JSON. It decides nothing."""
