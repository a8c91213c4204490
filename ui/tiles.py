"""Pictures and answers as the gallery shows them."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.dataset import Sample
from core.domain.report import Answer
from ui.components.gallery import Tile
from ui.sentences import SPLITS
from ui.words import count, percent


def of_samples(samples: Iterable[Sample]) -> tuple[Tile, ...]:
    """Return pictures of a data set: class, and what each is used for."""
    return tuple(
        Tile(
            sha256=sample.sha256,
            path=sample.path,
            title=sample.label,
            note=SPLITS[sample.split],
            details=(
                f"Used for: {SPLITS[sample.split]}",
                f"{sample.width} by {count(sample.height, 'pixel')}",
            ),
        )
        for sample in samples
    )


def of_answers(answers: Iterable[Answer]) -> tuple[Tile, ...]:
    """Return answered pictures: what the model said, what it really is, how sure the model was."""
    return tuple(_answered(answer) for answer in answers)


def _answered(answer: Answer) -> Tile:
    sure = percent(answer.confidence)
    right = answer.label == answer.predicted
    really = "" if answer.label is None else f"really {answer.label}"
    return Tile(
        sha256=answer.sha256,
        path=answer.path,
        title=f"{'✓' if right else '✗'} {answer.predicted}",
        note=f"{sure} sure" if right else f"{really}, {sure} sure",
        details=(
            f"The model said {answer.predicted}, and was {sure} sure.",
            "That is right." if right else f"It is really {answer.label}.",
        ),
    )
