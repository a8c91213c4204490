"""Decoding of untrusted files in processes of their own: one that crashes, hangs or hungers costs one file.

A file is blamed only when a process ends over it twice, the second time alone: a process that someone else
ended, or that a neighbour's file brought down, costs no picture.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NoReturn

import msgspec

from core.data.frames import Answer, read_frame, write_frame
from core.data.parallel import check, never
from core.domain.errors import AppError, Cancelled, PictureError
from core.domain.facts import GALLERY, PictureFacts
from core.settings import Limits

COMMAND: tuple[str, ...] = (sys.executable, "-m", "core.data.worker")
WORKERS: Final = 2  # more gain little on usual machines and hold more pictures in memory
FEW: Final = 8  # so many files are done before a second process has started
AHEAD: Final = 4  # batches whose answers may wait for their turn
BATCH_FILES: Final = 32
BATCH_BYTES: Final = 2 * 1024**2  # a large photo goes alone, so that progress is seen
LOOK_SECONDS: Final = 0.1  # how soon a stop and a hanging process are noticed
START_SECONDS: Final = 60.0

LARGE: Final = 500_000  # pixels above which drawing a thumbnail takes as long as a screen can wait
Drawn = Callable[[bytes, str], None]  # (JPEG, content hash of the picture it shows)

_JPEG: Final = b"\xff\xd8\xff"
_THUMBNAIL_BYTES: Final = 128 * 1024  # at 160 pixels none has half of it
_ROOT: Final = Path(__file__).resolve().parents[2]
# What a process needs of the environment; above all not the app's own settings of memory, and no secrets.
_PASSED_ON: Final = frozenset({"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "WINDIR"}).union(
    {"PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "LANG", "LC_ALL", "LC_CTYPE", "TEMP", "TMP", "TMPDIR"}
)
_NOT_STARTED: Final = "The process that decodes pictures could not be started."
_NOT_STARTED_HINT: Final = "Close other programs and try again; if that does not help, restart the computer."
# One thread each, since there are several processes. And glibc shall keep the blocks of one picture for the
# next one instead of handing them back to the system: half of the time of a small JPEG.
_OWN: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "67108864",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the decoding of one picture may cost."""

    seconds: float = 10.0
    memory_bytes: int = 1024**3  # a picture of 64 megapixels with transparency takes nearly all of it


def measured(
    files: Sequence[Path],
    *,
    limits: Limits,
    bounds: Bounds | None = None,
    stopped: Callable[[], bool] = never,
    drawn: Drawn | None = None,
) -> Generator[PictureFacts | PictureError]:
    """Yield for every file, in order, its facts or why it is no usable picture.

    ``drawn`` is called with a thumbnail of each large picture and its content hash, just before its facts
    are told; small pictures are drawn quickly enough when they are first shown.

    Raises Cancelled soon after ``stopped`` says so, and AppError where no process can be started.
    """
    workers = WORKERS if len(files) > FEW else 1
    order = _order(limits, bounds or Bounds(), thumbnails=drawn is not None)
    crew = [_Worker(order, bounds or Bounds()) for _ in range(workers)]
    free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
    for worker in crew:
        free.put(worker)

    def answered(batch: Sequence[Path]) -> list[Answer]:
        worker = free.get()
        try:
            return worker.answers(batch)
        finally:
            free.put(worker)

    waiting: deque[Future[list[Answer]]] = deque()
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="pictures")
    try:
        for batch in _batches(files):
            waiting.append(pool.submit(answered, batch))
            if len(waiting) > AHEAD:
                yield from _told(_watched(waiting.popleft(), crew, stopped), stopped, drawn)
        while waiting:
            yield from _told(_watched(waiting.popleft(), crew, stopped), stopped, drawn)
    finally:
        for worker in crew:
            worker.close()
        pool.shutdown(wait=True, cancel_futures=True)
        for worker in crew:
            worker.bury()


def _batches(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield the files in portions that take about as long as each other; few files still busy everyone."""
    most = max(1, min(BATCH_FILES, len(files) // (2 * WORKERS)))
    batch: list[Path] = []
    size = 0
    for file in files:
        own = _bytes_of(file)
        if batch and (len(batch) == most or size + own > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += own
    if batch:
        yield batch


def _bytes_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # gone or forbidden: its turn will tell
        return 0


def _watched(
    answers: Future[list[Answer]], crew: Sequence[_Worker], stopped: Callable[[], bool]
) -> list[Answer]:
    while True:
        check(stopped)
        try:
            return answers.result(timeout=LOOK_SECONDS)
        except TimeoutError:
            for worker in crew:
                worker.end_if_overdue()


def _told(
    answers: Sequence[Answer], stopped: Callable[[], bool], drawn: Drawn | None
) -> Iterator[PictureFacts | PictureError]:
    for answer in answers:
        check(stopped)
        if drawn and answer.facts and _looks_like_a_thumbnail(answer.thumbnail):
            drawn(answer.thumbnail, answer.facts.sha256)
        yield answer.facts or PictureError(answer.message, hint=answer.hint)


def _looks_like_a_thumbnail(data: bytes) -> bool:
    """Tell whether this may be kept: who decodes other people's files is not believed anything."""
    return data.startswith(_JPEG) and len(data) <= _THUMBNAIL_BYTES


class _Worker:
    """One decoding process and its successors: used by one thread at a time, watched by another."""

    def __init__(self, order: Mapping[str, float], bounds: Bounds) -> None:
        self._order = order
        self._bounds = bounds
        self._lock = threading.Lock()  # over starting, killing and burying
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._deadline: float | None = None  # on the monotonic clock; None while nothing is asked
        self._overdue = False

    def answers(self, files: Sequence[Path]) -> list[Answer]:
        """Return an answer for every file. Raises Cancelled once closed, AppError if no process starts."""
        answers = self._ask(files)
        for file in files[len(answers) :]:
            answers += self._ask([file]) or [self._blame()]
        return answers

    def end_if_overdue(self) -> None:
        """End the process if one file has kept it busy for too long."""
        if self._deadline is not None and time.monotonic() > self._deadline:
            self._overdue = True
            self._kill()

    def close(self) -> None:
        """End the process, whatever it is doing, and let none follow it."""
        self._closed = True
        self._kill()

    def bury(self) -> None:
        """Let go of the process and its pipes; only when no thread uses them."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what was left to be written has nobody to read it
                if pipe is not None:
                    pipe.close()
        process.wait()

    def _kill(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def _ask(self, files: Sequence[Path]) -> list[Answer]:
        """Return the answers to the first files: to as many as came before the process ended."""
        answers: list[Answer] = []
        self._overdue = False
        try:
            source, target = self._pipes()
            self._allow(self._bounds.seconds)
            write_frame(target, json.dumps([os.fspath(file.absolute()) for file in files]).encode())
            target.flush()
            while len(answers) < len(files) and (message := read_frame(source)) is not None:
                answers.append(msgspec.json.decode(message, type=Answer))
                self._allow(self._bounds.seconds)
        except (OSError, msgspec.DecodeError):
            pass  # it has ended, or talks nonsense; either way its successor goes on
        finally:
            self._deadline = None
        if len(answers) < len(files):
            self.bury()
        return answers

    def _allow(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        """Return what the process says and what it hears, after starting one if there is none.

        One that ends at its start, as when memory is short for a moment, is started once more.
        """
        return self._started_pipes() or self._started_pipes() or self._not_started()

    def _started_pipes(self) -> tuple[IO[bytes], IO[bytes]] | None:
        fresh = self._process is None
        with self._lock:
            if self._closed:
                raise Cancelled
            process = self._process = self._process or started(COMMAND, self._order)
        if process.stdin is None or process.stdout is None:
            return None
        if fresh:
            self._allow(START_SECONDS)
            if read_frame(process.stdout) is None and not self._closed:
                self.bury()
                return None
        return process.stdout, process.stdin

    def _not_started(self) -> NoReturn:
        raise AppError(_NOT_STARTED, hint=_NOT_STARTED_HINT)

    def _blame(self) -> Answer:
        if self._closed:
            raise Cancelled
        if self._overdue:
            message = f"Decoding it takes more than {self._bounds.seconds:g} s."
            return Answer(message=message, hint="Save it as JPEG or PNG and add it again.")
        hint = "Copy the file again from where it came from, or save it as JPEG."
        return Answer(message="Damaged: decoding it crashes the decoder.", hint=hint)


def _order(limits: Limits, bounds: Bounds, *, thumbnails: bool) -> dict[str, float]:
    """Return what a process is told at its start."""
    return {
        "memory_bytes": bounds.memory_bytes,
        "seconds": bounds.seconds,
        "picture_pixels": limits.picture_pixels,
        "file_bytes": limits.member_bytes,
        "thumbnail_side": GALLERY if thumbnails else 0,
        "thumbnail_above_pixels": LARGE,
    }


def started(command: Sequence[str], order: Mapping[str, float]) -> subprocess.Popen[bytes]:
    """Start a module of ours that reads other people's files, with its order as JSON at the command's end.

    Raises AppError.
    """
    try:
        return subprocess.Popen(  # noqa: S603 - our own module, and no shell
            [*command, json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={name: text for name, text in os.environ.items() if name.upper() in _PASSED_ON} | _OWN,
            start_new_session=os.name == "posix",  # Ctrl-C is for the app, which ends it then
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as fault:
        raise AppError(f"{_NOT_STARTED} {fault.strerror}.", hint=_NOT_STARTED_HINT) from fault
