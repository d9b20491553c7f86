"""People: registering, signing in, what is theirs."""
