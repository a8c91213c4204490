"""A decoding process that does what real decoders do only to their worst files, by words in the file."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.data import worker
from core.domain.errors import PictureError


def misbehave(file: Path, most_bytes: int) -> bytes:
    data = read(file, most_bytes)
    if data.startswith(b"SEGV"):
        os.kill(os.getpid(), signal.SIGSEGV)
    elif data.startswith(b"HANG"):
        time.sleep(600)
    elif data.startswith(b"EATS"):
        data = b"x" * (64 * 1024**3)
    elif data.startswith(b"BABBLE"):
        os.write(ANSWERS, b"\xff" * 64)
        time.sleep(600)
    elif data.startswith(b"WRITE"):
        try:
            file.with_suffix(".escaped").write_bytes(b"x" * 100_000)
        except OSError as fault:
            raise PictureError(f"refused: {fault.strerror}", hint="none") from fault
    return data


ANSWERS = os.dup(1)
read, worker.read = worker.read, misbehave
worker.main(msgspec.json.decode(sys.argv[1], type=worker.Order))
