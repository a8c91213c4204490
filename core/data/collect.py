"""Every candidate fully decoded and hashed; what cannot be used, or stands there twice, is told by name."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from core.data.decode import open_picture
from core.data.findings import Findings, Reason, counted
from core.data.names import natural
from core.data.parallel import ignore_progress, in_order, never
from core.data.reasons import damaged
from core.data.scan import Candidate
from core.domain.dataset import Issue, IssueKind, Severity, Split
from core.domain.errors import PictureError
from core.settings import Limits

# A picture that stands in several given splits stays in the first of these: the test is kept whole, and
# nothing that it asks is learnt from.
_STAYS_IN: Final = (Split.TEST, Split.VALIDATION, Split.TRAIN, None)

_CONFLICT: Final = Reason(
    kind=IssueKind.CONFLICTING_LABEL,
    severity=Severity.WARNS,
    sentence="in more than one class",
    hint="Each was kept in the first class only; move it if that is the wrong one.",
)
_STRADDLING: Final = Reason(
    kind=IssueKind.DUPLICATE,
    severity=Severity.WARNS,
    sentence="in more than one split",
    hint="Each was kept in the test pictures, or else in validation: what judges must not be learnt from.",
)
_COPY: Final = Reason(
    kind=IssueKind.DUPLICATE,
    severity=Severity.INFORMS,
    sentence="there more than once",
    hint="Each was kept once; nothing is to be done.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that can be used; like a Sample, but its split may still be open."""

    path: str
    sha256: str
    width: int  # pixels, upright
    height: int
    label: str
    split: Split | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Distinct pictures in the candidates' order, and everything noticed about the others."""

    pictures: tuple[Picture, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class _Examined:
    """One candidate's bytes and picture, or why there is none."""

    data: bytes
    result: Picture | Reason


def examine(
    candidates: Sequence[Candidate],
    *,
    keep: Callable[[bytes, str], None],
    limits: Limits,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
) -> Collected:
    """Return the pictures among the candidates, each content once. Raises Cancelled.

    ``keep(data, sha256)`` is called once for every distinct usable content, always from the caller's thread.
    """
    findings = Findings()
    pictures: list[Picture] = []
    kept: set[str] = set()
    work = partial(_examined, limits=limits)
    for number, examined in enumerate(in_order(work, candidates, stopped=stopped), start=1):
        if isinstance(examined.result, Reason):
            findings.leave_out(candidates[number - 1].name, examined.result)
        else:
            pictures.append(examined.result)
            if examined.result.sha256 not in kept:
                kept.add(examined.result.sha256)
                keep(examined.data, examined.result.sha256)
        progress(number, len(candidates))
    distinct, repeated = without_repeats(pictures)
    lost = _lost_classes(candidates, pictures)
    return Collected(pictures=distinct, issues=(*findings.issues(), *lost, *repeated))


def without_repeats(pictures: Sequence[Picture]) -> tuple[tuple[Picture, ...], tuple[Issue, ...]]:
    """Return every content once, in the given order, and what was left out for that.

    Of one content in several classes, the class that comes first by name keeps it. Use this on old and new
    pictures together when pictures are added.
    """
    groups: dict[str, list[Picture]] = defaultdict(list)
    for picture in pictures:
        groups[picture.sha256].append(picture)
    repeated = [sorted(group, key=_first_to_keep) for group in groups.values() if len(group) > 1]
    left_out = {id(picture) for group in repeated for picture in group[1:]}
    distinct = tuple(picture for picture in pictures if id(picture) not in left_out)
    return distinct, tuple(_repeats_told(repeated))


def _first_to_keep(picture: Picture) -> tuple[object, ...]:
    return natural(picture.label), _STAYS_IN.index(picture.split), natural(picture.path)


def _examined(candidate: Candidate, *, limits: Limits) -> _Examined:
    try:
        data = _read(candidate, limits)
        image = open_picture(data, max_pixels=limits.picture_pixels)
    except PictureError as fault:
        return _Examined(b"", damaged(fault.message, hint=fault.hint))
    picture = Picture(
        path=candidate.name,
        sha256=hashlib.sha256(data).hexdigest(),
        width=image.width,
        height=image.height,
        label=candidate.label,
        split=candidate.split,
    )
    return _Examined(data, picture)


def _read(candidate: Candidate, limits: Limits) -> bytes:
    try:
        with candidate.location.open("rb") as stream:
            data = stream.read(limits.member_bytes + 1)
    except OSError as fault:
        hint = "Check the file, then add it again."
        raise PictureError(f"The file cannot be read: {fault.strerror}.", hint=hint) from fault
    if len(data) > limits.member_bytes:
        most = limits.member_bytes / 1e6
        raise PictureError(f"Larger than {most:,.0f} MB.", hint="Make the picture smaller first.")
    return data


def _lost_classes(candidates: Sequence[Candidate], pictures: Sequence[Picture]) -> list[Issue]:
    named, usable = {c.label for c in candidates}, {p.label for p in pictures}
    return [
        Issue(
            kind=IssueKind.FEW_PICTURES,
            severity=Severity.WARNS,
            message=f"Class '{label}' is missing: none of its files can be used.",
            hint="Add pictures of it, or go on without it.",
            paths=tuple(c.name for c in candidates if c.label == label),
        )
        for label in sorted(named - usable, key=natural)
    ]


def _repeats_told(repeated: Sequence[Sequence[Picture]]) -> list[Issue]:
    """Return at most one issue of each sort; in its paths, each kept picture is followed by its copies."""
    by_sort: dict[Reason, list[Sequence[Picture]]] = {_CONFLICT: [], _STRADDLING: [], _COPY: []}
    for group in repeated:
        by_sort[_sort_of(group)].append(group)
    return [
        Issue(
            kind=sort.kind,
            severity=sort.severity,
            message=_repeat_message(groups, sort.sentence),
            hint=sort.hint,
            paths=tuple(picture.path for group in groups for picture in group),
        )
        for sort, groups in by_sort.items()
        if groups
    ]


def _sort_of(group: Sequence[Picture]) -> Reason:
    if len({picture.label for picture in group}) > 1:
        return _CONFLICT
    given = {picture.split for picture in group} - {None}
    return _STRADDLING if len(given) > 1 else _COPY


def _repeat_message(groups: Sequence[Sequence[Picture]], where: str) -> str:
    kept, copy = groups[0][0].path, groups[0][1].path
    is_are = "is" if len(groups) == 1 else "are"
    example = f"'{copy}' is the same as '{kept}'"
    more = "" if len(groups) == 1 else ", and so on"
    return f"{counted(len(groups), 'picture')} {is_are} {where}: {example}{more}."
