"""Starts the app's server as a child process, says where it answers, and starts it again if it dies."""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from core.domain.errors import AppError
from core.domain.hosts import LOCAL_NAMES, is_local

APP = Path(__file__).resolve().parents[1] / "app.py"
DEFAULT_HOST = "localhost"
DEFAULT_PORT = 8501
PORTS_TO_TRY = 1000  # Windows reserves hundreds in a row for other programs
FIRST_OPEN_PORT = 1024  # below it, systems ask for rights
LAST_PORT = 65535
RESTARTS = 3
RESTART_SECONDS = 600.0  # so many restarts within this time, then the launcher gives up
SECONDS_TO_END = 20.0  # what a stopped server may take to bring its work to a safe place
POLL_SECONDS = 0.1
# on Windows a wait without an end does not hear Ctrl-C, so there it is taken in steps
STEP_SECONDS = 0.5 if os.name == "nt" else None

# glibc hands large blocks back to the system after each use and asks for them again, which costs up to half
# of the speed of training. These keep the blocks; and all threads share one arena, for in one of its own a
# thread cannot keep a block that is larger than 64 MB. Elsewhere the variables mean nothing.
ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": "17179869184",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "268435456",
    "MALLOC_ARENA_MAX": "1",
}
# Nothing reports home; weights are fetched by our own code, when the user asks for them.
NO_REPORTS = {
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}
# Our settings for Streamlit let a page ask the server only under the names that this computer has for itself,
# or a website could have its own name lead here. In a network a computer has names that nobody here knows.
ANY_NAME = {"STREAMLIT_SERVER_ALLOWED_HOSTS": "*"}
OPEN_TO_ALL = (
    "Careful: there is no password. Everybody in your network who opens this address sees all projects and "
    "pictures, can change and delete them, and can bring in folders of this computer. Do this only among "
    "people whom you trust; without --host, only this computer reaches Sightsmith."
)
ANY_ADDRESS = {"0.0.0.0": "localhost", "::": "localhost"}  # noqa: S104 - told apart, not bound to
STOP_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
CTRL_C_ON_WINDOWS = 0xC000013A
ENDED_ON_PURPOSE = {
    0,
    -signal.SIGINT,
    -signal.SIGTERM,
    128 + signal.SIGINT,
    128 + signal.SIGTERM,
    CTRL_C_ON_WINDOWS,
}


def serve(host: str = DEFAULT_HOST, port: int = DEFAULT_PORT, *, browser: bool, home: Path | None) -> int:
    """Run the app until it is stopped or gives up; returns the exit code, 0 after a stop by the user.

    A taken ``port`` is said and the next free one used. ``browser`` opens a tab once the server answers.
    ``home`` is the workspace folder; None leaves the choice to the environment. Raises AppError.
    """
    if not APP.is_file():
        raise AppError(
            f"The app itself, {APP.name}, is not beside the folder 'core'.",
            hint=f"Start Sightsmith from its checkout: {start_command()}",
        )
    if not is_local(host):
        _say(OPEN_TO_ALL)
    chosen = free_port(host, port)
    if chosen != port:
        _say(f"Port {port} is taken; using {chosen} instead.")
    server = Server(
        command=server_command(host, chosen),
        environment=server_environment(os.environ, host=host, home=home),
        address=Address(host=ANY_ADDRESS.get(host, host), port=chosen),
        browser=browser and can_open_browser(os.environ),
    )
    return server.run()


def start_command(platform: str = sys.platform) -> str:
    """Return what starts Sightsmith; python.org's Python for Windows is called py there."""
    return "py start.py" if platform == "win32" else "python3 start.py"


def free_port(host: str, port: int) -> int:
    """Return ``port`` if ``host`` can listen on it, else the next free one. Raises AppError."""
    if not 1 <= port <= LAST_PORT:
        raise AppError(f"{port} is not a port.", hint=f"Choose one from {FIRST_OPEN_PORT} to {LAST_PORT}.")
    for candidate in range(port, min(port + PORTS_TO_TRY, LAST_PORT + 1)):
        if _can_listen(host, candidate):
            return candidate
    raise AppError(f"No free port from {port} on.", hint="Choose another with --port.")


def server_command(host: str, port: int) -> list[str]:
    """Return the command line of the server."""
    options = {"server.address": host, "server.port": port, "server.headless": "true"}
    # we say it ourselves; listening everywhere, Streamlit asks outside for our address first
    options["logger.hideWelcomeMessage"] = "true"
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *flags]


def server_environment(
    environ: Mapping[str, str], *, host: str = DEFAULT_HOST, home: Path | None = None
) -> dict[str, str]:
    """Return the server's environment: ``environ`` with our defaults added where it says nothing."""
    chosen = {} if home is None else {"SIGHTSMITH_HOME": str(home.expanduser().absolute())}
    called = {} if host in LOCAL_NAMES else ANY_NAME
    return {**ALLOCATOR, **NO_REPORTS, **called, **environ, **chosen}


def can_open_browser(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Tell whether there is a desktop to open a tab on; a text browser would take over the terminal."""
    return not platform.startswith("linux") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def crashed(code: int) -> bool:
    """Tell whether an exit code means that the server died, not that someone ended it."""
    return code not in ENDED_ON_PURPOSE


def may_restart(restarts: Sequence[float], now: float) -> bool:
    """Tell whether one more restart is allowed; ``restarts``: when the earlier ones were, as ``now``."""
    return sum(now - moment < RESTART_SECONDS for moment in restarts) < RESTARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the server is reached from this machine."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address for a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def answers(self) -> bool:
        """Tell whether the server is up. Asks directly, whatever proxy the environment names."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=2)
        try:
            connection.request("GET", "/_stcore/health")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@dataclass(slots=True, kw_only=True)
class Server:
    """A server process that is kept running until someone stops it."""

    command: Sequence[str]
    environment: Mapping[str, str]
    address: Address
    browser: bool
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)
    stopping: bool = field(default=False, init=False)
    restarts: list[float] = field(default_factory=list, init=False)  # moments on the monotonic clock

    def run(self) -> int:
        """Keep the server running; returns 0 when it was stopped, another code when it could not go on."""
        with self._passing_signals_on():
            while True:
                code, answered = self._run_once()
                if self.stopping or not crashed(code):
                    return 0
                if not answered:
                    _say(
                        f"The server ended before it was ready ({_in_words(code)}); the lines above say why."
                    )
                    return max(code, 1)
                if not may_restart(self.restarts, time.monotonic()):
                    _say(f"The server died again ({_in_words(code)}); giving up after {RESTARTS} restarts.")
                    return max(code, 1)
                self.restarts.append(time.monotonic())
                _say(f"The server died ({_in_words(code)}). Starting it again; finished work is safe.")

    def _run_once(self) -> tuple[int, bool]:
        """Run one server to its end; returns its exit code and whether it ever answered."""
        # A session of its own, so that Ctrl-C reaches it once, from us, and not from the terminal as well.
        self.child = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            cwd=APP.parent,
            stdin=subprocess.DEVNULL,
            start_new_session=os.name == "posix",
        )
        if self.stopping:  # the signal came before there was a child to pass it to
            self._end(self.child)
        answered = self._wait_for_answer(self.child)
        if answered and not self.stopping:
            self._announce()
        return self._wait_for_end(self.child), answered

    @staticmethod
    def _wait_for_end(child: subprocess.Popen[bytes]) -> int:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.wait(timeout=STEP_SECONDS)

    def _wait_for_answer(self, child: subprocess.Popen[bytes]) -> bool:
        while not self.address.answers():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=POLL_SECONDS)
                return False
        return True

    def _announce(self) -> None:
        if self.restarts:
            _say(f"Sightsmith is back at {self.address.url}")
            return
        _say(f"Sightsmith is ready at {self.address.url} (Ctrl-C ends it)")
        if self.browser:
            webbrowser.open(self.address.url)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if self.stopping:
            return
        self.stopping = True
        if self.child is not None:
            self._end(self.child)

    @staticmethod
    def _end(child: subprocess.Popen[bytes]) -> None:
        # on Windows it shares our console and has heard Ctrl-C itself; there, to terminate is to kill
        if os.name == "posix":
            child.terminate()
        last_word = threading.Timer(SECONDS_TO_END, child.kill)
        last_word.daemon = True
        last_word.start()

    @contextlib.contextmanager
    def _passing_signals_on(self) -> Iterator[None]:
        """Let Ctrl-C, a plain kill and a closed terminal end the server, cleanly."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may handle signals
            return
        # a signal that is ignored, as nohup does with a closed terminal, stays ignored
        heard = [number for number in STOP_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self._stop) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _can_listen(host: str, port: int) -> bool:
    """Tell whether every address of ``host`` is free at ``port``. Raises AppError when none ever can be."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise _no_such_address(host) from error
    outcomes = {_try_to_bind(family, address) for family, _, _, _, address in found}
    if errno.EADDRINUSE in outcomes:
        return False
    if errno.EACCES in outcomes and port >= FIRST_OPEN_PORT:  # Windows says so of a reserved port
        return False
    if 0 in outcomes:  # others may fail: "localhost" has an IPv6 address even where IPv6 is switched off
        return True
    if errno.EACCES in outcomes:
        raise AppError(
            f"This user may not open port {port}.",
            hint=f"Ports from {FIRST_OPEN_PORT} up need no rights: --port {DEFAULT_PORT}",
        )
    raise _no_such_address(host)


def _no_such_address(host: str) -> AppError:
    return AppError(
        f"'{host}' is not an address of this machine.",
        hint="Use localhost, or 0.0.0.0 to let other machines in your network reach it.",
    )


def _try_to_bind(family: int, address: tuple[Any, ...]) -> int:
    """Return 0, or the number of the error that binding ends with."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":  # as the server does: a port that has just been closed counts as free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(address)
    except OSError as error:
        return error.errno or errno.EADDRNOTAVAIL
    return 0


def _in_words(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"


def _say(line: str) -> None:
    print(line, flush=True)
