"""Two training runs on the same test pictures: what the later one mends, and what it spoils."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from core.domain.comparison import Comparison, Judged, SettingChange, Twice
from core.domain.dataset import Split
from core.domain.errors import DatasetError
from core.domain.report import Answer, Predictions, RocCurve
from core.evaluation.curves import roc_of
from core.evaluation.intervals import wilson_of_series
from core.evaluation.paired import LUCK, chance_of, paired_difference, pictures_needed
from core.evaluation.paired_series import Gains
from core.evaluation.report import answers, judged

Figure = TypeVar("Figure")
Picture = tuple[str, tuple[str, ...]]  # content hash, and the classes it really shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One of the two runs, with all its answers."""

    run_id: str
    name: str
    classes: tuple[str, ...]
    predictions: Predictions


def compare(before: Contender, after: Contender, *, settings: tuple[SettingChange, ...] = ()) -> Comparison:
    """Return what ``after`` does better and worse than ``before``; ``settings`` are told along with it.

    Raises:
        DatasetError: they were not judged on the same test pictures, or do not know the same classes.
    """
    pairs = _pairs(before, after)
    fixed = tuple(pair for pair in pairs if pair.after.right and not pair.before.right)
    broken = tuple(pair for pair in pairs if pair.before.right and not pair.after.right)
    still_wrong = tuple(pair for pair in pairs if not (pair.before.right or pair.after.right))
    both_right = tuple(pair for pair in pairs if pair.before.right and pair.after.right)
    gains = _gains(before, after, pairs)
    chance = gains.chance if gains else chance_of(len(fixed), len(broken))
    needed = gains.pictures_needed if gains else pictures_needed(len(fixed), len(broken), len(pairs))
    counts = (len(both_right), len(broken), len(fixed), len(still_wrong))
    return Comparison(
        classes=after.classes,
        pictures=len(pairs),
        several=after.predictions.targets is not None,
        before=_judged(before, [pair.before for pair in pairs]),
        after=_judged(after, [pair.after for pair in pairs]),
        difference=_known(paired_difference(*counts, size=gains.effective_pictures if gains else None)),
        chance=chance,
        more_pictures=None if chance < LUCK or needed is None else max(1, needed - len(pairs)),
        fixed=fixed,
        broken=broken,
        still_wrong=still_wrong,
        both_right=both_right,
        settings=settings,
        groups=len(gains.pictures) if gains else None,
    )


def curves(one: Contender) -> tuple[RocCurve, ...]:
    """Return a run's ROC curves on the test pictures by the labels and classes that it is judged by here."""
    known = judged(one.predictions, len(one.classes), Split.TEST)
    return roc_of(known.actual, known.likely, one.classes)


def judged_pictures(classes: tuple[str, ...], predictions: Predictions) -> Counter[Picture]:
    """Return the pictures that a run was judged on: content and true classes, and how often each is there."""
    return Counter(_picture(answer) for answer in answers(predictions, classes, split=Split.TEST))


def _pairs(before: Contender, after: Contender) -> tuple[Twice, ...]:
    """Return every test picture with both answers, the surest later answer first."""
    _check_classes(before, after)
    earlier, later = (answers(one.predictions, one.classes, split=Split.TEST) for one in (before, after))
    _check_pictures(before.name, earlier, after.name, later)
    waiting: dict[Picture, list[Answer]] = {}
    for answer in earlier:
        waiting.setdefault(_picture(answer), []).append(answer)
    return tuple(Twice(before=waiting[_picture(answer)].pop(), after=answer) for answer in later)


def _picture(answer: Answer) -> Picture:
    return answer.sha256, answer.labels if answer.several else (answer.label or "",)


def _check_classes(before: Contender, after: Contender) -> None:
    if (before.predictions.targets is None) != (after.predictions.targets is None):
        raise DatasetError(
            f"{before.name} and {after.name} answered different questions: one names a single class for each "
            "picture, the other any number.",
            hint=_TRAIN_AGAIN,
        )
    gone = [name for name in before.classes if name not in after.classes]
    new = [name for name in after.classes if name not in before.classes]
    if gone or new:
        told = [f"only {before.name} knows {_listed(gone)}"] if gone else []
        told += [f"only {after.name} knows {_listed(new)}"] if new else []
        raise DatasetError(
            f"The two runs do not tell the same classes apart: {' and '.join(told)}.", hint=_TRAIN_AGAIN
        )


def _check_pictures(before: str, earlier: tuple[Answer, ...], after: str, later: tuple[Answer, ...]) -> None:
    ours, theirs = (Counter(map(_picture, one)) for one in (earlier, later))
    if ours != theirs:
        same = (ours & theirs).total()
        kept = "none is" if not same else "1 is" if same == 1 else f"{same:,} are"
        raise DatasetError(
            f"{before} was judged on {_pictures(len(earlier))}, {after} on {len(later):,}; {kept} the same.",
            hint=_TRAIN_AGAIN,
        )


_TRAIN_AGAIN = (
    "Only scores on the same test pictures can be compared: train again with the settings of the older run, "
    "on the pictures as they are now."
)


def _listed(names: list[str], most: int = 3) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def _pictures(number: int) -> str:
    return f"{number:,} picture{'' if number == 1 else 's'}"


def _judged(one: Contender, its: Sequence[Answer]) -> Judged:
    right = _right(its)
    accuracy = _known(wilson_of_series(right, _groups(one, its)))
    return Judged(run_id=one.run_id, name=one.name, correct=int(right.sum()), accuracy=accuracy)


def _gains(before: Contender, after: Contender, pairs: Sequence[Twice]) -> Gains | None:
    """Return what each series gained, as the later run knows them; None where none has two pictures."""
    earlier, later = [pair.before for pair in pairs], [pair.after for pair in pairs]
    groups = _groups(after, later)
    groups = _groups(before, earlier) if groups is None else groups
    if groups is None or len(np.unique(groups)) == len(groups):
        return None
    return Gains.of(_right(earlier), _right(later), groups)


def _groups(one: Contender, its: Sequence[Answer]) -> npt.NDArray[np.int64] | None:
    """Return the series of these answers of a run, (N,); None where there are none."""
    predictions = one.predictions
    if predictions.groups is None:
        return None
    known = dict(zip(predictions.paths, predictions.groups.tolist(), strict=True))
    return np.array([known[answer.path] for answer in its], dtype=np.int64)


def _right(its: Sequence[Answer]) -> npt.NDArray[np.bool_]:
    return np.array([answer.right for answer in its], dtype=np.bool_)


def _known(figure: Figure | None) -> Figure:
    """Return a figure that exists as soon as one picture was judged."""
    if figure is None:
        raise DatasetError(
            "Neither run was judged on test pictures, so there is nothing to compare.",
            hint="Keep some pictures aside for the test, and train again.",
        )
    return figure
