"""Pictures that nobody has labelled, answered by a trained model: checked first, in limited processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from core.data.archive import FoundFile, unpack
from core.data.class_match import match_classes
from core.data.decode import thumbnail
from core.data.parallel import ignore_progress, never
from core.data.sandbox import measured
from core.data.scan import scan, survey
from core.domain.dataset import Issue
from core.domain.errors import DatasetError, PictureError
from core.domain.facts import PictureFacts
from core.domain.report import Answer
from core.domain.run import Progress, Stage
from core.domain.trying import Source, Tried, TriedBatch
from core.jobs.answering import BATCH
from core.jobs.memory import give_back
from core.jobs.pace import Pace
from core.jobs.runner import JobContext
from core.jobs.told import told
from core.settings import Limits
from core.store.files import make_folder
from core.store.files import told as told_of_disk

SMALL: Final = 128  # pixels of the longer side of what a table shows

Tell = Callable[[int, int], None]
Ask = Callable[[Sequence[tuple[str, Path]]], Sequence[Answer | PictureError]]  # at most BATCH (name, file)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOrder:
    """What to answer: a zip or a folder, or ``files`` that lie on disk already."""

    id: str
    asked: Source
    name: str
    staging: Path  # ours; whoever keeps the result removes it in the end
    source: Path | None = None
    files: tuple[FoundFile, ...] = ()


def answer_all(
    order: AnswerOrder, ask: Ask, *, classes: Sequence[str], limits: Limits, context: JobContext
) -> TriedBatch:
    """Return the answers to every picture among the files, whatever folders they lie in.

    Asked to stop while it answers, it returns those it has. Raises Cancelled before that, ArchiveError for
    a zip that is refused, DatasetError where there is no picture.
    """
    files, issues = _found(order, limits, context)
    begun = time.perf_counter()
    pictures = checked(
        files,
        order.staging,
        limits=limits,
        progress=told(context, Stage.IMPORT),
        stopped=context.stopped,
    )
    give_back()
    answers = answered(pictures, ask, progress=_published(context), stopped=context.stopped)
    folders = {part for file in files for part in PurePosixPath(file.name).parts[:-1]}
    return TriedBatch(
        id=order.id,
        source=order.asked,
        name=order.name,
        tried=answers,
        found=len(files),
        left_out=issues,
        class_folders=tuple(sorted(set(match_classes(folders, classes).values()))),
        seconds=time.perf_counter() - begun,
    )


def checked(
    files: Sequence[FoundFile],
    into: Path,
    *,
    limits: Limits,
    progress: Tell = ignore_progress,
    stopped: Callable[[], bool] = never,
) -> tuple[Tried, ...]:
    """Return every file, not answered yet: with a thumbnail in the folder ``into``, or why it is no picture.

    All are decoded in processes of their own, as an import does. Raises Cancelled.
    """
    folder = make_folder(into / "small")
    drawn: dict[str, bytes] = {}
    found = measured(
        [file.location for file in files],
        limits=limits,
        stopped=stopped,
        drawn=lambda jpeg, sha256: drawn.update({sha256: jpeg}),
    )
    tried = []
    with closing(found):
        for number, (file, facts) in enumerate(zip(files, found, strict=True), start=1):
            small = folder / f"{number:06d}.jpg"
            tried.append(_looked_at(file, facts, small, drawn))
            progress(number, len(files))
    return tuple(tried)


def answered(
    found: Sequence[Tried], ask: Ask, *, progress: Tell = ignore_progress, stopped: Callable[[], bool] = never
) -> tuple[Tried, ...]:
    """Return the files with their answers, in order; asked to stop, only as many as there are by then."""
    done: list[Tried] = []
    for start in range(0, len(found), BATCH):
        if stopped():
            break
        done += _answered(found[start : start + BATCH], ask)
        progress(len(done), len(found))
    return tuple(done)


def _found(
    order: AnswerOrder, limits: Limits, context: JobContext
) -> tuple[tuple[FoundFile, ...], tuple[Issue, ...]]:
    """Return the files that may be pictures, and what was left out. A zip of ours is removed by then."""
    files: tuple[FoundFile, ...] = order.files
    issues: tuple[Issue, ...] = ()
    if order.source is not None and order.source.is_dir():
        surveyed = survey(order.source)
        files, issues = surveyed.files, surveyed.issues
    elif order.source is not None:
        into = order.staging / "unpacked"
        unpacked = unpack(order.source, into, limits=limits, progress=told(context, Stage.UNPACK))
        files, issues = unpacked.files, unpacked.issues
        if order.source.parent == order.staging:
            order.source.unlink()
    found = scan(files, label="any")  # one label for all: folders and tables among the files mean nothing
    if not found.candidates:
        raise DatasetError(
            f"There is no picture in “{order.name}”.", hint="Choose a zip or a folder with pictures in it."
        )
    likely = tuple(FoundFile(name=one.name, location=one.location) for one in found.candidates)
    return likely, (*issues, *found.issues)


def _looked_at(
    file: FoundFile, facts: PictureFacts | PictureError, small: Path, drawn: dict[str, bytes]
) -> Tried:
    if isinstance(facts, PictureError):
        return Tried(name=file.name, location=file.location, problem=facts.message, hint=facts.hint)
    try:
        jpeg = drawn.pop(facts.sha256, b"") or thumbnail(file.location, size=SMALL)
    except PictureError as fault:  # changed, or gone, since it was checked
        return Tried(name=file.name, location=file.location, problem=fault.message, hint=fault.hint)
    with told_of_disk(small, needed=len(jpeg)):
        small.write_bytes(jpeg)
    return Tried(name=file.name, location=file.location, thumbnail=small, sha256=facts.sha256)


def _answered(found: Sequence[Tried], ask: Ask) -> Iterable[Tried]:
    pictures = [(one.name, one.location) for one in found if not one.problem]
    answers = iter(ask(pictures) if pictures else ())
    for one in found:
        if one.problem:
            yield one
            continue
        answer = next(answers)
        if isinstance(answer, PictureError):
            message = answer.message.removeprefix(f"{one.name}: ")
            yield replace(one, problem=message, hint=answer.hint, thumbnail=None)
        else:
            yield replace(one, answer=replace(answer, sha256=one.sha256))


def _published(context: JobContext) -> Tell:
    """Return what tells how many are answered; it never raises, since what is answered is kept."""
    clock = Pace()

    def publish(done: int, total: int) -> None:
        context.publish(
            Progress(
                stage=Stage.ANSWER,
                done=done,
                total=total,
                images_per_second=clock.rate(done),
                seconds_left=clock.seconds_left(done, total),
            )
        )

    return publish
