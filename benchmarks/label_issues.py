"""Are wrong labels found? Precision and recall at the cut, beside cleanlab on the very same probabilities.

Digits have 5 % of their labels flipped to another class, by a seed; the drawn machine parts come with six
documented wrong labels, and are asked about twice: with the heads alone, and with a trained run, whose
cross-check answers for all pictures. cleanlab is no part of Sightsmith: put it into a folder of its own with
pip install --target FOLDER --no-deps cleanlab==2.9.0 termcolor, and name that folder.

    PYTHONPATH=FOLDER python -m benchmarks.label_issues [--seeds 3] [--train]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data.machine_parts import WRONG_LABELS
from core.data.targets import multi_hot
from core.domain.choices import Preset
from core.domain.dataset import Dataset
from core.domain.forecast import Evidence
from core.domain.review import LIKELY_WRONG, LabelCheck
from core.evaluation.label_issues import ask, doubts
from core.jobs.looking import stored_look
from core.jobs.studio import Studio
from core.settings import Settings
from core.store.workspace import Workspace

FLIPPED = 0.05  # share of the labels of digits
PAUSE = 0.1  # seconds between two looks at a job

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How one way of looking did on one set of pictures."""

    case: str
    way: str
    pictures: int
    wrong: int  # labels
    told: int
    hits: int
    seconds: float

    @property
    def precision(self) -> float | None:
        """Share of those told that are wrong."""
        return self.hits / self.told if self.told else None

    @property
    def recall(self) -> float:
        """Share of the wrong ones that are told."""
        return self.hits / self.wrong


def main() -> None:
    """Look, compare, and print."""
    options = _options()
    found = []
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment({}, home=Path(home))
        workspace = Workspace.open(settings)
        studio = Studio(settings, workspace)
        try:
            for one in _all(studio, workspace, seeds=options.seeds, train=options.train):
                print(_line(one), flush=True)
                found.append(one)
        finally:
            studio.close()
    print(json.dumps({"name": "label issues", "rows": [_row(one) for one in found]}))


def _all(studio: Studio, workspace: Workspace, *, seeds: int, train: bool) -> Iterator[Found]:
    digits = _imported(studio, "digits")
    for seed in range(seeds):
        yield from _ways(f"digits, seed {seed}", *_flipped(_evidence(workspace, digits), seed))
    parts = _imported(studio, "machine-parts")
    wrong = np.array([sample.path in WRONG_LABELS for sample in parts.used()])
    yield from _ways("machine parts", _evidence(workspace, parts), wrong)
    if train:
        yield _with_a_run(studio, parts)


def _ways(case: str, evidence: Evidence, wrong: Flags) -> Iterator[Found]:
    """Yield how we and cleanlab do with the same probabilities."""
    begun = time.perf_counter()
    asked = ask(evidence)
    assert asked is not None  # noqa: S101 - all sets have enough of every class
    spent = time.perf_counter() - begun
    targets, judged = evidence.targets > 0, asked.judged
    told = np.zeros(len(wrong), dtype=bool)
    begun = time.perf_counter()
    told[judged] = doubts(asked.probabilities[judged], targets[judged]).wrong >= LIKELY_WRONG
    yield _found(case, "Sightsmith", told, wrong, spent + time.perf_counter() - begun)
    if find_spec("cleanlab") is None:
        print("cleanlab is not here: nothing to compare with.")
        return
    from cleanlab.filter import find_label_issues  # type: ignore[import-not-found]

    shares = asked.probabilities.astype(np.float64)
    shares /= shares.sum(axis=1, keepdims=True)
    for way in ("prune_by_noise_rate", "prune_by_class", "both", "confident_learning"):
        begun = time.perf_counter()
        told = np.asarray(find_label_issues(targets.argmax(axis=1), shares, filter_by=way, n_jobs=1))
        name = f"cleanlab, {way}" + (" (its default)" if way == "prune_by_noise_rate" else "")
        yield _found(case, name, told, wrong, spent + time.perf_counter() - begun)


def _with_a_run(studio: Studio, parts: Dataset) -> Found:
    """Return how the whole job does after a training with the balanced preset, and its cross-check."""
    config = studio.plan(Preset.BALANCED, parts.project_id)
    run = studio.start_run(parts.project_id, config, preset=Preset.BALANCED, token="parts")  # noqa: S106
    _wait(studio, run.id)
    _wait(studio, studio.cross_check(run.id).id)
    begun = time.perf_counter()
    _wait(studio, studio.check_labels(run.id).id)
    seconds = time.perf_counter() - begun
    check = studio.label_check(run.id)
    if check is None:
        raise SystemExit("The check of the labels failed.")
    _tell_places(check)
    told = {issue.path for issue in check.likely}
    names = [sample.path for sample in parts.used()]
    return _found(
        "machine parts, with a run",
        "Sightsmith",
        np.array([name in told for name in names]),
        np.array([name in WRONG_LABELS for name in names]),
        seconds,
    )


def _tell_places(check: LabelCheck) -> None:
    """Print where the wrong labels stand in the list that is shown, also below the cut."""
    places = {issue.path: place for place, issue in enumerate(check.issues, start=1)}
    for name, really in WRONG_LABELS.items():
        print(f"  {name}, really {really}: place {places.get(name, 'beyond the list')} of {check.pictures}")


def _flipped(evidence: Evidence, seed: int) -> tuple[Evidence, Flags]:
    """Return the pictures with some labels flipped, and which."""
    random = np.random.default_rng(seed)
    pictures, classes = evidence.targets.shape
    rows = random.choice(pictures, round(FLIPPED * pictures), replace=False)
    labels = evidence.targets.argmax(axis=1)
    labels[rows] = (labels[rows] + random.integers(1, classes, len(rows))) % classes
    wrong = np.zeros(pictures, dtype=bool)
    wrong[rows] = True
    targets = np.eye(classes, dtype=np.float32)[labels]
    return Evidence(
        features=evidence.features, targets=targets, groups=evidence.groups, classes=evidence.classes
    ), wrong


def _evidence(workspace: Workspace, dataset: Dataset) -> Evidence:
    samples = dataset.used()
    features = stored_look(workspace, [sample.sha256 for sample in samples])
    if features is None:
        raise SystemExit("The pictures have not been looked at: the backbone cannot be used.")
    names = [sample.group or sample.sha256 for sample in samples]
    return Evidence(
        features=np.asarray(features, dtype=np.float32),
        targets=multi_hot(samples, dataset.classes),
        groups=np.unique(names, return_inverse=True)[1].astype(np.int64),
        classes=dataset.classes,
    )


def _imported(studio: Studio, sample: str) -> Dataset:
    job = studio.import_sample(sample)
    _wait(studio, job.id)
    dataset = studio.dataset(job.project_id)
    if dataset is None:
        raise SystemExit(f"{sample} could not be imported.")
    return dataset


def _wait(studio: Studio, job_id: str) -> None:
    while (job := studio.job(job_id)) is not None and job.status.active:
        time.sleep(PAUSE)


def _found(case: str, way: str, told: Flags, wrong: Flags, seconds: float) -> Found:
    return Found(
        case=case,
        way=way,
        pictures=len(wrong),
        wrong=int(wrong.sum()),
        told=int(told.sum()),
        hits=int((told & wrong).sum()),
        seconds=seconds,
    )


def _line(one: Found) -> str:
    precision = "none told" if one.precision is None else f"precision {one.precision:.2f}"
    return (
        f"{one.case:<26} {one.way:<44} {precision}, recall {one.recall:.2f}"
        f" ({one.hits} of {one.wrong} wrong labels among {one.told} told, {one.seconds:.1f} s)"
    )


def _row(one: Found) -> dict[str, object]:
    return {
        "case": one.case,
        "way": one.way,
        "pictures": one.pictures,
        "wrong": one.wrong,
        "told": one.told,
        "precision": None if one.precision is None else round(one.precision, 3),
        "recall": round(one.recall, 3),
        "seconds": round(one.seconds, 2),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How many wrong labels are found.")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--train", action="store_true", help="also with a trained run: takes minutes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
