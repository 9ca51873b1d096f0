"""Who somebody is: people, their sign-ins, tokens, and the principal every verb is called with."""
