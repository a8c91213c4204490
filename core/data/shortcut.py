"""The shortcut alarm: can the classes be told apart without looking at what the pictures show?

A small decision tree sees one clue at a time (file size, picture size, shape, format, JPEG quality, camera,
day, border) and answers for pictures it has not learnt from. Colours of the whole picture are no
clue: they may be the class itself, as with traffic lights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.data.findings import counted
from core.domain.dataset import Issue, IssueKind, Sample, Severity
from core.domain.facts import PictureFacts

LEAST: Final = 12  # pictures or series of each of two classes; with fewer, chance tells classes apart
FOLDS: Final = 5
ALARM_ALL: Final = 0.65  # of the way from chance to always right, with 97.5 % confidence, over all classes
ALARM_ONE: Final = 0.9  # the same for one class against the others; strokes of a "1" make small files: 0.87
EXAMPLES: Final = 12
_Z: Final = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """What one clue alone can do. Gains are 0 at chance and 1 when always right, each at its low end."""

    name: str
    told: npt.NDArray[np.bool_]  # (N,) answered rightly by a tree that had not seen the picture
    judged: int  # pictures, those of classes with enough of them
    accuracy: float  # mean over classes
    chance: float
    gain: float
    best_class: int
    best_gain: float  # of that class against all others
    best_accuracy: float  # pictures of that class that were recognised


def shortcut_issue(
    samples: Sequence[Sample], classes: Sequence[str], facts: Mapping[str, PictureFacts]
) -> Issue | None:
    """Return the alarm for the strongest clue, with examples; None where no clue is far above chance."""
    shown = [s for s in samples if not s.excluded and s.sha256 in facts]
    strong = [clue for clue in clues(shown, classes, facts) if _alarming(clue)]
    if not strong:
        return None
    strongest = max(strong, key=lambda clue: max(clue.gain, clue.best_gain))
    examples = _examples(shown, strongest)
    return Issue(
        kind=IssueKind.SHORTCUT,
        severity=Severity.WARNS,
        message=_message(strongest, [clue.name for clue in strong], shown, classes),
        consequence="The model can learn this instead of what the pictures show: the score will look good, "
        "and pictures from elsewhere will be answered wrongly.",
        hint="Take pictures of every class in the same way: same places, same camera, same processing.",
        paths=tuple(sample.path for sample in examples),
        pictures=tuple(sample.sha256 for sample in examples),
    )


def clues(
    samples: Sequence[Sample], classes: Sequence[str], facts: Mapping[str, PictureFacts]
) -> tuple[Clue, ...]:
    """Return how far each clue tells the classes apart; nothing where fewer than two have enough pictures.

    ``samples`` all have facts. Classes with few pictures are left out.
    """
    index = {name: at for at, name in enumerate(classes)}
    labels = np.array([index.get(sample.label, -1) for sample in samples], dtype=np.int64)
    units = _units(samples, classes)
    enough = np.array([at for at, name in enumerate(classes) if units[name] >= LEAST])
    if len(enough) < 2:
        return ()
    rows = np.flatnonzero(np.isin(labels, enough)).tolist()
    measured = [facts[samples[row].sha256] for row in rows]
    folds = np.array([_fold(samples[row]) for row in rows])
    found = []
    for name, values in _values(measured).items():
        if len(np.unique(values, axis=0)) > 1:
            answers = _answers(values, labels[rows], folds)
            told = np.zeros(len(samples), dtype=bool)
            told[rows] = answers == labels[rows]
            sizes = np.array([units[classes[label]] for label in enough])
            found.append(_clue(name, told, answers, labels[rows], (enough, sizes)))
    return tuple(found)


def _alarming(clue: Clue) -> bool:
    return clue.gain >= ALARM_ALL or clue.best_gain >= ALARM_ONE


def _values(facts: Sequence[PictureFacts]) -> dict[str, npt.NDArray[np.float64]]:
    """Return one matrix (N, ·) per clue."""
    size = np.log([[f.width, f.height] for f in facts])
    days = [float(f.taken_at.toordinal()) if f.taken_at else 0.0 for f in facts]
    return {
        "the size of the file": np.log([[max(1, f.file_bytes)] for f in facts]),
        "the size in pixels": size,
        "the shape": size[:, :1] - size[:, 1:],
        "the file format": _codes([f.format for f in facts]),
        "the JPEG quality": np.array([[float(f.jpeg_quality or 0)] for f in facts]),
        "the camera": _codes([f.camera for f in facts]),
        "the day they were taken": np.array([[day] for day in days]),
        "the border": np.array([[*f.border_color, f.border_contrast] for f in facts]),
    }


def _codes(names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return one column per frequent name, 1 where it applies."""
    known, counts = np.unique(np.array(names), return_counts=True)
    frequent = known[np.argsort(-counts, kind="stable")][:20]
    columns: npt.NDArray[np.float64] = (np.array(names)[:, None] == frequent[None, :]).astype(np.float64)
    return columns


def _units(samples: Sequence[Sample], classes: Sequence[str]) -> dict[str, int]:
    """Return how many series, or pictures alone, each class has: shots of one series prove one thing."""
    found: dict[str, set[str]] = {name: set() for name in classes}
    for sample in samples:
        found.setdefault(sample.label, set()).add(sample.group or sample.sha256)
    return {name: len(members) for name, members in found.items()}


def _fold(sample: Sample) -> int:
    """Return the fold of a picture: the same for a whole series, so that none answers for itself."""
    return hashlib.sha256((sample.group or sample.sha256).encode()).digest()[0] % FOLDS


def _answers(
    values: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], folds: npt.NDArray[Any]
) -> npt.NDArray[np.int64]:
    """Return a class for every picture from a tree that learnt from the other folds."""
    # imported here: scikit-learn takes a second, and most starts of the app bring in no pictures
    from sklearn.tree import DecisionTreeClassifier

    answers = np.full(len(labels), -1, dtype=np.int64)
    for fold in range(FOLDS):
        asked = folds == fold
        if asked.any() and not asked.all():
            tree = DecisionTreeClassifier(
                max_depth=6, min_samples_leaf=4, class_weight="balanced", random_state=0
            )
            answers[asked] = tree.fit(values[~asked], labels[~asked]).predict(values[asked])
    return answers


def _clue(
    name: str,
    told: npt.NDArray[np.bool_],
    answers: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    judged: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
) -> Clue:
    """Return what the answers prove; ``judged`` are classes and how many series of each bear witness."""
    enough, sizes = judged
    recall = np.array([(answers[labels == label] == label).mean() for label in enough])
    alarms = np.array([(answers[labels != label] == label).mean() for label in enough])
    # one success and one failure more, as in Wilson's centre: 20 of 20 are no proof of always
    spread = _steady(recall, sizes)
    error = float(np.sqrt(spread.sum())) / len(enough)
    chance = 1 / len(enough)
    alone = recall - alarms - _Z * np.sqrt(spread + _steady(alarms, sizes.sum() - sizes))
    best = int(alone.argmax())
    return Clue(
        name=name,
        told=told,
        judged=len(labels),
        accuracy=float(recall.mean()),
        chance=chance,
        gain=(float(recall.mean()) - _Z * error - chance) / (1 - chance),
        best_class=int(enough[best]),
        best_gain=float(alone[best]),
        best_accuracy=float(recall[best]),
    )


def _steady(shares: npt.NDArray[Any], sizes: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    steadied = (shares * sizes + 1) / (sizes + 2)
    variance: npt.NDArray[np.float64] = steadied * (1 - steadied) / sizes
    return variance


def _message(clue: Clue, names: Sequence[str], samples: Sequence[Sample], classes: Sequence[str]) -> str:
    others = [name for name in names if name != clue.name]
    what = f"{clue.name[0].upper()}{clue.name[1:]}"  # capitalize() would make it "The jpeg quality"
    also = f" So can {' and '.join(others)}." if others else ""
    if clue.gain >= ALARM_ALL:
        judged = "" if clue.judged == len(samples) else " of the classes with enough pictures"
        return (
            f"{what} alone tells the classes of {counted(int(clue.told.sum()), 'picture')} out of "
            f"{clue.judged:,}{judged} ({clue.accuracy:.0%} right, each class counting the same; "
            f"{clue.chance:.0%} would be chance).{also}"
        )
    label = classes[clue.best_class]
    return (
        f"{what} alone recognises class '{label}': {clue.best_accuracy:.0%} of its "
        f"pictures, and hardly any other.{also}"
    )


def _examples(samples: Sequence[Sample], clue: Clue) -> list[Sample]:
    """Return pictures that the clue alone recognised, a few of each class."""
    by_class: dict[str, list[Sample]] = {}
    for sample, told in zip(samples, clue.told.tolist(), strict=True):
        if told:
            by_class.setdefault(sample.label, []).append(sample)
    each = max(1, EXAMPLES // max(1, len(by_class)))
    return [sample for found in by_class.values() for sample in found[:each]][:EXAMPLES]
