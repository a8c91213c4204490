"""Background work and everything a screen or the command line can ask for; store and science meet here."""
