"""The scores of one class out of three counts; shared by every way of answering."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.report import ClassScore


def class_score(name: str, right: int, support: int, predicted: int) -> ClassScore:
    """Return one class's scores.

    Precision needs an answer of this class, recall and F1 a picture of it. A class with pictures that is
    never answered has no precision, and an F1 of 0: 2 right / (support + predicted).
    """
    return ClassScore(
        name=name,
        support=support,
        predicted=predicted,
        precision=right / predicted if predicted else None,
        recall=right / support if support else None,
        f1=2 * right / (support + predicted) if support else None,
    )


def mean_of(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that are defined; None where none is."""
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None
