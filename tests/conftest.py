"""What every test stands on: one torch thread, a home of its own, no network, no thread left behind."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from PIL import Image
from streamlit.components.v2 import manifest_scanner

from core.jobs import memory
from core.store.paths import Paths

ENGINES = "SIGHTSMITH_TEST_ENGINES"  # names the folder of prepared networks that all processes share
BROWSER = "tests/browser/"
SECONDS_TO_END = 5.0  # a thread that was told to stop may need this long on a busy machine


def pytest_configure(config: pytest.Config) -> None:
    """Have one folder for the networks that tests prepare; processes begun from here share it."""
    if ENGINES in os.environ:
        return
    folder = os.environ[ENGINES] = tempfile.mkdtemp(prefix="sightsmith-engines-")

    def clean_up() -> None:
        del os.environ[ENGINES]
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(clean_up)


def pytest_collection_finish() -> None:
    """Let no collection look through all the modules and tests again: jobs ask for one whenever they end."""
    memory.pass_over_what_stays()


@pytest.hookimpl(optionalhook=True)  # without xdist nobody asks
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one worker go through all browser tests: two browsers at once keep each other waiting too long."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class OneBrowser(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)

    return OneBrowser(config, log)


def knowing_engines(home: Path) -> Path:
    """Return the folder of a workspace that finds the networks which other tests have prepared.

    Preparing one takes seconds, many on a busy machine, and is not what most tests are about.
    """
    engines = Paths(home).cache("engines")
    engines.parent.mkdir(parents=True, exist_ok=True)
    engines.symlink_to(os.environ[ENGINES], target_is_directory=True)
    return home


class DrawPicture(Protocol):
    """Draws a small RGB picture; the same arguments always give the same picture."""

    def __call__(
        self, seed: int = 0, size: tuple[int, int] = (32, 24), color: tuple[int, int, int] | None = None
    ) -> Image.Image: ...


def draw_picture(
    seed: int = 0, size: tuple[int, int] = (32, 24), color: tuple[int, int, int] | None = None
) -> Image.Image:
    """Return a ``size`` (width, height) picture: ``color`` (or one drawn from the seed) under weak noise."""
    random = np.random.default_rng(seed)
    base = random.integers(30, 226, size=3) if color is None else np.asarray(color)
    noise = random.integers(-12, 13, size=(size[1], size[0], 3))  # (H, W, 3)
    return Image.fromarray(np.clip(base + noise, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def picture() -> DrawPicture:
    """The drawing function, ``picture(seed=0, size=(32, 24), color=None)``."""
    return draw_picture


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium for browser tests. Without one they are skipped, but fail where CI is set."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROME") or next((path for name in names if (path := shutil.which(name))), None)
    if found is not None:
        return found
    told = "No Chromium found; install it, or set CHROME to its path."
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has its own workspace folder, never the user's."""
    monkeypatch.setenv("SIGHTSMITH_HOME", str(tmp_path / "sightsmith-home"))
    monkeypatch.delenv("SIGHTSMITH_WEIGHTS", raising=False)


@pytest.fixture(autouse=True)
def _one_torch_thread() -> None:
    """Keep torch to one thread, without importing it for tests that do not need it."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _components_found_once() -> Iterator[None]:
    """Screens in tests look through all installed packages for components each time they are drawn.

    A server does so once, when it starts: nine tenths of the time of these tests would go there.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests)
        )
        yield


class NetworkGuard:
    """Refuses whatever would leave this machine, and remembers it."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def refuse(self, host: object) -> None:
        self.reached.append(str(host))
        raise ConnectionRefusedError(f"tests must not reach {host!r}")

    def check_address(self, connection: socket.socket, address: Any) -> None:
        if connection.family not in {socket.AF_INET, socket.AF_INET6} or self._is_own_name(address[0]):
            return
        number = self._as_number(address[0])
        if number is None or not (number.is_loopback or number.is_unspecified):
            self.refuse(address[0])

    def check_name(self, host: object) -> None:
        if not self._is_own_name(host) and self._as_number(host) is None:  # numbers need no name server
            self.refuse(host)

    @staticmethod
    def _is_own_name(host: object) -> bool:
        name = host.decode() if isinstance(host, bytes) else host
        return name in {None, "", "localhost", socket.gethostname()}

    @staticmethod
    def _as_number(host: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        try:
            return ipaddress.ip_address(str(host).partition("%")[0])
        except ValueError:
            return None


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that reaches out of this machine, also when the code under test swallows the refusal."""
    guard = NetworkGuard()
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        guard.check_address(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        guard.check_address(self, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        guard.check_name(host)
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    assert not guard.reached, f"reached out to {', '.join(guard.reached)}"


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a thread which would keep the process from ending."""
    before = set(threading.enumerate())
    yield
    last_call = time.monotonic() + SECONDS_TO_END
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in left:
        thread.join(timeout=max(0.0, last_call - time.monotonic()))
    names = [thread.name for thread in left if thread.is_alive()]
    assert not names, f"left threads running: {', '.join(names)}"
