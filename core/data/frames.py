"""What the app and its decoding processes say to each other: messages, each with its length in front."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO, Final

from core.domain.facts import PictureFacts

MOST_BYTES: Final = 4 * 1024 * 1024  # no honest message comes near
_LENGTH: Final = struct.Struct(">L")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a decoding process found: the facts of a usable picture, or else why the file is none.

    ``thumbnail`` is a small JPEG of a picture that takes long to decode; empty where it was not asked for.
    """

    facts: PictureFacts | None = None
    thumbnail: bytes = b""
    message: str = ""
    hint: str = ""


def write_frame(stream: IO[bytes], message: bytes) -> None:
    """Write one message; whoever reads it sees it after a flush."""
    stream.write(_LENGTH.pack(len(message)) + message)


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next message; None when the other side has ended, or writes what is no message."""
    head = stream.read(_LENGTH.size)
    length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else MOST_BYTES + 1
    if length > MOST_BYTES:
        return None
    message = stream.read(length)
    return message if len(message) == length else None
