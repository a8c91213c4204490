"""Pretrained networks: which there are, where their weights lie, and how a new head is put on them."""
