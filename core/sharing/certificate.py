"""The certificate of an export: how often, and how closely, it answers as the app does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.data.findings import counted
from core.domain.certificate import Certificate, Differing, ExportKind
from core.domain.dataset import Split
from core.domain.report import Doubt, Interval
from core.evaluation.intervals import wilson_of_series
from core.sharing.trial import Reply, Trial

_SHOWN: Final = 20  # pictures that are listed
_NAMED: Final = 3  # of these, in the sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the app says about one picture of known classes."""

    path: str
    actual: tuple[str, ...]
    named: tuple[str, ...]
    doubt: Doubt | None
    probabilities: npt.NDArray[np.float32]  # (C,), as they are shown
    series: str | None = None  # pictures of one series share it


def certify(
    kind: ExportKind, here: Sequence[Judged], there: Trial, *, size: int, split: Split = Split.TEST
) -> Certificate:
    """Return what a trial on the pictures ``here`` showed. ``size``: bytes of the model's own files."""
    pairs = list(zip(here, there.replies, strict=True))
    differing = [(one, reply) for one, reply in pairs if one.named != reply.named]
    agreeing = len(pairs) - len(differing)
    share = agreeing / len(pairs) if pairs else None
    doubts = sum(one.doubt != reply.doubt for one, reply in pairs if not reply.error)
    times = [reply.ms for reply in there.replies if reply.ms is not None]
    return Certificate(
        kind=kind,
        pictures=len(pairs),
        agreeing=agreeing,
        agreement=share,
        needed=kind.needed,
        greatest_difference=_greatest_difference(pairs),
        doubts_differing=doubts,
        accuracy=_accuracy(here, [one.actual == reply.named for one, reply in pairs]),
        accuracy_here=_accuracy(here, [one.actual == one.named for one in here]),
        bytes=size,
        median_ms=float(np.median(times)) if times else None,
        p95_ms=float(np.percentile(times, 95)) if times else None,
        runtime=there.runtime,
        holds=share is not None and share >= kind.needed,
        why=_why(counted(len(pairs), f"{split} picture"), share, differing, doubts, kind.needed),
        differing=tuple(_difference(one, reply) for one, reply in differing[:_SHOWN]),
        split=split,
    )


def _greatest_difference(pairs: Sequence[tuple[Judged, Reply]]) -> float | None:
    found = [
        float(np.abs(one.probabilities - np.array(reply.probabilities, np.float32)).max())
        for one, reply in pairs
        if not reply.error
    ]
    return max(found, default=None)


def _accuracy(here: Sequence[Judged], right: Sequence[bool]) -> Interval | None:
    """Return the share of right answers with its Wilson interval, as the evaluation has it."""
    groups = None
    if any(one.series for one in here):
        names = [one.series or f"{place} alone" for place, one in enumerate(here)]
        groups = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return wilson_of_series(np.array(right, dtype=np.bool_), groups)


def _difference(one: Judged, reply: Reply) -> Differing:
    there = f"cannot be read there ({reply.error})" if reply.error else _in_words(reply.named)
    return Differing(path=one.path, here=_in_words(one.named), there=there)


def _in_words(named: Sequence[str]) -> str:
    return ", ".join(named) or "none of the classes"


def _why(
    pictures: str,
    share: float | None,
    differing: Sequence[tuple[Judged, Reply]],
    doubts: int,
    needed: float,
) -> str:
    """Return in words what the trial showed. ``doubts``: on how many being "not sure" differs."""
    if share is None:
        return (
            "There are no test pictures, and none of the validation, so it is not known whether it answers "
            "as it does here."
        )
    unsure = f"whether it is “not sure”, or why, differs on {counted(doubts, 'picture')}."
    if not differing:
        alike = f"It answers all {pictures} as it does here"
        return f"{alike}, but {unsure}" if doubts else f"{alike}."
    first = [_difference(one, reply) for one, reply in differing[:_NAMED]]
    which = "; ".join(f"{one.path}: here {one.here}, there {one.there}" for one in first)
    more = f"; and {len(differing) - _NAMED:,} more" if len(differing) > _NAMED else ""
    fact = (
        f"It answers {len(differing):,} of {pictures} otherwise than here "
        f"({share:.1%} alike; {needed:.1%} are needed): {which}{more}."
    )
    fact = f"{fact} {unsure.capitalize()}" if doubts else fact
    return fact if share >= needed else f"Do not rely on it. {fact}"
