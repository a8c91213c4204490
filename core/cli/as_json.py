"""What `--json` prints: plain names that a script can rely on."""

from __future__ import annotations

from typing import TypedDict

from core.domain.dataset import Split
from core.domain.report import Report, Scores
from core.domain.run import Run
from core.jobs.studio import Studio


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
        "per_class": [
            {
                "name": score.name,
                "support": score.support,
                "precision": score.precision,
                "recall": score.recall,
                "f1": score.f1,
            }
            for score in report.test.per_class
        ],
        "confusion": [list(row) for row in report.test.confusion],  # rows actual
    }


def _figures(scores: Scores) -> dict[str, float | None]:
    accuracy = scores.accuracy
    return {
        "accuracy": accuracy.value if accuracy else None,
        "accuracy_low": accuracy.low if accuracy else None,
        "accuracy_high": accuracy.high if accuracy else None,
        "macro_f1": scores.macro_f1,
    }
