"""What a rate range test found: how the loss went while the learning rate rose, and the rate to take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePoint:
    """The smoothed loss per picture when the head learnt at ``rate``."""

    rate: float
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRange:
    """The curve, from the lowest rate up, and what follows from it.

    Rates are those of the head; with a layer decay, lower blocks learn at a share of them.
    """

    points: tuple[RatePoint, ...]
    suggestion: (
        float | None
    )  # of one digit, within the setting's bounds; None where no rate made the loss fall
    steepest: float | None  # where the loss fell fastest; None where the suggestion is
    breaks_above: float | None  # highest rate at which the loss was still about its lowest; None: all were
    stopped_at: float | None  # rate at which the test gave up: the loss had exploded; None where it went on
