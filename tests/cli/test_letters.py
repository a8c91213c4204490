"""Names of any letters are printed wherever the output goes."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from core.cli.letters import let_all_through

TOLD = "import sys; from core.cli.letters import let_all_through as all_; {}; print('\\u0142uk \\ud800')"


@pytest.mark.parametrize(("prepared", "code"), [("all_(sys.stdout)", 0), ("pass", 1)])
def test_a_file_takes_letters_that_its_old_code_page_lacks(prepared: str, code: int) -> None:
    """On Windows a redirected answer with a class called łuk ended in a traceback."""
    done = subprocess.run(
        [sys.executable, "-c", TOLD.format(prepared)],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        check=False,
    )
    assert done.returncode == code
    assert done.stdout.decode("utf-8").strip() == ("łuk \\ud800" if code == 0 else "")


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_a_terminal_keeps_its_letters() -> None:
    terminal = Terminal(io.BytesIO(), encoding="cp1252")
    let_all_through(terminal)
    terminal.write("ü ł")
    terminal.flush()
    assert terminal.buffer.getvalue() == b"\xfc \\u0142"  # type: ignore[attr-defined]


def test_something_else_than_a_stream_is_left_alone() -> None:
    let_all_through(io.StringIO())
