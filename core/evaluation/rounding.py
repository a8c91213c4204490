"""Shares as people say them."""

from __future__ import annotations


def of_100(share: float) -> int:
    """Return a share in [0, 1] as so many of 100; neither none nor all unless it is so."""
    return min(max(round(100 * share), 1 if share > 0 else 0), 100 if share >= 1 else 99)
