"""Fine-tuning: features once, a new head on them, then the last blocks of the backbone."""
