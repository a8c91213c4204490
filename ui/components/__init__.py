"""Parts of screens. Each is ``show(...) -> value`` with its own keys; none knows another."""
