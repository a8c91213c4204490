"""Labels that are probably wrong, told by models that did not learn from the pictures they are asked about.

Confident learning (C. Northcutt, L. Jiang and I. Chuang, 2021) compares out-of-fold probabilities with
thresholds of the classes. Here the same probabilities become the chance that each label is wrong: a label is
taken to be right, or, with some chance that is the same for all, drawn from the other classes. That chance
and how sharp the probabilities should be are those that make the given labels likeliest, so that the cut
needs no tuning, and labels of pictures that models cannot tell are left in peace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from core.data.parallel import never
from core.domain.dataset import Sample
from core.domain.forecast import Evidence
from core.domain.report import THRESHOLD
from core.domain.review import LIKELY_WRONG, LabelIssue
from core.training.head import cross_validated
from core.training.turns import turns

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEARLY: Final = 60  # labels below the cut that are told as well
_MOST_FITTED: Final = 20_000  # pictures tell two numbers well enough
# Before anything is seen, one label in thirty is wrong: C. Northcutt, A. Athalye and J. Mueller, Pervasive
# label errors in test sets, 2021, found 3.4 % on average in ten well-known sets. It weighs as 30 labels.
_PRIOR: Final = (1.0, 29.0)
_START: Final = (0.0, -3.4)  # logarithm of the sharpness, log-odds of the prior
_LEAST: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """How likely the given labels are wrong. N pictures, C classes."""

    wrong: Floats  # (N,), of several yes-or-no answers the most doubtful one
    likely: Floats  # (N, C) probabilities as sharp as they should be
    cells: Floats | None  # (N, C) how likely each yes or no is wrong; None where pictures have one class
    share: float  # of labels that are wrong; of several, of all yes-or-no answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What models said of pictures that they did not learn from."""

    probabilities: npt.NDArray[np.float32]  # (N, C)
    judged: Flags  # (N,) whose classes other series show too: of the others nobody can tell


def ask(evidence: Evidence, *, seed: int = 0, stopped: Callable[[], bool] = never) -> Asked | None:
    """Return what cross-validated heads say of all pictures, series whole; None where none can be judged.

    Raises RunError where a feature is not a number, Cancelled.
    """
    by = turns(evidence.targets, evidence.groups, seed=seed)
    found = cross_validated(
        evidence.features,
        evidence.targets,
        several=evidence.several,
        groups=evidence.groups,
        seed=seed,
        stopped=stopped,
    )
    if by is None or found is None:
        return None
    return Asked(probabilities=found.probabilities, judged=by.judged)


def doubts(probabilities: npt.NDArray[np.float32], targets: Flags, *, several: bool = False) -> Doubts:
    """Return how likely each label is wrong. ``probabilities`` and ``targets``: (N, C), at least one picture.

    With ``several`` classes each class is a yes or no of its own.
    """
    seen = np.clip(probabilities.astype(np.float64), _LEAST, 1 - _LEAST)
    logits = np.log(seen / (1 - seen)) if several else np.log(seen)
    chosen = _spread(len(seen), _MOST_FITTED)
    others = 1 if several else max(1, seen.shape[1] - 1)

    def unlikely(fit: Floats) -> float:
        own = _own(_sharpened(logits[chosen], fit[0], several=several), targets[chosen], several=several)
        share = _share(fit[1])
        told = np.log((1 - share) * own + share / others * (1 - own)).sum()
        return float(-told - _PRIOR[0] * np.log(share) - _PRIOR[1] * np.log1p(-share))

    fit = minimize(unlikely, _START, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3}).x
    likely, share = _sharpened(logits, fit[0], several=several), _share(fit[1])
    own = _own(likely, targets, several=several)
    slip = share / others * (1 - own)
    wrong = slip / (slip + (1 - share) * own)
    return Doubts(
        wrong=wrong.max(axis=1) if several else wrong,
        likely=likely,
        cells=wrong if several else None,
        share=share,
    )


def told_better(found: Doubts, better: Doubts, rows: npt.NDArray[np.intp]) -> Doubts:
    """Return the doubts with those of ``rows`` told by a ``better`` model (R rows, in their order)."""
    wrong, likely = found.wrong.copy(), found.likely.copy()
    wrong[rows], likely[rows] = better.wrong, better.likely
    cells = None if found.cells is None else found.cells.copy()
    if cells is not None and better.cells is not None:
        cells[rows] = better.cells
    weight = len(rows) / len(wrong)
    share = (1 - weight) * found.share + weight * better.share
    return Doubts(wrong=wrong, likely=likely, cells=cells, share=share)


def agreement(probabilities: npt.NDArray[np.float32], targets: Flags, *, several: bool) -> float:
    """Return the share of pictures whose labels these answers name."""
    if several:
        return float(((probabilities >= THRESHOLD) == targets).all(axis=1).mean())
    return float(targets[np.arange(len(targets)), probabilities.argmax(axis=1)].mean())


def issues(
    found: Doubts, targets: Flags, samples: Sequence[Sample], classes: Sequence[str]
) -> tuple[LabelIssue, ...]:
    """Return the labels that are rather wrong than right, and ``NEARLY`` more, the most doubtful first."""
    order = np.argsort(-found.wrong, kind="stable")
    most = int((found.wrong >= LIKELY_WRONG).sum()) + NEARLY
    return tuple(_issue(found, targets, samples[row], row, classes) for row in order[:most].tolist())


def _issue(found: Doubts, targets: Flags, sample: Sample, row: int, classes: Sequence[str]) -> LabelIssue:
    likely = found.likely[row]
    if found.cells is None:
        best = np.where(targets[row], -1.0, likely).argmax()
        suggested = _names(np.arange(len(classes)) == best, classes)
        chances = (likely[targets[row]][0], likely[best])
    else:
        doubtful = int(found.cells[row].argmax())
        turned = found.cells[row] >= min(LIKELY_WRONG, found.cells[row, doubtful])
        suggested = _names(targets[row] ^ turned, classes)
        yes = likely[doubtful] if targets[row, doubtful] else 1 - likely[doubtful]
        chances = (yes, 1 - yes)
    return LabelIssue(
        sha256=sample.sha256,
        path=sample.path,
        split=sample.split,
        given=_names(targets[row], classes),
        suggested=suggested,
        score=float(found.wrong[row]),
        given_probability=float(chances[0]),
        suggested_probability=float(chances[1]),
    )


def _names(marks: Flags, classes: Sequence[str]) -> tuple[str, ...]:
    return tuple(classes[place] for place in np.flatnonzero(marks).tolist())


def _own(likely: Floats, targets: Flags, *, several: bool) -> Floats:
    """Return how likely the given answers are: (N,), or (N, C) for several."""
    return np.where(targets, likely, 1 - likely) if several else likely[targets]


def _sharpened(logits: Floats, sharpness: float, *, several: bool) -> Floats:
    """Return probabilities (N, C) of logits that are multiplied; ``sharpness`` is a logarithm."""
    scaled = logits * np.exp(np.clip(sharpness, -3, 3))
    if several:
        likely: Floats = 1 / (1 + np.exp(-np.clip(scaled, -500, 500)))
    else:
        shares = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        likely = shares / shares.sum(axis=1, keepdims=True)
    return np.clip(likely, _LEAST, 1 - _LEAST)


def _share(log_odds: float) -> float:
    """Return the share of wrong labels, never none and never as many as half."""
    return float(np.clip(1 / (1 + np.exp(-log_odds)), 1e-6, 0.49))


def _spread(total: int, most: int) -> slice:
    """Return every picture, or of more than ``most`` every second, third and so on."""
    return slice(None, None, -(-total // most))
