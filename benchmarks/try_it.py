"""One new picture, from its file to its answer: target under 300 ms on two processors, bundled backbone.

A workspace of its own gets a sample and one run of the last layer, unless ``--home`` names one that has a
run. Then test pictures are tried as the page does: each file is checked in a limited process, which is
started for it, and answered. Several at once share that process. The first answer also loads the network and
is told apart; so is what the page draws besides, once asked: heat, likely classes, similar pictures.

    python -m benchmarks.try_it [--pictures 20] [--sample machine-parts] [--threads 2] [--home FOLDER]
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.second_run import imported, trained
from core.data.archive import FoundFile
from core.domain.choices import Preset
from core.domain.dataset import Split
from core.jobs.studio import Studio
from core.settings import Settings

TARGET_SECONDS = 0.3


def main() -> None:
    """Try test pictures one by one and all at once, and print how long that took."""
    parser = argparse.ArgumentParser(description="Milliseconds from a new picture to its answer.")
    parser.add_argument("--pictures", type=int, default=20)
    parser.add_argument("--sample", default="machine-parts")
    parser.add_argument("--backbone", default="efficientnet_lite0")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as own:
        studio = Studio.open(Settings.from_environment({}, home=options.home or Path(own)))
        try:
            run_id = a_run(studio, options)
            hashes = [one.sha256 for one in studio.answers(run_id, Split.TEST)[: options.pictures]]
            tell(studio, run_id, hashes)
        finally:
            studio.close()


def a_run(studio: Studio, options: argparse.Namespace) -> str:
    """Return a run with a result: the last one of the workspace's first project, or a new one."""
    if options.home:
        return next(
            run.id for s in studio.summaries() for run in studio.runs(s.project.id) if run.status.has_result
        )
    project_id = imported(studio, sample=options.sample, data=None)
    plan = studio.plan(Preset.QUICK, project_id, backbone=options.backbone)
    return trained(studio, project_id, replace(plan, fine_tune_blocks=0), 0)[1].id


def tell(studio: Studio, run_id: str, hashes: Sequence[str]) -> None:
    """Print the figures as JSON."""
    first = timed(lambda: tried(studio, run_id, hashes[:1]))
    alone = [timed(lambda h=sha256: tried(studio, run_id, [h])) for sha256 in hashes]  # type: ignore[misc]
    together = timed(lambda: tried(studio, run_id, hashes))
    why = [timed(lambda h=sha256: explained(studio, run_id, h)) for sha256 in hashes]  # type: ignore[misc]
    result = {
        "name": "try it",
        "pictures": len(hashes),
        "first_seconds": round(first, 2),
        "ours_ms": round(1000 * statistics.median(alone), 1),
        "slowest_ms": round(1000 * max(alone), 1),
        "together_ms_each": round(1000 * together / len(hashes), 1),
        "why_ms": round(1000 * statistics.median(why), 1),
        "target_ms": 1000 * TARGET_SECONDS,
        "met": statistics.median(alone) < TARGET_SECONDS,
    }
    print(json.dumps(result))


def tried(studio: Studio, run_id: str, hashes: Sequence[str]) -> None:
    """Check and answer files as the page does, and forget them."""
    staging = studio.staging()
    files = []
    for sha256 in hashes:
        place = staging / sha256
        shutil.copyfile(studio._workspace.paths.picture(sha256), place)
        files.append(FoundFile(name=sha256, location=place))
    trial = studio.try_files(files, staging=staging)
    found = studio.tried(trial, run_id)
    if found is None or not all(one.answer for one in found):
        raise SystemExit("a picture was not answered")
    studio.forget_trial(trial)


def explained(studio: Studio, run_id: str, sha256: str) -> None:
    """Ask for all that is drawn of a picture below its answer."""
    for ask in (studio.explain, studio.likely, studio.similar):
        ask(run_id, sha256)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
