"""What every file promises: in shape, pinned, no registry's address, no place on one machine, no secret."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# written in pieces, so that this file does not name them itself
NOT_HERE = {
    "address of a package registry": "pypi"
    r"\.org|python"
    r"hosted\.org|registry\.npm"
    r"js|deb\.deb"
    r"ian\.org",
    "place on one machine": r"(?<![\w.])/(?:wo"
    r"rk|ho"
    r"me/\w+|Us"
    r"ers/\w+|ro"
    r"ot|o"
    r"pt/pypi)/|[A-Z]:\\Us"
    r"ers\\",
    "secret": r"-----BEGIN [A-Z ]*PRIV" r"ATE KEY|\bgh[pousr]_\w{36}|\bAKIA[0-9A-Z]{16}\b|\bhf_\w{34}\b",
}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file that is, or could be, committed: name to content."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    contents = {}
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (data := path.read_bytes()):
            contents[name] = data.decode("utf-8", errors="replace")
    return contents


def pins(file: str) -> dict[str, str]:
    """Return package to version; fails on a line that is anything but a plain pin."""
    found: dict[str, str] = {}
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        pin = re.fullmatch(r"([A-Za-z0-9][\w.-]*)==(\d[\w.]*)", line)
        assert pin, f"{file}: not a plain pin: {line!r}"
        found[canonicalize_name(pin[1])] = pin[2]
    return found


def direct() -> list[Requirement]:
    """Return what pyproject.toml asks for, in all extras."""
    extras = PROJECT["optional-dependencies"].values()
    wanted = [Requirement(line) for lines in (PROJECT["dependencies"], *extras) for line in lines]
    return [requirement for requirement in wanted if requirement.name != PROJECT["name"]]


def needed_here(requirement: Requirement) -> set[str]:
    """Return the names of a package and of all that it brings along on this system."""
    found: set[str] = set()
    waiting = [(requirement.name, frozenset(requirement.extras))]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found.add(canonicalize_name(name))
        for line in metadata.requires(name) or []:
            below = Requirement(line)
            asked = below.marker is None or any(
                below.marker.evaluate({"extra": extra}) for extra in extras | {""}
            )
            if asked:
                waiting.append((below.name, frozenset(below.extras)))
    return found


@pytest.mark.parametrize("what", NOT_HERE)
def test_no_file_contains(texts, what):
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(NOT_HERE[what], line)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]], ids=" ".join)
def test_the_code_is_in_shape(arguments):
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "--quiet", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("requirement", direct(), ids=lambda requirement: requirement.name)
def test_every_dependency_is_pinned_to_a_version_its_bound_allows(requirement):
    pinned = pins("constraints.txt")
    assert canonicalize_name(requirement.name) in pinned
    assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


def test_what_the_dependencies_bring_along_is_pinned_too():
    extras = PROJECT["optional-dependencies"]
    elsewhere = {Requirement(line).name for extra in ("dev", "bench") for line in extras[extra]}
    installed = [requirement for requirement in direct() if requirement.name not in elsewhere]
    needed = set().union(*map(needed_here, installed))
    assert needed - set(pins("constraints.txt")) == set()


def test_packages_of_which_only_files_are_read_are_pinned_and_installed_apart():
    data = pins("requirements-data.txt")
    assert data
    assert not data.keys() & {canonicalize_name(requirement.name) for requirement in direct()}


def test_the_readme_opens_with_the_two_commands_that_do_everything():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL)
    lines = [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]
    assert [line for line in lines if line][:2] == ["python3 start.py", "python3 start.py test"]
    below = readme.split("```")[2].strip().splitlines()[0]
    assert below == "On Windows, with the Python from python.org: `py start.py` and `py start.py test`."


def test_the_readme_names_every_variable_that_settings_read():
    """Two of the four stood in no document."""
    read = set(re.findall(r"SIGHTSMITH_[A-Z_]+", (ROOT / "core" / "settings.py").read_text(encoding="utf-8")))
    assert len(read) >= 4
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in read if f"`{name}" not in readme} == set()


def test_ci_runs_what_the_readme_tells():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    assert script.splitlines()[-1] == "exec python3 start.py test"


def test_the_licence_is_the_one_that_is_declared():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in text
    assert "Copyright 2026 The Sightsmith authors" in text
