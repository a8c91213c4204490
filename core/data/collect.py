"""Every candidate fully decoded and hashed; what cannot be used, or stands there twice, is told by name."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.data.findings import Findings, Reason, counted
from core.data.names import natural, wrongly_named
from core.data.parallel import ignore_progress, never
from core.data.reasons import class_missing, damaged
from core.data.sandbox import Bounds, Drawn, measured
from core.data.scan import Candidate
from core.domain.dataset import Columns, Issue, IssueKind, Severity, Split
from core.domain.edit import Edit, EditKind, Mend
from core.domain.errors import PictureError
from core.domain.facts import PictureFacts
from core.settings import Limits

# A picture that stands in several given splits stays in the first of these: the test is kept whole, and
# nothing that it asks is learnt from.
_STAYS_IN: Final = (Split.TEST, Split.VALIDATION, Split.TRAIN, None)

_CONFLICT: Final = Reason(
    kind=IssueKind.CONFLICTING_LABEL,
    severity=Severity.WARNS,
    sentence="in more than one class",
    hint="Each was kept in the first class only; move it if that is the wrong one, or leave it out.",
    consequence="One of the classes is wrong: the model would learn, and be judged by, a mistake.",
)
_STRADDLING: Final = Reason(
    kind=IssueKind.DUPLICATE,
    severity=Severity.WARNS,
    sentence="in more than one split",
    hint="Each was kept in the test pictures, or else in validation: what judges must not be learnt from.",
    consequence="Left as it was, the score would have told what the model remembers, not what it recognises.",
)
_COPY: Final = Reason(
    kind=IssueKind.DUPLICATE,
    severity=Severity.INFORMS,
    sentence="there more than once",
    hint="Each was kept once; nothing is to be done.",
    consequence="None now. Copies would have counted twice, and could have been learnt from and judged on.",
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
    group: str | None = None  # a series that the user gave: pictures of one belong together
    also: tuple[str, ...] = ()  # further classes
    columns: Columns = ()  # what a table of labels says of it besides

    @property
    def labels(self) -> tuple[str, ...]:
        """All classes of the picture, the first one first."""
        return (self.label, *self.also)

    @property
    def given(self) -> bool:
        """Whether the split was the user's own choice."""
        return self.split is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Distinct pictures in the candidates' order, everything noticed about the others, and what was measured.

    ``facts`` are by content hash; pictures that a project had before need not be among them.
    """

    pictures: tuple[Picture, ...]
    issues: tuple[Issue, ...]
    facts: Mapping[str, PictureFacts] = field(default_factory=dict)


def examine(  # noqa: PLR0913 - an import's own circumstances
    candidates: Sequence[Candidate],
    *,
    keep: Callable[[bytes, str], None],
    limits: Limits,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
    bounds: Bounds | None = None,
    drawn: Drawn | None = None,
) -> Collected:
    """Return the pictures among the candidates, each content once. Raises Cancelled.

    Files are decoded in processes of their own, with ``bounds`` on each. ``keep(data, sha256)`` is called
    once for every distinct usable content, ``drawn(thumbnail, sha256)`` for every large picture, always from
    the caller's thread.
    """
    findings = Findings()
    pictures: list[Picture] = []
    facts: dict[str, PictureFacts] = {}
    files = [candidate.location for candidate in candidates]
    found = measured(files, limits=limits, bounds=bounds, stopped=stopped, drawn=drawn)
    with closing(found):
        for number, (candidate, result) in enumerate(zip(candidates, found, strict=True), start=1):
            try:
                pictures.append(_usable(candidate, result, facts, keep))
            except PictureError as fault:
                findings.leave_out(candidate.name, damaged(fault.message, hint=fault.hint))
            progress(number, len(candidates))
    distinct, repeated = without_repeats(pictures)
    told = (*findings.issues(), *_lost_classes(candidates, pictures), *repeated, *_misnamed(distinct, facts))
    return Collected(pictures=distinct, issues=(*told, *_first_frames(distinct, facts)), facts=facts)


def without_repeats(pictures: Sequence[Picture]) -> tuple[tuple[Picture, ...], tuple[Issue, ...]]:
    """Return every content once, in the given order, and what was left out for that.

    Of one content in several classes, the class that comes first by name keeps it. For the pictures of one
    upload: against what a project has already, the project's own pictures always stay as they are.
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


def _usable(
    candidate: Candidate,
    result: PictureFacts | PictureError,
    facts: dict[str, PictureFacts],
    keep: Callable[[bytes, str], None],
) -> Picture:
    """Return the picture, its content kept and its facts noted. Raises PictureError."""
    if isinstance(result, PictureError):
        raise result
    if result.sha256 not in facts:
        keep(_content(candidate.location, result), result.sha256)
        facts[result.sha256] = result
    return Picture(
        path=candidate.name,
        sha256=result.sha256,
        width=result.width,
        height=result.height,
        label=candidate.label,
        split=candidate.split,
        group=candidate.group,
        also=candidate.also,
        columns=candidate.columns,
    )


def _content(location: Path, facts: PictureFacts) -> bytes:
    """Return the very bytes that were measured, without trusting who measured. Raises PictureError."""
    try:
        with location.open("rb") as stream:
            data = stream.read(facts.file_bytes + 1)
    except OSError as fault:
        hint = "Check the file, then add it again."
        raise PictureError(f"The file cannot be read: {fault.strerror}.", hint=hint) from fault
    if hashlib.sha256(data).hexdigest() != facts.sha256:
        raise PictureError("The file changed while it was being read.", hint="Add it again.")
    return data


def _misnamed(pictures: Sequence[Picture], facts: Mapping[str, PictureFacts]) -> list[Issue]:
    wrong = [picture for picture in pictures if wrongly_named(picture.path, facts[picture.sha256].format)]
    if not wrong:
        return []
    first, really = wrong[0].path, facts[wrong[0].sha256].format
    number, have = counted(len(wrong), "picture"), "has" if len(wrong) == 1 else "have"
    return [
        Issue(
            kind=IssueKind.WRONG_EXTENSION,
            severity=Severity.INFORMS,
            message=f"{number} {have} the wrong ending: '{first}' is really {really}.",
            consequence="None: the content decides, not the name.",
            hint="Nothing is to be done.",
            paths=tuple(picture.path for picture in wrong),
            pictures=tuple(picture.sha256 for picture in wrong),
        )
    ]


def _first_frames(pictures: Sequence[Picture], facts: Mapping[str, PictureFacts]) -> list[Issue]:
    several = [picture for picture in pictures if facts[picture.sha256].more_frames]
    if not several:
        return []
    one = len(several) == 1
    have, each = ("has", "the first") if one else ("have", "the first of each")
    example = f"'{several[0].path}'{'' if one else ', and so on'}"
    number = counted(len(several), "picture")
    return [
        Issue(
            kind=IssueKind.FIRST_FRAME,
            severity=Severity.INFORMS,
            message=f"{number} {have} more than one page or frame; only {each} is used: {example}.",
            consequence="What further pages or frames show is not learnt from and not judged on.",
            hint="If they matter, save each of them as a picture of its own and add it.",
            paths=tuple(picture.path for picture in several),
            pictures=tuple(picture.sha256 for picture in several),
        )
    ]


def _lost_classes(candidates: Sequence[Candidate], pictures: Sequence[Picture]) -> list[Issue]:
    named = {name for candidate in candidates for name in candidate.labels}
    usable = {name for picture in pictures for name in picture.labels}
    return [
        Issue(
            kind=IssueKind.FEW_PICTURES,
            severity=Severity.WARNS,
            message=class_missing(label),
            consequence="The model will not know this class and will call its pictures something else.",
            hint="Add pictures of it, or go on without it.",
            paths=tuple(c.name for c in candidates if label in c.labels),
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
            consequence=sort.consequence,
            hint=sort.hint,
            paths=tuple(picture.path for group in groups for picture in group),
            pictures=tuple(group[0].sha256 for group in groups),
            mend=_without(groups) if sort is _CONFLICT else None,
        )
        for sort, groups in by_sort.items()
        if groups
    ]


def _without(groups: Sequence[Sequence[Picture]]) -> Mend:
    hashes = tuple(group[0].sha256 for group in groups)
    return Mend(title="Leave these pictures out", edit=Edit(kind=EditKind.EXCLUDE, pictures=hashes))


def _sort_of(group: Sequence[Picture]) -> Reason:
    if len({frozenset(picture.labels) for picture in group}) > 1:
        return _CONFLICT
    given = {picture.split for picture in group} - {None}
    return _STRADDLING if len(given) > 1 else _COPY


def _repeat_message(groups: Sequence[Sequence[Picture]], where: str) -> str:
    kept, copy = groups[0][0].path, groups[0][1].path
    is_are = "is" if len(groups) == 1 else "are"
    example = f"'{copy}' is the same as '{kept}'"
    more = "" if len(groups) == 1 else ", and so on"
    return f"{counted(len(groups), 'picture')} {is_are} {where}: {example}{more}."
