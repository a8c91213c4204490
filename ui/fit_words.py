"""Whether a run learns too much by heart or too little, in words, with what helps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.run import EpochRow, Run, RunStatus
from ui.words import percent

LEAST_EPOCHS = 5  # before that, nothing can be said
_GAP = 0.12  # between the shares of right answers on training and on validation pictures
_RISE = 1.15  # of the validation loss over its lowest
_RISING_EPOCHS = 3
_LITTLE = 0.75  # a share of right answers below which even the training pictures are hardly known
_STILL_FALLING = 0.03  # share by which the loss went down over the last epochs


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What the curves say, and what helps."""

    finding: str
    suggestion: str


def about_fit(run: Run) -> Advice | None:
    """Return what the curves of a run say; None while they say nothing in particular."""
    rows = [row for row in run.history if math.isfinite(row.train_loss) and math.isfinite(row.val_loss)]
    if len(rows) < LEAST_EPOCHS:
        return None
    return _by_heart(rows) or _too_little(rows, ended=run.status is RunStatus.DONE)


def _by_heart(rows: Sequence[EpochRow]) -> Advice | None:
    """Return the advice for overfitting: better and better on known pictures only."""
    best, last = min(rows, key=lambda row: row.val_loss), rows[-1]
    gap = best.train_accuracy - best.val_accuracy
    rises = (
        last.epoch - best.epoch >= _RISING_EPOCHS
        and last.val_loss > best.val_loss * _RISE
        and last.train_loss < best.train_loss
    )
    if gap <= _GAP and not rises:
        return None
    told = best if gap > _GAP else last
    shares = (
        f"right on {percent(told.train_accuracy)} of the training pictures, but on "
        f"{percent(told.val_accuracy)} of the validation pictures"
    )
    kept = f" The model kept is that of epoch {best.epoch}, before it got worse." if rises else ""
    return Advice(
        finding=f"It begins to learn the training pictures by heart (overfitting): {shares}.{kept}",
        suggestion="More pictures help most. Otherwise: stronger variations, fewer blocks to fine-tune, or "
        "more weight decay.",
    )


def _too_little(rows: Sequence[EpochRow], *, ended: bool) -> Advice | None:
    """Return the advice for underfitting: not even the training pictures are known, or it ended too early."""
    last = rows[-1]
    best = min(rows, key=lambda row: row.val_loss)
    before = rows[-_RISING_EPOCHS - 1]
    falling = best is last and before.val_loss - last.val_loss > _STILL_FALLING * before.val_loss
    if ended and falling:
        return Advice(
            finding="It was still getting better when it ended (underfitting): the loss on the validation "
            "pictures was lowest in the last epoch.",
            suggestion="Give it more epochs, or more patience.",
        )
    if falling or max(row.train_accuracy for row in rows) >= _LITTLE or best.val_accuracy >= _LITTLE:
        return None
    return Advice(
        finding=f"It hardly learns (underfitting): even of the training pictures, only "
        f"{percent(last.train_accuracy)} are answered right.",
        suggestion="Fine-tune more blocks, take larger pictures or a larger backbone; and look whether the "
        "pictures lie in the right classes.",
    )
