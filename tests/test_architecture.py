"""The floors: imports go down only, core runs without a browser, and the nouns cost nothing to import."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).resolve().parents[1]
FLOORS = """
import sys
from importlinter.cli import lint_imports
sys.path.insert(0, ".")
sys.exit(lint_imports(config_filename=sys.argv[1], no_cache=True, no_logo=True))
"""
IMPORT_ALL = """
import importlib, json, sys
sys.modules["streamlit"] = None
failed = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed[name] = str(error)
print(json.dumps(failed))
"""
NEWLY_LOADED = """
import json, sys
before = set(sys.modules)
import importlib
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


def modules_below(package: str) -> list[str]:
    """The names of a package and of everything in it."""
    folders = [str(ROOT.joinpath(*package.split(".")))]
    return [package, *(module.name for module in pkgutil.walk_packages(folders, prefix=f"{package}."))]


def in_a_fresh_python(script: str, *arguments: str) -> object:
    """What a script prints as JSON in a process that has imported nothing yet."""
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_imports_go_down_only():
    """In a process of its own: import-linter silences every logger there is, and later tests listened."""
    command = [sys.executable, "-c", FLOORS, str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_of_core_runs_where_streamlit_is_not_installed():
    names = [name for name in modules_below(core.__name__) if not name.endswith(".__main__")]
    assert in_a_fresh_python(IMPORT_ALL, *names) == {}


@pytest.mark.parametrize("package", ["core.domain", "core.launch"])
def test_needs_nothing_but_the_standard_library(package):
    """The nouns are imported everywhere, and the launcher runs as long as the app: both must stay light."""
    loaded = in_a_fresh_python(NEWLY_LOADED, *modules_below(package))
    assert isinstance(loaded, list)
    assert [name for name in loaded if name not in sys.stdlib_module_names] == ["core"]
