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

ROUNDING: Final = 0.001  # by less than that two forms of a network may differ wherever they run
_SHOWN: Final = 20  # pictures that are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the app says about one picture of known classes."""

    path: str
    actual: tuple[str, ...]
    named: tuple[str, ...]
    doubt: Doubt | None
    probabilities: npt.NDArray[np.float32]  # (C,), as they are shown
    series: str | None = None  # pictures of one series share it
    at_a_limit: bool = False  # rounding decides whether it is "not sure"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """What the app and the exported file say about one picture."""

    here: Judged
    there: Reply

    @property
    def same(self) -> bool:
        """Whether the classes are the same."""
        return self.here.named == self.there.named

    @property
    def as_sure(self) -> bool:
        """Whether both decline the answer for the same reason, or both do not."""
        return self.here.doubt == self.there.doubt

    @property
    def alike(self) -> bool:
        """Whether a person is told the same, as far as rounding does not decide."""
        return self.same and (self.as_sure or self.by_rounding)

    @property
    def by_rounding(self) -> bool:
        """Whether the two differ in doubt alone, at a limit and by less than any two forms do."""
        tells_it = self.same and not self.as_sure and self.here.at_a_limit
        return tells_it and (self.difference or 0.0) <= ROUNDING

    @property
    def difference(self) -> float | None:
        """The greatest difference between two probabilities of one class; None where it was not read."""
        if self.there.error:
            return None
        return float(np.abs(self.here.probabilities - np.array(self.there.probabilities, np.float32)).max())

    def told(self) -> Differing:
        """Return both answers in words, each with its doubt where these differ."""
        here, there = _in_words(self.here.named), _in_words(self.there.named)
        if not self.as_sure and not self.there.error:
            here, there = f"{here}{_doubt(self.here.doubt)}", f"{there}{_doubt(self.there.doubt)}"
        there = f"cannot be read there ({self.there.error})" if self.there.error else there
        return Differing(path=self.here.path, here=here, there=there)


def certify(
    kind: ExportKind, here: Sequence[Judged], there: Trial, *, size: int, split: Split = Split.TEST
) -> Certificate:
    """Return what a trial on the pictures ``here`` showed. ``size``: bytes of the model's own files."""
    pairs = [_Pair(here=one, there=reply) for one, reply in zip(here, there.replies, strict=True)]
    alike = sum(pair.alike for pair in pairs)
    off = [pair.difference for pair in pairs if pair.difference is not None]
    times = [reply.ms for reply in there.replies if reply.ms is not None]
    # those with another answer first
    differing = [pair.told() for pair in sorted(pairs, key=lambda pair: pair.same) if not pair.alike]
    holds = bool(pairs) and len(pairs) - alike <= kind.may_differ(len(pairs))
    return Certificate(
        kind=kind,
        pictures=len(pairs),
        agreeing=sum(pair.same for pair in pairs),
        alike=alike,
        agreement=alike / len(pairs) if pairs else None,
        needed=kind.needed,
        greatest_difference=max(off, default=None),
        doubts_differing=sum(not pair.as_sure for pair in pairs if not pair.there.error),
        accuracy=_accuracy(here, [pair.here.actual == pair.there.named for pair in pairs]),
        accuracy_here=_accuracy(here, [one.actual == one.named for one in here]),
        bytes=size,
        median_ms=float(np.median(times)) if times else None,
        p95_ms=float(np.percentile(times, 95)) if times else None,
        runtime=there.runtime,
        holds=holds,
        why=_why(pairs, kind, split, holds=holds),
        differing=tuple(differing[:_SHOWN]),
        split=split,
    )


def _accuracy(here: Sequence[Judged], right: Sequence[bool]) -> Interval | None:
    """Return the share of right answers with its Wilson interval, as the evaluation has it."""
    groups = None
    if any(one.series for one in here):
        names = [one.series or f"{place} alone" for place, one in enumerate(here)]
        groups = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return wilson_of_series(np.array(right, dtype=np.bool_), groups)


def _in_words(named: Sequence[str]) -> str:
    return ", ".join(named) or "none of the classes"


def _doubt(doubt: str | None) -> str:
    return f" ({doubt})" if doubt else ""


def _why(pairs: Sequence[_Pair], kind: ExportKind, split: Split, *, holds: bool) -> str:
    """Return in words what the trial showed, in counts: shares of few pictures round to what they are not.

    No picture is named, so that the sentence can be handed on.
    """
    if not pairs:
        return (
            "There are no test pictures, and none of the validation, so it is not known whether it answers "
            "as it does here."
        )
    facts = [_answers(pairs, split), *_doubts(pairs)]
    if not all(pair.alike for pair in pairs):
        facts.append(may_differ(kind.may_differ(len(pairs))))
    return " ".join(facts if holds else ["Do not rely on it.", *facts])


def may_differ(most: int) -> str:
    """Return in words how many pictures may be answered otherwise than here."""
    return f"At most {most:,} of them may differ." if most else "None of them may differ."


def _answers(pairs: Sequence[_Pair], split: Split) -> str:
    pictures = counted(len(pairs), f"{split} picture")
    others = sum(not pair.same for pair in pairs)
    if not others:
        every = f"all {pictures}" if len(pairs) > 1 else f"the one {split} picture"
        return f"It answers {every} as it does here."
    return f"It answers {others:,} of {pictures} otherwise than here."


def _doubts(pairs: Sequence[_Pair]) -> list[str]:
    """Return what is to be told of pictures with the same answer that only one of the two is sure of."""
    differing = sum(pair.same and not pair.alike for pair in pairs)
    rounded = sum(pair.by_rounding for pair in pairs)
    told = []
    if differing:
        pictures = (
            counted(differing, "picture") if all(pair.same for pair in pairs) else f"{differing:,} more"
        )
        told.append(f"Whether it is “not sure”, or why, differs on {pictures}.")
    if rounded:
        lie = "lies" if rounded == 1 else "lie"
        told.append(
            f"{counted(rounded, 'picture')} {lie} so close to the limit for “not sure” that rounding decides."
        )
    return told
