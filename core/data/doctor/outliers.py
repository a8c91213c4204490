"""The check on pictures that look like another class than the one they are filed in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.data.directions import Directions
from core.data.doctor.case import Case, hashes_of, leave_out, paths_of
from core.data.findings import counted
from core.data.learner import Answers, Learner
from core.domain.dataset import Issue, IssueKind, Sample, Severity

FOLDS: Final = 5
MARGIN: Final = 0.6  # by which the other class's score (0 no, 1 yes) is higher
ENOUGH_RIGHT: Final = 0.85  # where the features tell the classes apart less well, every finding is a guess
CLASS_RIGHT: Final = 0.6  # the same for the class it is filed in
LEAST_PICTURES: Final = 10  # of a class, to know what it looks like
_FEW: Final = 40  # pictures in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A picture by its position, the class it looks like, and by how much more than like its own."""

    row: int
    looks_like: str
    margin: float


def outliers(case: Case) -> Issue | None:
    """Return the issue for pictures that look like another class, the clearest first."""
    found = doubted(case)
    if not found:
        return None
    concerned = [case.samples[doubt.row] for doubt in found]
    first = concerned[0]
    more = ", and so on" if len(found) > 1 else ""
    one = len(found) == 1
    return Issue(
        kind=IssueKind.OUTLIER,
        severity=Severity.WARNS,
        message=f"{counted(len(found), 'picture')} {'looks' if one else 'look'} like another class than "
        f"{'its' if one else 'their'} own: '{first.path}' is in '{first.label}' and looks like "
        f"'{found[0].looks_like}'{more}.",
        consequence=f"If {'it is' if one else 'they are'} filed wrongly, the model learns wrong answers, and "
        "right ones count as mistakes.",
        hint="Look at each: move it to the right class, leave it out, or keep it if it is right.",
        paths=paths_of(concerned),
        pictures=hashes_of(concerned),
        mend=leave_out(concerned),
    )


def doubted(case: Case) -> list[Doubt]:
    """Return the pictures that a probe, which has not seen them, clearly puts into another class.

    Silent where the probe does not know the classes well itself, or there are too few pictures to learn from.
    """
    labels = [sample.label for sample in case.samples]
    if case.features is None or len(labels) < _FEW or len(set(labels)) < 2:
        return []
    learner = Learner(Directions(case.features), labels)
    answers = _unseen(learner, _folds(case.samples))
    best, margin = answers.best, answers.top - answers.own
    right = best == learner.labels
    if right.mean() < ENOUGH_RIGHT:
        return []
    known = _well_known(learner.labels, right)
    apart = [learner.classes[one] not in case.samples[row].labels for row, one in enumerate(best)]
    rows = np.flatnonzero(np.array(apart) & (margin > MARGIN) & known[learner.labels] & known[best])
    return [
        Doubt(row=row, looks_like=learner.classes[best[row]], margin=float(margin[row]))
        for row in rows[np.argsort(-margin[rows], kind="stable")].tolist()
    ]


def _folds(samples: Sequence[Sample]) -> npt.NDArray[np.int64]:
    """Return the fold of each picture, drawn from its contents; a whole series is in one."""
    drawn = [hashlib.sha256((s.group or s.sha256).encode()).digest()[0] % FOLDS for s in samples]
    return np.array(drawn, dtype=np.int64)


def _unseen(learner: Learner, folds: npt.NDArray[np.int64]) -> Answers:
    """Return the answers for every picture by a probe that learnt from the other folds."""
    pictures = len(folds)
    found = Answers(
        best=np.zeros(pictures, np.int64),
        top=np.zeros(pictures, np.float32),
        own=np.zeros(pictures, np.float32),
    )
    for fold in range(FOLDS):
        asked = folds == fold
        if asked.any() and not asked.all():
            answers = learner.answers(asked)
            found.best[asked], found.top[asked], found.own[asked] = answers.best, answers.top, answers.own
    return found


def _well_known(labels: npt.NDArray[np.int64], right: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return for each class whether it has enough pictures and most of them are recognised."""
    counts = np.bincount(labels)
    recognised: npt.NDArray[Any] = np.bincount(labels, weights=right) / np.maximum(counts, 1)
    known: npt.NDArray[np.bool_] = (counts >= LEAST_PICTURES) & (recognised >= CLASS_RIGHT)
    return known
