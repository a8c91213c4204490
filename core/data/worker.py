"""The process in which other people's files are decoded; started by ``core.data.sandbox``, with limits.

It takes lists of paths and answers for each file in turn. Whatever a file makes of it, crash, hang or hunger
for memory, it is this process that suffers. It has no network to guard against: limits are on memory, time,
files held open and files written; it may read what its user may read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import IO, Final

import msgspec
from PIL import AvifImagePlugin, Jpeg2KImagePlugin, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin

from core.data.decode import NO_MEMORY, inspect, small_jpeg
from core.data.facts import measure
from core.data.frames import Answer, read_frame, write_frame
from core.domain.errors import PictureError

if sys.platform != "win32":
    import resource

# loaded before the limits hold; the other formats' readers come with Pillow itself
FORMATS_LOADED: Final = (AvifImagePlugin, Jpeg2KImagePlugin, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin)
OPEN_FILES: Final = 32
FLUSH_SECONDS: Final = 0.05  # answers to small files travel together


class Order(msgspec.Struct, kw_only=True, frozen=True):
    """What the process may use, for its whole life; given once, on its command line."""

    memory_bytes: int  # on top of what it has after its start
    seconds: float  # of processor time per file
    picture_pixels: int
    file_bytes: int
    thumbnail_side: int = 0  # pixels of the longer side; 0 where no thumbnails are wanted
    thumbnail_above_pixels: int = 0  # smaller pictures are quickly drawn when they are first shown


def main(order: Order) -> None:
    """Answer until the input ends, or until a file took all the memory: a fresh process goes on then."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    with contextlib.suppress(OSError):  # libraries that print must not disturb the answers
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    limit(order)
    write_frame(target, b"ready")
    target.flush()
    while (message := read_frame(source)) is not None:
        if not answer_all([Path(name) for name in json.loads(message)], order, target):
            return


def answer_all(files: list[Path], order: Order, target: IO[bytes]) -> bool:
    """Write an answer for each file; False when memory ran out, and the files behind were not looked at."""
    flushed = time.monotonic()
    for file in files:
        _allow_seconds(order.seconds)
        answer = examined(file, order)
        write_frame(target, msgspec.json.encode(answer))
        hungry = answer.message == NO_MEMORY
        if hungry or time.monotonic() - flushed > FLUSH_SECONDS:
            target.flush()
            flushed = time.monotonic()
        if hungry:
            return False
    target.flush()
    return True


def examined(file: Path, order: Order) -> Answer:
    """Return the facts of a file that is a whole picture, or why it is none."""
    try:
        data = read(file, order.file_bytes)
        sha256 = hashlib.sha256(data).hexdigest()
        inspected = inspect(data, max_pixels=order.picture_pixels)
        large = order.thumbnail_side and inspected.width * inspected.height > order.thumbnail_above_pixels
        return Answer(
            facts=measure(inspected, sha256=sha256, file_bytes=len(data)),
            thumbnail=small_jpeg(inspected.small, order.thumbnail_side) if large else b"",
        )
    except PictureError as fault:
        return Answer(message=fault.message, hint=fault.hint)
    except MemoryError:
        return Answer(message=NO_MEMORY)


def read(file: Path, most_bytes: int) -> bytes:
    """Return a file's content, if it is not too large. Raises PictureError."""
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            data = stream.read(size + 1) if size <= most_bytes else b""  # takes that much memory at once
    except OSError as fault:
        hint = "Check the file, then add it again."
        raise PictureError(f"The file cannot be read: {fault.strerror}.", hint=hint) from fault
    if size > most_bytes:
        raise PictureError(f"Larger than {most_bytes / 1e6:,.0f} MB.", hint="Make the picture smaller first.")
    return data


def limit(order: Order) -> None:
    """Take from this process what decoding does not need, as far as the system knows such limits."""
    if sys.platform == "win32":
        return
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ]
    if own := _own_bytes():
        wanted.append((resource.RLIMIT_AS, own + order.memory_bytes))
    for what, most in wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def _own_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError):  # not Linux, where address space would say nothing about memory
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _allow_seconds(seconds: float) -> None:
    """Let the next file have so much processor time; the app itself watches the clock on the wall."""
    if sys.platform == "win32":
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 2
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Order))
