"""What an explanation is worth, in a sentence."""

from __future__ import annotations

from core.domain.explanation import Explanation
from core.evaluation.rounding import of_100

_CLEAR = 0.1  # how much more the hottest place has to cost than others
_UNLIKELY = 0.1  # a class that is less likely has nothing to lose
_LEAST_TOLD = 0.005


def what_covering_tells(found: Explanation) -> str:
    """Return whether the model really looks where the picture is bright."""
    if found.drop_hottest is None or found.drop_random is None:
        return "Nothing in this picture speaks for this class, so there is no place to show."
    now, hottest, other = (
        of_100(found.probability - drop) for drop in (0.0, found.drop_hottest, found.drop_random)
    )
    if found.probability < _UNLIKELY:
        share = f"only {now} %" if found.probability >= _LEAST_TOLD else "less than 1 %"
        return f"It takes this class to be {share} likely; what little speaks for it is bright."
    return (
        f"Covering what it looked at (the hottest fifth) {_moves(now, hottest)}; "
        f"covering a random fifth {_moves_too(now, other, gently=hottest < other)}: "
        f"{_verdict(found.drop_hottest, found.drop_random)}."
    )


def _verdict(hottest: float, other: float) -> str:
    if hottest - other >= _CLEAR:
        return "it does look there"
    if hottest <= -_CLEAR:
        return "the bright places rather speak against this class"
    if max(hottest, other) < _CLEAR:
        return "one fifth does not decide it, other parts of the picture tell it the same"
    return "the bright places count no more than others, so do not read much into them"


def _moves(before: int, after: int) -> str:
    if before == after:
        return f"leaves how sure it is at {before} %"
    return f"{'lowers' if after < before else 'raises'} how sure it is from {before} to {after} %"


def _moves_too(before: int, after: int, *, gently: bool) -> str:
    if before == after:
        return f"leaves it at {before} %"
    return (
        f"{'only' if gently else 'lowers it'} to {after} %" if after < before else f"raises it to {after} %"
    )
