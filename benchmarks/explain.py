"""One explained picture: target under a second on two processors, with the bundled backbone.

A workspace of its own gets a sample and one run of the last layer. Then test pictures are explained as a
screen asks for it: heat and both coverings, likely classes and similar pictures, each a call of its own. The
first call also loads the network and is told apart.

    python -m benchmarks.explain [--pictures 30] [--sample machine-parts] [--threads 2]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.second_run import imported, trained
from core.domain.choices import Preset
from core.domain.dataset import Split
from core.domain.explanation import Explanation
from core.jobs.studio import Studio
from core.settings import Settings

TARGET_SECONDS = 1.0


def main() -> None:
    """Import, train once, explain, and print how long that took and what covering showed."""
    parser = argparse.ArgumentParser(description="Milliseconds of an explained picture.")
    parser.add_argument("--pictures", type=int, default=30)
    parser.add_argument("--sample", default="machine-parts")
    parser.add_argument("--backbone", default="efficientnet_lite0")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as home:
        studio = Studio.open(Settings.from_environment({}, home=Path(home)))
        try:
            project_id = imported(studio, sample=options.sample, data=None)
            plan = studio.plan(Preset.QUICK, project_id, backbone=options.backbone)
            _, run = trained(studio, project_id, replace(plan, fine_tune_blocks=0), 0)
            answers = studio.answers(run.id, Split.TEST)[: options.pictures]
            hashes = [answer.sha256 for answer in answers]
            first = timed(lambda: studio.likely(run.id, hashes[0]))
            found = [studio.explain(run.id, sha256) for sha256 in hashes]
            likely = [timed(lambda h=sha256: studio.likely(run.id, h)) for sha256 in hashes]  # type: ignore[misc]
            alike = [timed(lambda h=sha256: studio.similar(run.id, h)) for sha256 in hashes]  # type: ignore[misc]
        finally:
            studio.close()
    tell(found, first=first, likely=likely, alike=alike)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def tell(found: list[Explanation], *, first: float, likely: list[float], alike: list[float]) -> None:
    """Print the figures as JSON."""
    seconds = [one.seconds for one in found]
    drops = [
        (one.drop_hottest, one.drop_random)
        for one in found
        if one.drop_hottest is not None and one.drop_random is not None
    ]
    result = {
        "name": "explain",
        "pictures": len(found),
        "first_seconds": round(first, 2),
        "ours_ms": round(1000 * statistics.median(seconds), 1),
        "slowest_ms": round(1000 * max(seconds), 1),
        "likely_ms": round(1000 * statistics.median(likely), 1),
        "similar_ms": round(1000 * statistics.median(alike), 1),
        "target_ms": 1000 * TARGET_SECONDS,
        "met": statistics.median(seconds) < TARGET_SECONDS,
        "drop_hottest": round(statistics.mean(hottest for hottest, _ in drops), 3),
        "drop_random": round(statistics.mean(other for _, other in drops), 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
