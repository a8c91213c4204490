"""Measurements, each beside the peer it names; run with ``python -m benchmarks.NAME``."""
