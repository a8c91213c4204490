"""A trained model that answers other programs over HTTP."""
