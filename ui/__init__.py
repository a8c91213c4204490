"""What the pages share: frame, state, services, words, charts and components."""
