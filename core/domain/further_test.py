"""A finished training run, judged once more: on other pictures than its own, or on all its own in turn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.domain.slices import Origin

LEARNT_FROM: Final = "The run learnt from it: it says nothing about new pictures."
NEARLY_LEARNT: Final = (
    "It is nearly the same as a picture that the run learnt from, saved again or shot a moment apart: "
    "it says nothing about new pictures."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherTest:
    """One such test: on which pictures, and which files were left out of it and why."""

    id: str
    run_id: str
    name: str  # of the zip or folder, as the user knows it
    created_at: datetime  # UTC
    pictures: int  # judged
    left_out: tuple[tuple[str, str], ...] = ()  # (file, reason), each file once
    unknown_classes: tuple[str, ...] = ()  # named by the upload, and unknown to the run
    turns: int | None = None  # models trained for a cross-check of all its own pictures; None: other pictures
    unseen: Origin | None = None  # a cross-check by models that had met no picture of the same origin
    origins: int = 0  # judged then, of different names

    @property
    def in_turn(self) -> bool:
        """Whether it is the cross-check of all pictures as they were divided, wherever they come from."""
        return self.turns is not None and self.unseen is None

    @property
    def learnt_from(self) -> int:
        """How many pictures were left out because the run had learnt from them."""
        return sum(reason == LEARNT_FROM for _, reason in self.left_out)

    @property
    def reasons(self) -> dict[str, int]:
        """How many files were left out for each other reason, the most frequent first."""
        return dict(Counter(why for _, why in self.left_out if why != LEARNT_FROM).most_common())
