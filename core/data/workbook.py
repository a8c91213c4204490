"""A table of labels in a spreadsheet's own file: Excel's xlsx and xls, LibreOffice's ods."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import msgspec

from core.data.sandbox import started
from core.data.workbook_reader import Sheet
from core.domain.errors import DatasetError

COMMAND: tuple[str, ...] = (sys.executable, "-m", "core.data.workbook_reader")
ENDINGS: Final = frozenset(("xlsx", "xlsm", "xlsb", "xls", "ods"))
SECONDS: Final = 60.0
_MARKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # zip, and the files of old Offices
_ORDER: Final = {"memory_bytes": 2 * 1024**3, "seconds": SECONDS, "picture_pixels": 0, "file_bytes": 0}
_AS_CSV: Final = "Save the sheet with the columns file and class as CSV (UTF-8), and bring that."
_TOO_MUCH: Final = "takes too long or too much memory to be read"


def is_workbook(raw: bytes) -> bool:
    """Tell from a file's first bytes whether it may be a spreadsheet's own file."""
    return raw.startswith(_MARKS)


def read_workbook(raw: bytes, name: str) -> Sheet:
    """Return the sheet that tells files, read in a process of its own; ``name`` is what the user calls it.

    Raises DatasetError where there is none, and AppError where no process can be started.
    """
    with started(COMMAND, _ORDER) as process:
        try:
            answer, _ = process.communicate(raw, timeout=SECONDS)
            sheet = msgspec.json.decode(answer, type=Sheet)
        except (subprocess.TimeoutExpired, msgspec.DecodeError):  # one that was ended says nothing
            process.kill()
            sheet = Sheet(problem=_TOO_MUCH)
    if sheet.problem:
        raise DatasetError(f"'{name}' {sheet.problem}.", hint=_AS_CSV)
    return sheet
