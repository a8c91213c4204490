"""The web app as a module: what it does to the process that serves it."""

from __future__ import annotations

import subprocess
import sys

from core.launch import APP

DRAWN = """
import sys
import app
from streamlit.runtime.scriptrunner.exec_code import modified_sys_path

before = list(sys.path)
with modified_sys_path(str(app.SHELL / "main.py")):
    assert sys.path == before, "drawing a page changes where modules are looked for"
assert sys.path == before
"""


def test_drawing_a_page_leaves_the_places_of_modules_alone():
    """A worker that goes through the list while an entry is taken out of it misses the next one."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DRAWN],
        cwd=APP.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
