"""Records in, figures out; nothing here is drawn."""
