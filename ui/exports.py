"""What can be downloaded: tables as CSV that a spreadsheet opens safely, pictures as a zip."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.dataset import Split
from core.domain.report import Scores
from core.sharing.tables import as_csv
from ui import services


def answers_csv(run_id: str, split: Split) -> bytes:
    """Return every answer on a split: file, what it is, what the model said, how sure it was."""
    rows = (
        (a.path, a.label or "", a.predicted, f"{a.confidence:.4f}", "yes" if a.label == a.predicted else "no")
        for a in services.answers(run_id, split)
    )
    return _csv(("file", "actual", "predicted", "confidence", "right"), rows)


def classes_csv(scores: Scores) -> bytes:
    """Return the scores per class; an undefined figure is an empty field."""
    rows = (
        (s.name, _figure(s.precision), _figure(s.recall), _figure(s.f1), str(s.support), str(s.predicted))
        for s in scores.per_class
    )
    return _csv(("class", "precision", "recall", "f1", "pictures", "predicted"), rows)


def confusion_csv(scores: Scores, classes: Sequence[str]) -> bytes:
    """Return the confusion matrix: a row per actual class, a column per predicted one."""
    rows = ((name, *map(str, row)) for name, row in zip(classes, scores.confusion, strict=True))
    return _csv(("actual", *classes), rows)


def dataset_zip(project_id: str) -> bytes:
    """Return a project's pictures as a zip of class folders with a table of labels."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "pictures.zip"
        services.export_dataset(project_id, target)
        return target.read_bytes()


def file_name(project_name: str, ending: str) -> str:
    """Return a file name that every system takes, made from a project's name."""
    plain = re.sub(r"[^\w\- ]+", " ", project_name).strip()[:60].strip()
    return f"{plain or 'pictures'}.{ending}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return as_csv(header, rows).encode("utf-8-sig")  # with a mark, so that Excel reads it as UTF-8
