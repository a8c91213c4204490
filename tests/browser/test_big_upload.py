"""A zip on its way from a real browser through the upload route, on a page that holds nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import ROOT, AppServer

pytestmark = pytest.mark.browser

ZIP = b"PK\x03\x04" + hashlib.shake_128(b"a zip, as far as the route can tell").digest(300_000)
MB = 1 << 20
ZONE = ".st-key-zip"
RESTS = "[data-testid=stApp][data-test-script-state=notRunning]"

APP = """
import os
import secrets
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import streamlit as st

from core.settings import Limits
from ui import services, upload_patience, upload_route

home = Path(os.environ["SIGHTSMITH_HOME"])


def staging():
    folder = home / "staging" / secrets.token_hex(8)
    folder.mkdir(parents=True)
    return folder


limits = Limits(archive_bytes=64 << 20)
settings = SimpleNamespace(home=home, limits=limits)
services.use(SimpleNamespace(settings=settings, staging=staging, make_room=lambda needed=0: None))


@asynccontextmanager
async def lifespan(_app):
    with upload_patience.ending_with_server():
        yield {}


page = Path(__file__).parent / "shell" / "page.py"
app = st.App(page, routes=upload_route.routes(), lifespan=lifespan)
"""
PAGE = """
import hashlib

import streamlit as st

from ui.components import big_upload

st.title("Upload")
st.button("Draw again", key="again")
if st.toggle("Leave", key="leave"):
    st.stop()
if zipped := big_upload.show(key="zip", label="Drop <b>a zip</b>", help="Its folders become the classes."):
    content = zipped.path.read_bytes()
    arrived = f"{zipped.name}: {len(content)} bytes, {hashlib.sha256(content).hexdigest()}"
    st.session_state.setdefault("arrived", []).append(arrived)
for line in st.session_state.get("arrived", []):
    st.text(line)
"""


class ScriptServer(AppServer):
    """The drop zone and its route, without the rest of the app."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "home", folder / "server.log")
        self.home = folder / "home"
        self._app = folder / "app.py"
        (folder / "shell").mkdir()
        self._app.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{APP}")
        (folder / "shell" / "page.py").write_text(PAGE)

    def command(self) -> list[str]:
        options = ["--server.port", str(self.port), "--server.headless", "true"]
        return [sys.executable, "-m", "streamlit", "run", str(self._app), *options]

    def kept(self) -> list[Path]:
        return [path for path in self.home.rglob("*") if path.is_file()]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScriptServer]:
    started = ScriptServer(tmp_path)
    started.start()
    yield started
    started.stop()
    assert "Traceback" not in started.log.read_text(), started.log.read_text()


@pytest.fixture
def zone(page: Page) -> Locator:
    page.goto("/")
    page.get_by_role("button", name="Choose a zip").wait_for()
    page.wait_for_selector(RESTS)  # until then, drawing it again takes the focus away
    return page.locator(ZONE)


def choose(zone: Locator, content: bytes, name: str = "garden.zip") -> None:
    file: FilePayload = {"name": name, "mimeType": "application/zip", "buffer": content}
    zone.locator("input[type=file]").set_input_files(file)


def file_of(folder: Path, size: int) -> Path:
    """A zip, as far as the route can tell, that is read from the disk while it is sent."""
    with (folder / "big.zip").open("wb") as file:
        file.write(ZIP)
        file.truncate(size)
    return folder / "big.zip"


def drop(page: Page, zone: Locator, *names: str, content: bytes = ZIP) -> None:
    """Drop files, all with the same content, as the mouse would."""
    transfer = page.evaluate_handle(
        """([encoded, names]) => {
            const bytes = Uint8Array.from(atob(encoded), character => character.charCodeAt(0));
            const transfer = new DataTransfer();
            for (const name of names) transfer.items.add(new File([bytes], name));
            return transfer;
        }""",
        [base64.b64encode(content).decode(), names],
    )
    zone.locator(".zone").dispatch_event("dragover", {"dataTransfer": transfer})
    zone.locator(".zone").dispatch_event("drop", {"dataTransfer": transfer})


def slow_down(page: Page, bytes_per_second: int) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second},
    )


def nothing_kept(page: Page, server: ScriptServer) -> None:
    """Wait until the server has noticed that the browser went away, and has cleaned up."""
    for _ in range(100):
        if not server.kept():
            return
        page.wait_for_timeout(50)
    pytest.fail(f"still there: {server.kept()}")


def line_of(content: bytes, name: str) -> str:
    return f"{name}: {len(content)} bytes, {hashlib.sha256(content).hexdigest()}"


def test_a_dropped_zip_arrives_whole_and_the_next_one_too(page: Page, zone: Locator):
    drop(page, zone, "gärten & <i>.zip")
    page.get_by_text(line_of(ZIP, "gärten & <i>.zip")).wait_for()
    choose(zone, ZIP + b"more", "second.zip")
    page.get_by_text(line_of(ZIP + b"more", "second.zip")).wait_for()
    assert page.get_by_text(line_of(ZIP, "gärten & <i>.zip")).count() == 1
    expect(zone.get_by_role("button", name="Choose a zip")).to_be_visible()


def test_it_can_be_used_without_a_mouse(page: Page, zone: Locator, tmp_path: Path):
    button = zone.get_by_role("button", name="Choose a zip")
    button.focus()
    expect(button).to_be_focused()
    with page.expect_file_chooser() as chooser:
        button.press("Enter")
    slow_down(page, 2 * MB)
    chooser.value.set_files(file_of(tmp_path, 20 * MB))
    expect(zone.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(zone.get_by_role("button", name="Choose a zip")).to_be_focused()


def test_progress_is_told_and_cancel_keeps_nothing(
    page: Page, zone: Locator, server: ScriptServer, tmp_path: Path
):
    slow_down(page, 4 * MB)
    zone.locator("input[type=file]").set_input_files(file_of(tmp_path, 60 * MB))
    figures = re.compile(r"of 62\.9 MB, .*MB per second, about \d0 seconds left")
    expect(zone.locator(".figures")).to_have_text(figures)
    expect(zone.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    assert server.kept()
    zone.get_by_role("button", name="Cancel").click()
    expect(zone.get_by_role("status")).to_have_text("Cancelled; nothing was kept.")
    nothing_kept(page, server)
    slow_down(page, -1)
    choose(zone, ZIP)
    page.get_by_text(line_of(ZIP, "garden.zip")).wait_for()


def test_it_goes_on_while_the_page_is_drawn_again_but_not_without_the_page(
    page: Page, zone: Locator, server: ScriptServer, tmp_path: Path
):
    slow_down(page, 4 * MB)
    zone.locator("input[type=file]").set_input_files(file_of(tmp_path, 60 * MB))
    bar = zone.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[3-9]$"))
    page.locator(".st-key-again button").click()
    page.wait_for_selector(RESTS)
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^\d\d$"))
    page.locator(".st-key-leave label").click()
    expect(zone).to_have_count(0)
    nothing_kept(page, server)


def test_a_refusal_is_told_in_words(page: Page, zone: Locator, server: ScriptServer):
    alert = zone.get_by_role("alert")
    choose(zone, b"\xff\xd8\xff\xe0" + bytes(2000), "photo.zip")
    expect(alert).to_contain_text("This is not a zip. It is really a JPEG picture.")
    choose(zone, b"")
    expect(alert).to_contain_text("The file is empty.")
    drop(page, zone, "one.zip", "two.zip")
    expect(alert).to_have_text("One zip at a time, please.")
    choose(zone, ZIP)
    page.get_by_text(line_of(ZIP, "garden.zip")).wait_for()
    expect(alert).to_have_text("")
    assert len(server.kept()) == 1


def test_a_file_above_the_limit_is_refused_without_being_sent(page: Page, zone: Locator, tmp_path: Path):
    zone.locator("input[type=file]").set_input_files(file_of(tmp_path, 65 * MB))
    expect(zone.get_by_role("alert")).to_contain_text("The file has 68.2 MB; the most is 67.1 MB.")


def test_a_server_that_goes_away_is_told(page: Page, zone: Locator, server: ScriptServer, tmp_path: Path):
    slow_down(page, 2 * MB)
    zone.locator("input[type=file]").set_input_files(file_of(tmp_path, 60 * MB))
    expect(zone.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    server.stop()
    expect(zone.get_by_role("alert")).to_contain_text(re.compile("does not answer|is being closed"))
    nothing_kept(page, server)


def test_the_label_is_text(zone: Locator):
    assert zone.get_by_text("Drop <b>a zip</b>").count() == 1
    assert zone.locator("b").count() == 0
