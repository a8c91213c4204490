"""From what reviewers say of pictures to changes of these: what was decided last about a picture counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from core.data.lineage import Way
from core.domain.dataset import Dataset, Sample, Split
from core.domain.edit import Edit, EditKind, VersionLine
from core.domain.review import RELABELS, Judgement, VerdictKind

KEEPS: Final = (VerdictKind.RIGHT, VerdictKind.MODEL_WRONG)  # the label that was judged is right


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What reviewers agree on about a picture, and when the last of them said so."""

    judgement: Judgement
    moment: datetime  # UTC


class _Aim(NamedTuple):
    """How a picture should be filed."""

    labels: tuple[str, ...]
    excluded: bool

    def is_reached(self, sample: Sample) -> bool:
        """Whether the picture is filed like that."""
        return set(self.labels) == set(sample.labels) and self.excluded is sample.excluded


def corrections(
    now: Dataset, said: Mapping[str, Said], path: Way, *, given: Mapping[str, tuple[str, ...]]
) -> tuple[Edit, ...]:
    """Return the edits that verdicts ask for: one per class that pictures move into, by name, then others.

    ``said`` and ``given``, the labels that were judged, are told by content hash, in the names of classes at
    the beginning of the ``path``, which leads from the pictures that were judged to those of ``now``. Passed
    over is what is so already, left out by hand or gone, and a picture that was changed after the verdict: by
    other corrections, or by hand. Who says after corrections that a label had been right takes them back.

    Nothing could be trained with a class that has no picture to learn from. So pictures that would move into
    one move, and wait: they are left out, until there is such a picture.
    """
    changed = path.last_changes()
    aims = {
        sample.sha256: aim
        for sample in now.samples
        if (opinion := said.get(sample.sha256))
        and (aim := _aim(sample, opinion, path, last=changed.get(sample.sha256), given=given[sample.sha256]))
        and not aim.is_reached(sample)
    }
    return _edits(now, _waiting(now, aims))


def _aim(
    sample: Sample, said: Said, path: Way, *, last: VersionLine | None, given: tuple[str, ...]
) -> _Aim | None:
    """Return how a verdict wants a picture to be filed; None where it wants nothing or counts no more."""
    kind, corrected = said.judgement.kind, corrects(last)
    counts = last is None or last.created_at < said.moment
    if not counts and not _waits(sample, last):
        return None
    if sample.excluded and not corrected:
        return None
    if kind is VerdictKind.BAD_PHOTO:
        return _Aim(sample.labels, excluded=True)
    if kind in RELABELS:
        return _Aim(path.labels(said.judgement.labels), excluded=False)
    return _Aim(path.labels(given), excluded=False) if kind in KEEPS and corrected and counts else None


def corrects(line: VersionLine | None) -> bool:
    """Return whether this change put right what a review had found."""
    return line is not None and line.edit is not None and line.edit.kind is EditKind.CORRECT


def _waits(sample: Sample, last: VersionLine | None) -> bool:
    """Return whether a picture waits for others of its class, since corrections moved it there."""
    edit = last.edit if last and corrects(last) else None
    if edit is None or not sample.excluded:
        return False
    return {EditKind.MOVE, EditKind.EXCLUDE} <= {
        part.kind for part in edit.parts if sample.sha256 in part.pictures
    }


def _waiting(now: Dataset, aims: Mapping[str, _Aim]) -> dict[str, _Aim]:
    """Return the aims, with pictures left out that would show a class without a picture to learn from."""
    after = {one.sha256: aims.get(one.sha256, _Aim(one.labels, one.excluded)) for one in now.samples}
    learnt = {
        name
        for one in now.samples
        if one.split is Split.TRAIN and not after[one.sha256].excluded
        for name in after[one.sha256].labels
    }
    return {
        sha256: _Aim(aim.labels, excluded=aim.excluded or not learnt.issuperset(aim.labels))
        for sha256, aim in aims.items()
    }


def _edits(now: Dataset, aims: Mapping[str, _Aim]) -> tuple[Edit, ...]:
    moved: dict[tuple[str, ...], list[str]] = defaultdict(list)
    turned: dict[bool, list[str]] = {True: [], False: []}  # left out, brought back
    for sample in now.samples:
        labels, excluded = aims.get(sample.sha256, _Aim(sample.labels, sample.excluded))
        if set(labels) != set(sample.labels):
            moved[labels].append(sample.sha256)
        if excluded is not sample.excluded:
            turned[excluded].append(sample.sha256)
    parts = (
        *(
            Edit(kind=EditKind.MOVE, pictures=tuple(pictures), label=labels[0], also=labels[1:])
            for labels, pictures in sorted(moved.items())
        ),
        Edit(kind=EditKind.EXCLUDE, pictures=tuple(turned[True])),
        Edit(kind=EditKind.RESTORE, pictures=tuple(turned[False])),
    )
    return tuple(part for part in parts if part.pictures)
