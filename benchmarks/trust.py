"""Does a model know what it does not know? Promises, strangers and sureness, on pictures it never saw.

For each built-in set and seed (another split each, but for sets with test pictures of their own) one run of
the Quick preset. Then, on its test pictures: was the promise kept that the validation pictures bore out? How
many of its own kind, and how many pictures of the other sets and photographs, are told as unlike anything it
learnt from? How far is how sure it is from how often it is right, before and after?

    python -m benchmarks.trust [--sample digits] [--seeds 3] [--preset quick]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image
from sklearn.metrics import roc_auc_score

from core.domain.choices import Preset
from core.domain.dataset import Split
from core.domain.edit import Edit, EditKind, SplitSettings
from core.jobs.studio import Studio
from core.settings import Settings
from core.store.workspace import Workspace

SAMPLES = ("machine-parts", "digits", "traffic-lights")
WISHES = (0.02, 0.05, 0.1, 0.2)
PAUSE = 0.1  # seconds between two looks at a job
STRANGERS = 100  # pictures of each other set
PHOTOGRAPHS = (
    "cat",
    "coffee",
    "rocket",
    "chelsea",
    "brick",
    "grass",
    "coins",
    "clock",
    "page",
    "text",
    "moon",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise, and what came of it on the test pictures."""

    most_wrong: float
    promised: bool
    answered: float
    wrong: float | None

    @property
    def kept(self) -> bool:
        """Whether no more answers were wrong than wished."""
        return self.wrong is None or self.wrong <= self.most_wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one run knows of itself."""

    sample: str
    seed: int
    promises: tuple[Promise, ...]
    false_alarms: float  # share of its own test pictures told as unlike
    strangers_told: float
    strangers_area: float  # under the ROC curve of the distance, strangers against its own test pictures
    error_before: float
    error_after: float


def main() -> None:
    """Train, ask, and print."""
    options = _options()
    rows = [row for sample in options.sample for row in _of_sample(sample, options.preset, options.seeds)]
    promises = [one for row in rows for one in row.promises if one.promised]
    kept = sum(one.kept for one in promises)
    print(
        f"{kept} of {len(promises)} promises were kept on test pictures; each is made with 90 % confidence."
    )
    print(
        json.dumps(
            {"name": "trust", "promises": len(promises), "kept": kept, "rows": [_plain(r) for r in rows]}
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Does a model know what it does not know?")
    parser.add_argument("--sample", action="append", choices=SAMPLES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--preset", type=Preset, choices=list(Preset), default=Preset.QUICK)
    options = parser.parse_args()
    options.sample = options.sample or list(SAMPLES)
    return options


def _of_sample(sample: str, preset: Preset, seeds: int) -> Iterator[Row]:
    """Yield what one run per seed knows, in a workspace of their own."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment({}, home=Path(home))
        workspace = Workspace.open(settings)
        studio = Studio(settings, workspace)
        try:
            imported = {name: studio.import_sample(name) for name in SAMPLES}
            for job in imported.values():
                _wait(studio, job.id)
            others = [job.project_id for name, job in imported.items() if name != sample]
            strangers = [*_pictures(studio, workspace, others), *_photographs(Path(home))]
            project = imported[sample].project_id
            for seed in range(seeds):
                edit = Edit(kind=EditKind.SPLIT, split_settings=SplitSettings(seed=seed))
                studio.apply_edit(project, edit)
                run = studio.start_run(
                    project, studio.plan(preset, project, seed=seed), preset=preset, token=f"{sample}-{seed}"
                )
                _wait(studio, run.id)
                row = _row(studio, run.id, sample, seed, strangers)
                print(_told(row))
                yield row
        finally:
            studio.close()


def _row(studio: Studio, run_id: str, sample: str, seed: int, strangers: Sequence[tuple[str, Path]]) -> Row:
    report, plain = studio.report(run_id), studio.decision(run_id)
    own = studio.prospect(run_id, plain).test
    far = studio.answerer(run_id).seen(strangers).strangeness
    near = _test_distances(studio, run_id)
    calibration = report.test_calibration
    if far is None or calibration is None or plain.farthest is None:
        raise SystemExit("The run does not know what it learnt from.")
    return Row(
        sample=sample,
        seed=seed,
        promises=tuple(_promise(studio, run_id, wish) for wish in WISHES),
        false_alarms=own.unlike / own.pictures,
        strangers_told=float((far > plain.farthest).mean()),
        strangers_area=float(roc_auc_score([0] * len(near) + [1] * len(far), np.concatenate([near, far]))),
        error_before=calibration.before.error,
        error_after=calibration.after.error,
    )


def _promise(studio: Studio, run_id: str, wish: float) -> Promise:
    # without the look for strangers, so that only sureness decides
    decision = replace(studio.rule(run_id, most_wrong=wish), farthest=None)
    handled = studio.prospect(run_id, decision).test
    share = handled.wrong_share
    return Promise(
        most_wrong=wish,
        promised=decision.promised,
        answered=handled.answered / handled.pictures,
        wrong=share.value if share else None,
    )


def _test_distances(studio: Studio, run_id: str) -> np.ndarray:
    predictions = studio._predictions(run_id, "")
    test = np.array([split is Split.TEST for split in predictions.splits])
    return np.asarray(predictions.strangeness)[test]


def _pictures(studio: Studio, workspace: Workspace, projects: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for project in projects:
        dataset = studio.dataset(project)
        samples = dataset.samples if dataset else ()
        for place in np.linspace(0, len(samples) - 1, STRANGERS).astype(int).tolist():
            yield samples[place].path, workspace.paths.picture(samples[place].sha256)


def _photographs(home: Path) -> Iterator[tuple[str, Path]]:
    """Yield the photographs that come with scikit-image and need no download."""
    for name in PHOTOGRAPHS:
        try:
            pixels = getattr(skimage.data, name)()
        except (AttributeError, OSError, ValueError, ModuleNotFoundError, ConnectionError):
            continue  # not all come along
        file = home / f"{name}.png"
        Image.fromarray(np.asarray(pixels, dtype=np.uint8)).convert("RGB").save(file)
        yield name, file


def _wait(studio: Studio, job_id: str) -> None:
    while (job := studio.job(job_id)) is not None and job.status.active:
        time.sleep(PAUSE)
    if job is not None and job.error:
        raise SystemExit(job.error)


def _told(row: Row) -> str:
    promises = "; ".join(
        f"{one.most_wrong:.0%}: {'promised' if one.promised else 'aimed at'}, {one.answered:.0%} answered"
        + ("" if one.wrong is None else f", {one.wrong:.1%} wrong")
        for one in row.promises
    )
    return (
        f"{row.sample}, seed {row.seed}: {promises}. Unlike: {row.false_alarms:.1%} of its own, "
        f"{row.strangers_told:.1%} of strangers (area {row.strangers_area:.3f}). Calibration error "
        f"{row.error_before:.3f} -> {row.error_after:.3f}."
    )


def _plain(row: Row) -> dict[str, object]:
    return {
        "sample": row.sample,
        "seed": row.seed,
        "promises": [
            {"most_wrong": p.most_wrong, "promised": p.promised, "answered": p.answered, "wrong": p.wrong}
            for p in row.promises
        ],
        "false_alarms": round(row.false_alarms, 4),
        "strangers_told": round(row.strangers_told, 4),
        "strangers_area": round(row.strangers_area, 4),
        "error_before": round(row.error_before, 4),
        "error_after": round(row.error_after, 4),
    }


if __name__ == "__main__":
    main()
