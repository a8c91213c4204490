"""Which variations change what a picture shows: tried on pictures of the user's own before training.

A 6 that is turned upside down is a 9, a red light is a green one. A linear probe is fitted on features of the
training pictures as they are; then each kind of variation is done by itself, at its strongest, to validation
pictures that the probe recognises, and the answers that change to wrong ones are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from core.data.augment import KINDS, TURNING_KINDS
from core.data.parallel import ignore_progress, never
from core.data.preview import acted
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.safety import ClassCheck, Flip, KindCheck
from core.training.features import Frozen, Pictures, Pixels, passed
from core.training.head import LinearHead, fit_linear
from core.training.holm import holm
from core.training.learning_curve import named_by

MOST_TRIED: Final = 120  # pictures, 11 times each: 20 to 25 seconds for EfficientNet-Lite0 on two cores
PENALTY: Final = 100.0  # of the probe: as right as a chosen one on the built-in sets, and faster
EXAMPLES: Final = 6  # pictures of a harmful kind
# Quarters of a turn that are tried one by one: a 6 fears two, an arrow each of them.
TURNS: Final[dict[str, tuple[int | None, ...]]] = {"quarter_turns": (1, 2, 3)}

# Shares of pictures that a probe, which has never seen a variation, may lose to a harmless one. Chosen on the
# three built-in sets, beside heads that learnt from varied pictures as well: turning that did not hurt these
# cost up to 20 % of all answers, turning that did cost over half of some classes. No gradual change hurt
# measurably, though they cost up to 11 of 16 pictures of a class and 21 of 37: a head learns them away.
LOST_TO_TURNING: Final = 0.2
LOST_TO_OTHERS: Final = 0.5
LEVEL: Final = 0.05  # chance that any kind is called harmful by bad luck alone
LEAST_FLIPPED: Final = 3  # pictures; one or two may be mislabelled
# A kind is surely harmless where it is ruled out, class by class, that so many of the pictures flip.
TURNING_RULED_OUT: Final = 0.5
OTHERS_RULED_OUT: Final = 0.75

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Known:
    """The pictures of the user: N of them, in C classes, with D features each."""

    pixels: Pictures  # (N, H, H, 3)
    features: npt.NDArray[np.float32]  # (N, D), of the pictures as they are
    targets: npt.NDArray[np.float32]  # (N, C), a one for every class that a picture shows
    classes: tuple[str, ...]
    learnt: Places  # rows that the probe learns from
    judged: Places  # rows that are varied, if it recognises them
    several: bool = False  # pictures may show several classes
    groups: Sequence[str] | None = None  # of all N; of a series, which flips together, one picture is tried


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The R pictures that are varied, and the probe that answers for them."""

    rows: Places  # (R,)
    found: Bools  # (R, C) classes that are shown, and named as the pictures are
    probe: LinearHead


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What is lost when a kind of variation is done to all pictures that are asked about."""

    kind: str
    turn: int | None
    lost: Bools  # (R, C) classes that were found and no longer are
    called: Places  # (R,) the class that is named instead; -1 for none

    @property
    def rate(self) -> float:
        """Share of pictures that may flip without harm."""
        return LOST_TO_TURNING if self.kind in TURNING_KINDS else LOST_TO_OTHERS

    @property
    def flipped(self) -> Places:
        """How many pictures flip, of each class and of all together, (C + 1,)."""
        return _and_all(self.lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Varied:
    """Pictures that are varied when they are read."""

    pixels: Pictures
    rows: Places
    config: TrainConfig
    kind: str
    turn: int | None

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, places: Places, /) -> Pixels:
        rows = self.rows[places]
        turns = None if self.turn is None else [self.turn] * len(rows)
        return acted(self.pixels[rows], self.kind, self.config, seeds=rows.tolist(), turns=turns)


def safety_test(
    network: Frozen,
    known: Known,
    config: TrainConfig,
    *,
    kinds: Sequence[str] = KINDS,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
) -> tuple[KindCheck, ...]:
    """Return for each of ``kinds`` whether it harms a class, or all of them together.

    Harm is a share of flipped pictures above what harmless variations cost an unprepared probe, by exact
    binomial tests with Holm's correction (1979) over all classes, kinds and turns. The variations are those
    of STRONG, whatever the settings; a picture has the same one each time. ``progress`` counts pictures
    that went through the network. Raises Cancelled, or RunError where features are no numbers.
    """
    strong = replace(config, augmentation=Augmentation.STRONG)
    asked = _recognised(known, stopped)
    tried = [(kind, turn) for kind in kinds for turn in TURNS.get(kind, (None,))] if len(asked.rows) else []
    total = len(tried) * len(asked.rows)
    views: list[_View] = []

    def told(done: int) -> None:
        progress(len(views) * len(asked.rows) + done, total)

    for kind, turn in tried:
        pictures = _Varied(pixels=known.pixels, rows=asked.rows, config=strong, kind=kind, turn=turn)
        features = passed(network, pictures, progress=told, stopped=stopped)
        views.append(_view(known, asked, features, kind=kind, turn=turn))
    return _checks(known, asked, views, kinds)


def _recognised(known: Known, stopped: Callable[[], bool]) -> _Asked:
    """Return a sample of the judged pictures that the probe recognises, classes in turn."""
    probe = fit_linear(
        known.features[known.learnt],
        known.targets[known.learnt],
        several=known.several,
        penalty=PENALTY,
        stopped=stopped,
    )
    rows = np.random.default_rng(0).permutation(known.judged)
    found = named_by(_scores(probe, known.features[rows]), several=known.several) & (known.targets[rows] > 0)
    kept = np.flatnonzero(found.any(axis=1))
    if known.groups is not None:
        series = [known.groups[row] for row in rows[kept]]
        kept = kept[np.sort(np.unique(series, return_index=True)[1])]
    rows, found = rows[kept], found[kept]
    first = found.argmax(axis=1)
    place = np.zeros(len(rows), dtype=np.int64)  # in its class: all first ones come before all second ones
    for number in range(len(known.classes)):
        place[first == number] = np.arange((first == number).sum())
    chosen = np.sort(np.argsort(place, kind="stable")[:MOST_TRIED])
    return _Asked(rows=rows[chosen], found=found[chosen], probe=probe)


def _scores(probe: LinearHead, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(features @ probe.weight.T + probe.bias, dtype=np.float32)


def _view(
    known: Known, asked: _Asked, features: npt.NDArray[np.float32], *, kind: str, turn: int | None
) -> _View:
    scores = _scores(asked.probe, features)
    named = named_by(scores, several=known.several)
    instead = named & ~(known.targets[asked.rows] > 0)
    called = np.where(instead, scores, -np.inf).argmax(axis=1)
    return _View(
        kind=kind,
        turn=turn,
        lost=asked.found & ~named,
        called=np.where(instead.any(axis=1), called, -1),
    )


def _and_all(of_classes: Bools) -> Places:
    """Return how many rows are true in each column, and how many in any, (C + 1,)."""
    return np.append(of_classes.sum(axis=0), of_classes.any(axis=1).sum()).astype(np.int64)


def _checks(
    known: Known, asked: _Asked, views: Sequence[_View], kinds: Sequence[str]
) -> tuple[KindCheck, ...]:
    tried = _and_all(asked.found)
    chances = np.array([_chances(view.flipped, tried, view.rate) for view in views])
    enough = np.array([view.flipped >= LEAST_FLIPPED for view in views], dtype=np.bool_)
    harmed = (holm(chances.ravel()) <= LEVEL).reshape(chances.shape) & enough  # (V, C + 1)
    checks = []
    for kind in kinds:
        places = [place for place, view in enumerate(views) if view.kind == kind]
        mine = [views[place] for place in places]
        checks.append(_check(known, asked, mine, harmed[places], kind=kind))
    return tuple(checks)


def _check(known: Known, asked: _Asked, views: Sequence[_View], harmed: Bools, *, kind: str) -> KindCheck:
    tried = _and_all(asked.found)
    worst = [max(views, key=lambda view: view.flipped[place]) for place in range(len(tried)) if views]
    classes = tuple(
        _class(known, view, place, tried=int(tried[place]), harmed=bool(harmed[:, place].any()))
        for place, view in enumerate(worst[:-1])
    )
    harmful = bool(harmed.any())
    share = TURNING_RULED_OUT if kind in TURNING_KINDS else OTHERS_RULED_OUT
    return KindCheck(
        kind=kind,
        harmful=harmful,
        sure=bool(classes) and not harmful and all(_ruled_out(one, share) for one in classes),
        tried=len(asked.rows),
        flipped=int(worst[-1].flipped[-1]) if views else 0,
        classes=classes,
        examples=_examples(known, asked, worst, classes) if harmful else (),
    )


def _class(known: Known, view: _View, place: int, *, tried: int, harmed: bool) -> ClassCheck:
    lost = view.lost[:, place]
    called = view.called[lost & (view.called >= 0)]
    often = np.bincount(called, minlength=len(known.classes))
    return ClassCheck(
        name=known.classes[place],
        tried=tried,
        flipped=int(lost.sum()),
        taken_for=known.classes[int(often.argmax())] if len(called) else None,
        taken=int(often.max()),
        harmed=harmed,
    )


def _examples(
    known: Known, asked: _Asked, worst: Sequence[_View], classes: Sequence[ClassCheck]
) -> tuple[Flip, ...]:
    """Return pictures that flip, of each harmed class in turn; of all classes where none stands out."""
    some = any(one.harmed for one in classes)
    shown = [place for place, one in enumerate(classes) if one.harmed or not some]
    flips = [
        (turn, _flip(known, asked, worst[place], place, int(at)))
        for place in shown
        for turn, at in enumerate(np.flatnonzero(worst[place].lost[:, place]))
    ]
    in_turn = sorted(flips, key=lambda one: one[0])
    return tuple(flip for _, flip in in_turn[:EXAMPLES])


def _flip(known: Known, asked: _Asked, view: _View, place: int, at: int) -> Flip:
    called = int(view.called[at])
    return Flip(
        row=int(asked.rows[at]),
        actual=known.classes[place],
        called=known.classes[called] if called >= 0 else None,
        turn=view.turn,
    )


def _chances(flipped: Places, tried: Places, rate: float) -> npt.NDArray[np.float64]:
    """Return the chance that so many or more flip where each does with ``rate``; 1 where none was tried."""
    from scipy.stats import binom

    return np.asarray(binom.sf(flipped - 1, tried, rate), dtype=np.float64)


def _ruled_out(one: ClassCheck, share: float) -> bool:
    """Whether so few flip that it cannot well be ``share`` of the class or more; never where none was tried.

    All classes have to pass: that needs no correction for their number (Berger 1982).
    """
    from scipy.stats import binom

    return bool(binom.cdf(one.flipped, one.tried, share) <= LEVEL)
