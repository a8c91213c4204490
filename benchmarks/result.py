"""How every benchmark ends: a small table, and one JSON object as the last line."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence

from benchmarks.apart import Measured


def tell(*, name: str, peer: str, ours: Sequence[Measured], theirs: Sequence[Measured]) -> None:
    """Print medians over runs taken in turn; the ratio is the median of the ratios pair by pair."""
    ratio = statistics.median(other[0] / own[0] for own, other in zip(ours, theirs, strict=True))
    rows = {"Sightsmith": ours, peer: theirs}
    width = max(map(len, rows))
    print(f"{'':<{width}}  {'seconds (min, median, max)':>28}  accuracy (median)")
    for title, runs in rows.items():
        seconds = sorted(run[0] for run in runs)
        spread = f"{seconds[0]:.1f}, {statistics.median(seconds):.1f}, {seconds[-1]:.1f}"
        print(f"{title:<{width}}  {spread:>28}  {statistics.median(run[1] for run in runs):.3f}")
    print(f"Sightsmith is {ratio:.1f} times as fast.")
    result = {
        "name": name,
        "peer": peer,
        "ours_seconds": round(statistics.median(run[0] for run in ours), 3),
        "peer_seconds": round(statistics.median(run[0] for run in theirs), 3),
        "ratio": round(ratio, 2),
        "ours_accuracy": round(statistics.median(run[1] for run in ours), 4),
        "peer_accuracy": round(statistics.median(run[1] for run in theirs), 4),
    }
    print(json.dumps(result))
