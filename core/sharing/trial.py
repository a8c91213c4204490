"""An exported file, tried in a fresh process that loads its runtime and nothing of ours that trained it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import msgspec

from core.data.parallel import check, ignore_progress, never
from core.domain.errors import PackageError

_ROOT: Final = Path(__file__).parents[2]


class Reply(msgspec.Struct, kw_only=True, frozen=True):
    """What the exported file said about one picture; ``error`` where it could not be read there."""

    error: str = ""
    probabilities: tuple[float, ...] = ()
    distance: float | None = None
    named: tuple[str, ...] = ()
    doubt: str | None = None
    ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the exported file said about every picture, in their order."""

    runtime: str  # name and version
    replies: tuple[Reply, ...]


def try_out(
    folder: Path,
    pictures: Sequence[Path],
    *,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
) -> Trial:
    """Ask the export in ``folder``, with its own ``predict.py``, about every picture.

    Raises:
        PackageError: the file cannot be loaded, or its runtime ended.
        Cancelled: it was stopped.
    """
    with tempfile.TemporaryFile() as complaints, _started(folder, complaints) as process:
        try:
            return _followed(process, pictures, progress, stopped)
        except (OSError, ValueError, msgspec.MsgspecError) as problem:
            process.kill()
            process.wait()
            complaints.seek(0)
            told = complaints.read()[-500:].decode(errors="replace").strip()
            raise PackageError(
                f"The exported file cannot be used in a process of its own: {told or problem}",
                hint="Choose another form.",
            ) from problem
        finally:
            process.kill()


def _started(folder: Path, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own module, and no shell
        [sys.executable, "-W", "ignore", "-m", "core.sharing.trial_process", str(folder.absolute())],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        start_new_session=os.name == "posix",  # Ctrl-C is for the app
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _followed(
    process: subprocess.Popen[bytes],
    pictures: Sequence[Path],
    progress: Callable[[int, int], None],
    stopped: Callable[[], bool],
) -> Trial:
    if process.stdin is None or process.stdout is None:
        raise OSError("no pipes")
    process.stdin.write(json.dumps([str(path.absolute()) for path in pictures]).encode())
    process.stdin.close()
    runtime = msgspec.json.decode(process.stdout.readline(), type=dict[str, str])["runtime"]
    replies = []
    for number in range(1, len(pictures) + 1):
        check(stopped)
        replies.append(msgspec.json.decode(process.stdout.readline(), type=Reply))
        progress(number, len(pictures))
    return Trial(runtime=runtime, replies=tuple(replies))
