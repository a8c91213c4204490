"""From what reviewers say of pictures to changes of these: what was decided last about a picture counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.data.lineage import Way
from core.domain.dataset import Dataset, Sample
from core.domain.edit import Edit, EditKind
from core.domain.review import Judgement, VerdictKind

_RELABELS = (VerdictKind.LABEL_WRONG, VerdictKind.NEW_CLASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What reviewers agree on about a picture, and when the last of them said so."""

    judgement: Judgement
    moment: datetime  # UTC


class _Aim(NamedTuple):
    """How a picture should be filed."""

    labels: tuple[str, ...]
    excluded: bool


def corrections(now: Dataset, said: Mapping[str, Said], path: Way) -> tuple[Edit, ...]:
    """Return the edits that verdicts ask for: one per class that pictures move into, by name, then others.

    ``said`` is told by content hash, in the names of classes at the beginning of the ``path``, which leads
    from the pictures that were judged to those of ``now``. Passed over is what is so already, left out or
    gone, and a picture that was changed after the verdict: by other corrections, or by hand.
    """
    changed = path.last_changes()
    aims = {}
    for sample in now.samples:
        opinion, last = said.get(sample.sha256), changed.get(sample.sha256)
        if opinion is not None and (last is None or last.created_at < opinion.moment):
            aims[sample.sha256] = _aim(sample, opinion.judgement, path)
    return _edits(now, aims)


def _aim(sample: Sample, judgement: Judgement, path: Way) -> _Aim:
    """Return how a verdict wants a picture to be filed; as it is where it wants nothing."""
    if sample.excluded or judgement.kind not in (*_RELABELS, VerdictKind.BAD_PHOTO):
        return _Aim(sample.labels, sample.excluded)
    if judgement.kind is VerdictKind.BAD_PHOTO:
        return _Aim(sample.labels, excluded=True)
    return _Aim(path.labels(judgement.labels), excluded=False)


def _edits(now: Dataset, aims: Mapping[str, _Aim]) -> tuple[Edit, ...]:
    moved: dict[tuple[str, ...], list[str]] = defaultdict(list)
    left_out = []
    for sample in now.samples:
        labels, excluded = aims.get(sample.sha256, _Aim(sample.labels, sample.excluded))
        if set(labels) != set(sample.labels):
            moved[labels].append(sample.sha256)
        if excluded and not sample.excluded:
            left_out.append(sample.sha256)
    edits = [
        Edit(kind=EditKind.MOVE, pictures=tuple(pictures), label=labels[0], also=labels[1:])
        for labels, pictures in sorted(moved.items())
    ]
    if left_out:
        edits.append(Edit(kind=EditKind.EXCLUDE, pictures=tuple(left_out)))
    return tuple(edits)
