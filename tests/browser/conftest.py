"""A real server with a fresh workspace, and a real browser in front of it."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.conftest import knowing_engines

ROOT = Path(__file__).resolve().parents[2]
FAILED = pytest.StashKey[bool]()
START_SECONDS = 120.0
WAIT_MILLISECONDS = 90_000  # a busy machine needs long; a quiet one never waits
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class AppServer:
    """The app as a user starts it, on a free port, with a workspace of its own."""

    def __init__(self, home: Path, log: Path) -> None:
        self.home, self.log = home, log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        return [sys.executable, "-m", "core.cli", "app", "--no-browser", "--port", str(self.port)]

    def start(self) -> None:
        # what few of these tests need would take the processor from all of them
        environment = {**os.environ, "SIGHTSMITH_HOME": str(self.home), "SIGHTSMITH_PREPARE_AHEAD": "0"}
        environment["OMP_NUM_THREADS"] = "1"  # other tests run beside: threads that wait for each other lose
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=environment
            )
        last_call = time.monotonic() + START_SECONDS
        while time.monotonic() < last_call:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                if self._answers():
                    return
            time.sleep(0.1)
        pytest.fail(f"the server did not start:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=1)
        with contextlib.closing(connection):
            connection.request("GET", "/_stcore/health")
            return connection.getresponse().read() == b"ok"

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class LastingServer:
    """One server for the tests that leave it as it was: each start takes ten seconds of the processor."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._server: AppServer | None = None

    def running(self) -> AppServer:
        if self._server is None:
            folder = self._folders.mktemp("lasting")
            self._server = AppServer(knowing_engines(folder / "home"), folder / "server.log")
            self._server.start()
        return self._server

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._server = None


@pytest.fixture(scope="session")
def lasting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LastingServer]:
    lasting = LastingServer(tmp_path_factory)
    yield lasting
    lasting.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[AppServer]:
    """A fresh server, for a test that stops it, or that must be its first visitor."""
    started = AppServer(knowing_engines(tmp_path / "home"), tmp_path / "server.log")
    started.start()
    yield started
    started.stop()
    assert "Traceback" not in started.log.read_text(), started.log.read_text()


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[AppServer]:
    """The server that the page is opened at: a lasting one, or the test's ``own_server``."""
    if "own_server" in request.fixturenames:
        yield request.getfixturevalue("own_server")
        return
    lasting: LastingServer = request.getfixturevalue("lasting_server")
    running = lasting.running()
    before = len(running.log.read_text())
    yield running
    if request.node.stash.get(FAILED, False):
        lasting.stop()  # what it left under way would be in the way of the next ones
    told = running.log.read_text()[before:]
    assert "Traceback" not in told, told


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium for one file of tests: while Playwright is on, no other test can run an event loop."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield launched
        launched.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def page(browser: Browser, server: AppServer, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that fails its test when it asks any other machine for anything.

    Of a test that fails it tells what was to be read on it at the end.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=server.address)
    opened = context.new_page()
    opened.set_default_timeout(WAIT_MILLISECONDS)
    outside: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((server.address, f"ws://localhost:{server.port}", "data:", "blob:")):
            outside.append(request.url)

    opened.on("request", note)
    yield opened
    if request.node.stash.get(FAILED, False):
        print(opened.url, opened.locator("body").inner_text(), sep="\n")  # noqa: T201
    context.close()
    assert not outside, f"asked outside for {outside}"
