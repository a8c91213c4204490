"""The pictures that are worth a look, as the Review page lists, filters and walks through them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.dataset import Split
from core.domain.report import Answer
from core.domain.review import LabelIssue, Verdict, VerdictKind
from ui.filed import Filed
from ui.picture_grid import Tile
from ui.tiles import of_answers
from ui.words import percent

UNSEEN, DIFFER = "not looked at yet", "reviewers differ"  # beside the kinds of verdicts

CHANGED = "⇄ changed since"

MARKS = {  # a mark and a word for each verdict
    VerdictKind.LABEL_WRONG: "✎ wrong label",
    VerdictKind.MODEL_WRONG: "✗ model wrong",
    VerdictKind.AMBIGUOUS: "? ambiguous",
    VerdictKind.BAD_PHOTO: "⊘ bad photo",
    VerdictKind.NEW_CLASS: "+ new class",
    VerdictKind.RIGHT: "✓ label right",
}


class Which(StrEnum):
    """The lists; the values are what they are called."""

    MISTAKES = "Mistakes"
    DOUBTFUL = "Probably mislabelled"
    RIGHT = "Right answers, drawn by lot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One picture to look at. ``sure``: of the answer; in the list of doubtful labels, that it is wrong."""

    sha256: str
    path: str
    split: Split
    labels: tuple[str, ...]  # as it was given
    other: tuple[str, ...]  # what was answered, or what models say that did not learn from it
    sure: float
    group: str | None = None
    answer: Answer | None = None
    issue: LabelIssue | None = None
    verdicts: tuple[Verdict, ...] = ()  # the newest of each reviewer
    filed: Filed | None = None  # None: as it was

    @property
    def judged(self) -> bool:
        """Whether anybody has looked at it: said something, or filed it otherwise."""
        return bool(self.verdicts) or self.changed

    @property
    def changed(self) -> bool:
        """Whether it is filed otherwise since the run."""
        return self.filed is not None and self.filed.differs

    @property
    def disputed(self) -> bool:
        """Whether reviewers differ."""
        return not all(one.agrees(self.verdicts[0]) for one in self.verdicts)

    @property
    def mistake(self) -> bool:
        """Whether the model's answer differs from the label."""
        return self.answer is not None and not self.answer.right

    @property
    def mark(self) -> str:
        """What was said or done about it, in a mark and a word; empty where nothing was."""
        if not self.verdicts:
            return CHANGED if self.changed else ""
        return f"≠ {DIFFER}" if self.disputed else MARKS[self.verdicts[-1].kind]

    @property
    def tile(self) -> Tile:
        """The picture as a list shows it."""
        if self.issue is None and self.answer is not None:
            return of_answers([self.answer])[0]
        others = ", ".join(self.other) or "none of the classes"
        return Tile(
            sha256=self.sha256,
            path=self.path,
            title=f"labelled {', '.join(self.labels)}",
            note=f"rather {others}: {percent(self.sure)}",
            details=(
                f"Models that did not learn from it say {others}; they take the label to be wrong with "
                f"{percent(self.sure)}.",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which pictures of a list to show; None and the whole range mean any."""

    actual: str | None = None
    predicted: str | None = None
    verdict: str | None = None
    split: Split | None = None
    group: str | None = None
    reviewer: str | None = None
    sure: tuple[float, float] = (0.0, 1.0)

    def keeps(self, item: Item) -> bool:
        """Whether the picture is to be shown."""
        low, high = self.sure
        return (
            (self.actual is None or self.actual in item.labels)
            and (self.predicted is None or self.predicted in item.other)
            and (self.verdict is None or _has(item, self.verdict))
            and self.split in (None, item.split)
            and self.group in (None, item.group)
            and (self.reviewer is None or any(one.reviewer == self.reviewer for one in item.verdicts))
            and low <= item.sure <= high
        )


def kept(items: Iterable[Item], wanted: Wanted) -> tuple[Item, ...]:
    """Return the pictures that are to be shown, in their order."""
    return tuple(item for item in items if wanted.keeps(item))


def next_unseen(order: Sequence[str], seen: Collection[str], *, after: str | None) -> str | None:
    """Return the first picture behind ``after`` that nobody has looked at; after the last comes the first.

    Where all were looked at, it is the one behind ``after``, or None where there is none.
    """
    start = order.index(after) + 1 if after in order else 0
    turned = (*order[start:], *order[:start])
    first = next((sha256 for sha256 in turned if sha256 not in seen), None)
    return first or (order[start] if start < len(order) else None)


def suggestion(items: Sequence[Item]) -> tuple[str, ...]:
    """Return what all these pictures are rather taken for, or nothing where they differ in that."""
    others = {item.other for item in items if item.mistake or item.issue is not None}
    return others.pop() if len(others) == 1 else ()


def _has(item: Item, verdict: str) -> bool:
    if verdict == UNSEEN:
        return not item.judged
    if verdict == DIFFER:
        return item.disputed
    return any(one.kind.value == verdict for one in item.verdicts)
