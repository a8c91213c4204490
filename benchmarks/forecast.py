"""Does the forecast hold? How often a real run's test score falls into the range told before: aim 9 of 10.

Each seed is another split of the same pictures, but for those that come with test pictures of their own.
The forecast sees the training and validation pictures only; the run is a whole one, as a user starts it.
Features are those of the doctor, which are the run's own where the preset keeps its size of pictures.

    python -m benchmarks.forecast [--sample digits] [--seeds 5] [--preset quick]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.targets import multi_hot
from core.domain.choices import Balance, Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Split
from core.domain.edit import Edit, EditKind, SplitSettings
from core.domain.forecast import Evidence, ScoreRange
from core.domain.run import RunStatus
from core.evaluation.forecast_words import expectation, expected_confusions, more_pictures, outcome
from core.jobs.looking import stored_look
from core.jobs.studio import Studio
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.forecast import forecast
from core.training.material import picture_weights

PAUSE = 0.1  # seconds between two looks at a job
AIM = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One forecast and what came of it."""

    sample: str
    seed: int
    expected: ScoreRange
    score: float
    pictures: int  # in the test
    seconds: float  # the forecast took

    @property
    def inside(self) -> bool:
        """Whether the score fell into the range."""
        return self.expected.low <= self.score <= self.expected.high


def main() -> None:
    """Tell, train, compare, and print."""
    options = _options()
    told = [one for sample in options.sample for one in _of_sample(sample, options.preset, options.seeds)]
    inside = sum(one.inside for one in told)
    print(f"{inside} of {len(told)} scores fell inside the range; the aim is {AIM:.0%}.")
    result = {
        "name": "forecast",
        "preset": options.preset.value,
        "inside": inside,
        "runs": len(told),
        "aim": AIM,
        "slowest_seconds": round(max(one.seconds for one in told), 1),
        "rows": [
            {
                "sample": one.sample,
                "seed": one.seed,
                "low": round(one.expected.low, 4),
                "high": round(one.expected.high, 4),
                "score": round(one.score, 4),
                "test_pictures": one.pictures,
                "inside": one.inside,
            }
            for one in told
        ],
    }
    print(json.dumps(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How often a score falls into its forecast.")
    parser.add_argument("--sample", action="append", default=[])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--preset", type=Preset, choices=list(Preset), default=Preset.QUICK)
    options = parser.parse_args()
    options.sample = options.sample or ["traffic-lights", "digits", "machine-parts"]
    return options


def _of_sample(sample: str, preset: Preset, seeds: int) -> Iterator[Told]:
    """Yield a forecast and its run per seed, in a workspace of their own."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment({}, home=Path(home))
        workspace = Workspace.open(settings)
        studio = Studio(settings, workspace)
        try:
            job = studio.import_sample(sample)
            _wait(studio, job.id)
            for seed in range(seeds):
                edit = Edit(kind=EditKind.SPLIT, split_settings=SplitSettings(seed=seed))
                found = studio.apply_edit(job.project_id, edit)
                config = studio.plan(preset, job.project_id, seed=seed)
                yield _told(studio, workspace, found, config, Case(sample=sample, preset=preset, seed=seed))
        finally:
            studio.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one comparison is about."""

    sample: str
    preset: Preset
    seed: int


def _told(studio: Studio, workspace: Workspace, found: Dataset, config: TrainConfig, case: Case) -> Told:
    """Return the forecast beside the score of the run that follows it."""
    evidence, test_pictures = _evidence(workspace, found, config), len(found.used(Split.TEST))
    begun = time.perf_counter()
    told = forecast(evidence, test_pictures=test_pictures, seed=case.seed)
    seconds = time.perf_counter() - begun
    expected = told.range_of(case.preset)
    assert expected is not None  # noqa: S101 - every built-in set has test pictures
    run = studio.start_run(found.project_id, config, preset=case.preset, token=f"{case.sample}-{case.seed}")
    _wait(studio, run.id)
    ended = studio.run(run.id)
    if ended is None or ended.status is not RunStatus.DONE:
        raise SystemExit(f"The run failed: {ended.error if ended else 'it is unknown'}")
    accuracy = studio.report(run.id).test.accuracy
    assert accuracy is not None  # noqa: S101 - every built-in set has test pictures
    said = (expectation(told, case.preset), *expected_confusions(told), *more_pictures(told))
    print(f"{case.sample}, seed {case.seed}, {seconds:.1f} s: {' '.join(said)}")
    print(f"  {outcome(expected, accuracy.value)}", flush=True)
    return Told(
        sample=case.sample,
        seed=case.seed,
        expected=expected,
        score=accuracy.value,
        pictures=test_pictures,
        seconds=seconds,
    )


def _evidence(workspace: Workspace, found: Dataset, config: TrainConfig) -> Evidence:
    """Return the pictures that are not kept for the test."""
    samples = [sample for sample in found.used() if sample.split is not Split.TEST]
    features = stored_look(workspace, [sample.sha256 for sample in samples])
    if features is None:
        raise SystemExit("The pictures have not been looked at: the backbone cannot be used.")
    targets = multi_hot(samples, found.classes)
    names = [sample.group or sample.sha256 for sample in samples]
    return Evidence(
        features=np.asarray(features, dtype=np.float32),
        targets=targets,
        groups=np.unique(names, return_inverse=True)[1].astype(np.int64),
        classes=found.classes,
        several=found.several,
        weights=None if config.balance is Balance.NONE else picture_weights(targets),
    )


def _wait(studio: Studio, job_id: str) -> None:
    while (job := studio.job(job_id)) is not None and job.status.active:
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
