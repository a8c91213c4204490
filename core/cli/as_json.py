"""What `--json` prints: plain names that a script can rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final, TypedDict

from core.domain.dataset import Dataset, IssueKind, Split
from core.domain.further_test import FurtherTest
from core.domain.project import Project
from core.domain.report import Interval, Report, Scores
from core.domain.run import Run
from core.domain.slices import Slice
from core.evaluation.decision_words import summary
from core.jobs.studio import Studio

OWN: Final = "own"  # the run's own test pictures


class RunLine(TypedDict):
    """One training run in a list; ``accuracy`` is on the test pictures, None without a result."""

    run_id: str
    name: str
    project: str
    status: str
    preset: str | None
    backbone: str
    created_at: str
    accuracy: float | None


class LeftOut(TypedDict):
    """A file of the upload that is not in the data set, and why."""

    file: str
    reason: str


def findings_of(project: Project, dataset: Dataset, *, imported: int) -> dict[str, object]:
    """Return what is in a project's pictures and what was noticed: the findings of the screen."""
    return {
        "project": project.name,
        "project_id": project.id,
        "version": dataset.version,
        "counts": {
            name: {split.value: counts[split] for split in Split} for name, counts in dataset.counts().items()
        },
        "imported": imported,
        "left_out": left_out(dataset),
        "issues": [
            {
                "kind": issue.kind.value,
                "severity": issue.severity.value,
                "message": issue.message,
                "hint": issue.hint,
                "paths": list(issue.paths),
            }
            for issue in dataset.issues
        ],
    }


def left_out(dataset: Dataset) -> list[LeftOut]:
    """Return every file that was noticed and is not in the data set, once, with the first reason."""
    known = {sample.path for sample in dataset.samples}
    found: dict[str, str] = {}
    for issue in dataset.issues:
        if issue.kind != IssueKind.SPLIT_FOLDERS:  # its paths are folders
            for path in issue.paths:
                if path not in known:
                    found.setdefault(path, issue.reason or issue.message)
    return [{"file": file, "reason": reason} for file, reason in found.items()]


def run_line(studio: Studio, run: Run) -> RunLine:
    """Return one run for a list."""
    project = studio.project(run.project_id)
    accuracy = studio.report(run.id).test.accuracy if run.status.has_result else None
    return {
        "run_id": run.id,
        "name": run.name,
        "project": project.name if project else "",
        "status": run.status.value,
        "preset": run.preset.value if run.preset else None,
        "backbone": run.config.backbone,
        "created_at": run.created_at.isoformat(),
        "accuracy": accuracy.value if accuracy else None,
    }


def evaluation_of(
    studio: Studio, run: Run, scores: Scores, test: FurtherTest | None, by_origin: Sequence[Slice] = ()
) -> dict[str, object]:
    """Return how good a run is on its own test pictures, or on those of a further test."""
    project = studio.project(run.project_id)
    accuracy = scores.accuracy
    return {
        "run": run.id,
        "project": project.name if project else "",
        "test": test.name if test else OWN,
        "pictures": scores.pictures,
        "correct": scores.correct,
        "accuracy": asdict(accuracy) if accuracy else None,
        "macro_f1": scores.macro_f1,
        "macro_f1_range": _range(scores.macro_f1_interval),
        "per_class": _per_class(scores),
        "confusion": [list(row) for row in scores.confusion],  # rows actual
        "roc_auc": [_area(curve.name, curve.auc, curve.interval) for curve in scores.roc],
        "average_precision": [
            _area(curve.name, curve.average_precision, curve.interval) for curve in scores.precision_recall
        ],
        "rule": summary(studio.decision(run.id)),
        "left_out": [{"file": file, "reason": reason} for file, reason in test.left_out] if test else [],
        "by_origin": [
            {
                "name": one.value,
                "pictures": one.pictures,
                "correct": one.correct,
                "accuracy": asdict(one.accuracy) if one.accuracy else None,
            }
            for one in by_origin
        ],
    }


def result_of(studio: Studio, run: Run, report: Report) -> dict[str, object]:
    """Return the whole result of a finished run."""
    dataset = studio.dataset_of_run(run)
    counts = {split.value: len(dataset.used(split)) if dataset else 0 for split in Split}
    return {
        "run_id": run.id,
        "status": run.status.value,
        "classes": list(report.classes),
        "counts": counts,
        "seconds": {took.stage.value: round(took.seconds, 3) for took in run.stage_seconds},
        "best_epoch": run.best_epoch,
        "val": _figures(report.validation),
        "test": _figures(report.test),
        "per_class": _per_class(report.test),
        "confusion": [list(row) for row in report.test.confusion],  # rows actual
    }


def _per_class(scores: Scores) -> list[dict[str, object]]:
    return [
        {
            "name": score.name,
            "support": score.support,
            "precision": score.precision,
            "recall": score.recall,
            "f1": score.f1,
            "f1_range": _range(score.f1_interval),
            **({"average_precision": score.average_precision} if scores.several else {}),
        }
        for score in scores.per_class
    ]


def _range(interval: Interval | None) -> list[float] | None:
    return [interval.low, interval.high] if interval else None


def _area(name: str, value: float | None, interval: Interval | None) -> dict[str, object]:
    return {"name": name, "value": value, "range": _range(interval)}


def _figures(scores: Scores) -> dict[str, float | None]:
    accuracy = scores.accuracy
    return {
        "accuracy": accuracy.value if accuracy else None,  # with several classes: all of them right
        "accuracy_low": accuracy.low if accuracy else None,
        "accuracy_high": accuracy.high if accuracy else None,
        "macro_f1": scores.macro_f1,
        **(
            {"micro_f1": scores.micro_f1, "mean_average_precision": scores.mean_average_precision}
            if scores.several
            else {}
        ),
    }
