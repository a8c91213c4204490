"""A second training of the last layer on known pictures: target under 2 seconds, evaluation included.

A workspace of its own gets the pictures, and one run pays for decoding and the frozen pass. Every further
run, each with another seed, is timed as a user waits for it: from the click until its result can be seen.

    python -m benchmarks.second_run [--runs 3] [--sample machine-parts | --data DIR] [--backbone NAME]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.run import Run, RunStatus
from core.jobs.studio import Studio
from core.settings import Settings

TARGET_SECONDS = 2.0
LOOK_SECONDS = 0.005


def main() -> None:
    """Import, train once, then again and again, and print how long that took."""
    parser = argparse.ArgumentParser(description="Seconds of a second head-only run.")
    parser.add_argument("--runs", type=int, default=3, help="runs after the first")
    parser.add_argument("--sample", default="machine-parts")
    parser.add_argument("--data", type=Path, help="a folder of class folders instead")
    parser.add_argument("--backbone", default="efficientnet_lite0")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        studio = Studio.open(Settings.from_environment({}, home=Path(home)))
        try:
            project_id = imported(studio, sample=options.sample, data=options.data)
            config = replace(
                studio.plan(Preset.QUICK, project_id, backbone=options.backbone), fine_tune_blocks=0
            )
            timed = [trained(studio, project_id, config, seed) for seed in range(1 + options.runs)]
            accuracies = [accuracy(studio, run) for _, run in timed]
        finally:
            studio.close()
    dataset = options.data.name if options.data else options.sample
    tell(dataset, timed, accuracies)


def imported(studio: Studio, *, sample: str, data: Path | None) -> str:
    """Return the id of a project with the pictures, after its import has ended."""
    if data is None:
        job = studio.import_sample(sample)
    else:
        job = studio.import_folder(studio.create_project(data.name).id, data.absolute())
    while (now := studio.job(job.id)) is not None and now.status.active:
        time.sleep(LOOK_SECONDS)
    if now is None or now.error or now.project_id is None:
        raise SystemExit(f"The import failed: {now.error if now else 'it is unknown'}")
    return now.project_id


def trained(studio: Studio, project_id: str, config: TrainConfig, seed: int) -> tuple[float, Run]:
    """Return the seconds from the click to the result, and the run."""
    begun = time.perf_counter()
    run = studio.start_run(project_id, replace(config, seed=seed), preset=None, token=uuid4().hex)
    while (now := studio.run(run.id)) is not None and now.status.active:
        time.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - begun
    if now is None or now.status is not RunStatus.DONE:
        raise SystemExit(f"The run failed: {now.error if now else 'it is unknown'}")
    return seconds, now


def accuracy(studio: Studio, run: Run) -> float:
    """Return the share of right answers on test pictures."""
    found = studio.report(run.id).test.accuracy
    return found.value if found else float("nan")


def tell(dataset: str, timed: list[tuple[float, Run]], accuracies: list[float]) -> None:
    """Print every run with its stages, and the result as JSON."""
    for number, ((seconds, run), right) in enumerate(zip(timed, accuracies, strict=True), start=1):
        stages = ", ".join(f"{took.stage} {took.seconds:.2f}" for took in run.stage_seconds)
        print(f"run {number}: {seconds:6.2f} s, test accuracy {right:.3f} ({stages})")
    later = [seconds for seconds, _ in timed[1:]]
    result = {
        "name": "second_run",
        "dataset": dataset,
        "first_seconds": round(timed[0][0], 3),
        "ours_seconds": round(statistics.median(later), 3),
        "slowest_seconds": round(max(later), 3),
        "target_seconds": TARGET_SECONDS,
        "met": max(later) < TARGET_SECONDS,
        "ours_accuracy": round(statistics.median(accuracies), 4),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
