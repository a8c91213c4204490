"""Do more careful presets pay? Test accuracy and seconds of each preset on pictures of its own split.

Each preset runs with several seeds on each set, in a workspace of its own, from the import to the evaluation.
With fastai installed (the extra ``bench``), its ``fine_tune`` learns from the same pictures with the same
backbone for about as long as Balanced took. Printed are means with their standard error over the seeds.
Where a set is so easy that nothing is left to gain, ``--pictures`` learns from a few of its pictures and
tests on all others.

    python -m benchmarks.quality [--sample digits] [--seeds 3] [--size digits=64] [--pictures 100] [--peer]
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.data.samples import write_sample_set
from core.domain.choices import Preset
from core.domain.dataset import Dataset, Split
from core.jobs.studio import Studio
from core.models.weights import load_weights
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.paths import Paths

PAUSE = 0.2  # seconds between two looks at a job


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run: accuracy on the test pictures, and the seconds from Start to the report."""

    accuracy: float
    seconds: float


def main() -> None:
    """Measure and print."""
    options = _options()
    sizes = dict(pair.split("=") for pair in options.size)
    table = []
    for sample in options.sample:
        with tempfile.TemporaryDirectory() as home:
            studio = Studio.open(Settings.from_environment({}, home=Path(home)))
            project_id = _imported(studio, sample, options.pictures)
            found = studio.dataset(project_id)
            assert found is not None  # noqa: S101 - the sets come with the package
            size = int(sizes[sample]) if sample in sizes else None
            rows = _measured(studio, project_id, found, options, size)
            table += [{"sample": sample, **row} for row in rows]
            studio.close()
    print(json.dumps({"name": "quality", "seeds": options.seeds, "rows": table}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", action="append", default=[])
    parser.add_argument("--preset", action="append", default=[])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--pictures", type=int, help="learn from so many, validation included; test on the rest"
    )
    parser.add_argument("--size", action="append", default=[], help="set=pixels")
    parser.add_argument("--set", action="append", default=[], dest="changes", help="setting=value, as JSON")
    parser.add_argument("--peer", action="store_true", help="fastai beside it")
    options = parser.parse_args()
    options.sample = options.sample or ["traffic-lights", "digits", "machine-parts"]
    options.preset = [Preset(word) for word in options.preset] or list(Preset)
    return options


def _imported(studio: Studio, sample: str, most: int | None) -> str:
    """Import the set, or with ``most`` so many of its pictures to learn from and the rest to test on."""
    if most is None:
        job = studio.import_sample(sample)
        _wait(studio, job.id)
        return job.project_id
    project_id = studio.create_project(sample).id
    with tempfile.TemporaryDirectory() as name:
        files = write_sample_set(sample, Path(name) / "all")
        drawn = set(np.random.default_rng(0).permutation(len(files))[:most].tolist())
        for number, file in enumerate(files):
            split, shown = "train" if number in drawn else "test", Path(file.name)
            target = Path(name) / "divided" / split / shown.parent.name / f"{number}{shown.suffix}"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file.location, target)
        _wait(studio, studio.import_folder(project_id, Path(name) / "divided").id)
    return project_id


def _measured(
    studio: Studio, project_id: str, found: Dataset, options: argparse.Namespace, size: int | None
) -> Iterator[dict[str, object]]:
    """Yield a row per preset, and one for the peer."""
    balanced = 0.0
    for preset in options.preset:
        outcomes = [_run(studio, project_id, preset, seed, size, options) for seed in range(options.seeds)]
        if preset is Preset.BALANCED:
            balanced = statistics.median(one.seconds for one in outcomes)
        yield _row(preset.value, found, outcomes)
    if options.peer:
        outcomes = [
            _fastai(studio, found, seed=seed, seconds=balanced, size=size or 224)
            for seed in range(options.seeds)
        ]
        yield _row("fastai fine_tune", found, outcomes)


def _run(
    studio: Studio,
    project_id: str,
    preset: Preset,
    seed: int,
    size: int | None,
    options: argparse.Namespace,
) -> Outcome:
    config = studio.plan(preset, project_id, seed=seed)
    changes = {name: json.loads(value) for name, value in (pair.split("=") for pair in options.changes)}
    config = replace(config, **changes, **({"image_size": size} if size else {}))
    begun = time.perf_counter()
    run = studio.start_run(project_id, config, preset=preset, token=f"{preset}-{seed}")
    _wait(studio, run.id)
    seconds = time.perf_counter() - begun
    accuracy = studio.report(run.id).test.accuracy
    assert accuracy is not None  # noqa: S101 - every built-in set has test pictures
    return Outcome(accuracy=accuracy.value, seconds=seconds)


def _fastai(studio: Studio, found: Dataset, *, seed: int, seconds: float, size: int) -> Outcome:
    """Let fastai fine-tune the bundled backbone for as many epochs as take ``seconds``, two at least."""
    from benchmarks.fastai_learner import Pictures, answers, learner_for

    samples, paths = found.used(), Paths(studio.settings.home)
    splits = np.array([sample.split for sample in samples])
    shows = [sample.label for sample in samples]
    pictures = Pictures(
        files=[paths.picture(sample.sha256) for sample in samples],
        shows=shows,
        classes=found.classes,
        train=np.flatnonzero(splits == Split.TRAIN),
        validation=np.flatnonzero(splits == Split.VALIDATION),
        size=size,
        varied=True,
    )
    weights = load_weights(spec_of("efficientnet_lite0"), studio.settings.weights)
    trial = learner_for(pictures, weights, seed=seed)
    begun = time.perf_counter()
    with trial.no_bar(), trial.no_logging():
        trial.fit_one_cycle(1)
    epochs = round(seconds / (time.perf_counter() - begun))
    learner = learner_for(pictures, weights, seed=seed)
    begun = time.perf_counter()
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(max(1, epochs - 1))  # and one epoch for the head
    test = np.flatnonzero(splits == Split.TEST)
    truth = np.array([found.classes.index(shows[row]) for row in test])
    with learner.no_bar(), learner.no_logging():
        right = float((answers(learner, test) == truth).mean())
    return Outcome(accuracy=right, seconds=time.perf_counter() - begun)


def _wait(studio: Studio, job_id: str) -> None:
    while (job := studio.job(job_id)) is not None and job.status.active:
        time.sleep(PAUSE)


def _row(name: str, found: Dataset, outcomes: Sequence[Outcome]) -> dict[str, object]:
    accuracies = [one.accuracy for one in outcomes]
    error = statistics.stdev(accuracies) / len(accuracies) ** 0.5 if len(accuracies) > 1 else 0.0
    seconds = statistics.median(one.seconds for one in outcomes)
    pictures = len(found.used(Split.TEST))
    print(
        f"{name:<18} {statistics.mean(accuracies):.3f} +- {error:.3f} on {pictures} pictures, "
        f"{seconds:.0f} s  {[round(a, 3) for a in accuracies]}",
        flush=True,
    )
    return {
        "way": name,
        "accuracy": round(statistics.mean(accuracies), 4),
        "standard_error": round(error, 4),
        "seconds": round(seconds, 1),
        "test_pictures": pictures,
    }


if __name__ == "__main__":
    main()
