"""One screen each: read the state, call services, draw components."""
