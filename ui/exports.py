"""What can be downloaded as a table: CSV that a spreadsheet opens safely; and how files are named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from core.data.label_cell import as_cell
from core.domain.report import Answer, Interval, Scores
from core.sharing.tables import as_csv, as_file
from ui import results
from ui.charts import outcomes
from ui.charts.outcomes import Outcome
from ui.subject import Subject


def answers_csv(subject: Subject) -> bytes:
    """Return every answer: file, what it is, what the model said, how sure it was, whether it is in doubt.

    Several classes stand in one field with bars between, and how sure it was of the likeliest one.
    """
    rows = (
        (a.path, *_told(a), f"{a.confidence:.4f}", "yes" if a.right else "no", a.doubt or "")
        for a in results.answers(subject.run_id, subject.split, test=subject.test)
    )
    return _csv(("file", "actual", "predicted", "confidence", "right", "doubt"), rows)


def answers_parquet(subject: Subject) -> bytes:
    """Return the model's probability of every class for every picture, as a Parquet file."""
    return results.predictions_parquet(subject.run_id, test=subject.test)


def classes_csv(scores: Scores) -> bytes:
    """Return the scores per class; an undefined figure is an empty field."""
    rows = [
        (
            s.name,
            *_with_range(s.precision, s.precision_interval),
            *_with_range(s.recall, s.recall_interval),
            *_with_range(s.f1, s.f1_interval),
            str(s.support),
            str(s.predicted),
        )
        for s in scores.per_class
    ]
    ranged = [(name, f"{name} from", f"{name} to") for name in ("precision", "recall", "f1")]
    header = ("class", *(name for three in ranged for name in three), "pictures", "predicted")
    if not scores.several:
        return _csv(header, rows)
    further = [(_figure(s.average_precision), str(s.right or 0)) for s in scores.per_class]
    wider = ((*row, *more) for row, more in zip(rows, further, strict=True))
    return _csv((*header, "average precision", "found"), wider)


def confusion_csv(scores: Scores, classes: Sequence[str]) -> bytes:
    """Return the confusion matrix: a row per actual class, a column per predicted one."""
    rows = ((name, *map(str, row)) for name, row in zip(classes, scores.confusion, strict=True))
    return _csv(("actual", *classes), rows)


def outcomes_csv(scores: Scores) -> bytes:
    """Return what came of each class, where pictures may show several: found, missed, and so on."""
    rows = ((s.name, *map(str, outcomes.counts(s, scores.pictures).values())) for s in scores.per_class)
    return _csv(("class", *(outcome.value.casefold() for outcome in Outcome)), rows)


def file_name(project_name: str, ending: str) -> str:
    """Return a file name that every system takes, made from a project's name."""
    plain = " ".join(re.sub(r"[^\w\- ]+", " ", project_name).split())[:60].strip()
    return f"{plain or 'pictures'}.{ending}"


def _told(answer: Answer) -> tuple[str, str]:
    """Return what a picture is, and what the model said."""
    if answer.several:
        return as_cell(answer.labels), as_cell(answer.named)
    return answer.label or "", answer.predicted


def _with_range(value: float | None, interval: Interval | None) -> tuple[str, str, str]:
    low, high = (interval.low, interval.high) if interval else (None, None)
    return _figure(value), _figure(low), _figure(high)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return as_file(as_csv(header, rows))


def files_of(
    subject: Subject, scores: Scores, classes: Sequence[str]
) -> tuple[tuple[str, str, Callable[[], bytes]], ...]:
    """Return what can be downloaded of a result: in words, the file's name, and what builds it."""
    matrix = (
        ("Outcomes", "outcomes.csv", partial(outcomes_csv, scores))
        if scores.several
        else ("Confusion matrix", "confusion.csv", partial(confusion_csv, scores, classes))
    )
    return (
        ("All answers", "answers.csv", partial(answers_csv, subject)),
        ("Probabilities", "predictions.parquet", partial(answers_parquet, subject)),
        ("Scores per class", "classes.csv", partial(classes_csv, scores)),
        matrix,
    )
