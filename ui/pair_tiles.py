"""Pictures with the answers of two runs, as the gallery shows them."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.comparison import Comparison, Twice
from core.domain.report import Answer
from ui.picture_grid import Tile
from ui.words import percent


def of_pairs(pairs: Iterable[Twice], comparison: Comparison) -> tuple[Tile, ...]:
    """Return the pictures: what each really is, and what was said before and after, how surely."""
    names = comparison.before.name, comparison.after.name
    return tuple(_tile(pair, *names) for pair in pairs)


def _tile(pair: Twice, before: str, after: str) -> Tile:
    really = ", ".join(pair.after.labels) if pair.after.several else pair.after.label
    return Tile(
        sha256=pair.after.sha256,
        path=pair.after.path,
        title=f"really {really}",
        note=f"was {_short(pair.before)}, now {_short(pair.after)}",
        details=(_told(before, pair.before), _told(after, pair.after), f"It is really {really}."),
    )


def _short(answer: Answer) -> str:
    return _named(answer) if answer.several else f"{answer.predicted} ({percent(answer.confidence)})"


def _told(name: str, answer: Answer) -> str:
    right = "right" if answer.right else "wrong"
    sure = percent(answer.confidence)
    if answer.several:
        return f"{name} named {_named(answer)}: {right}. It took {answer.predicted} to be there with {sure}."
    return f"{name} said {answer.predicted}, and was {sure} sure: {right}."


def _named(answer: Answer) -> str:
    return ", ".join(answer.named) or "nothing"
