"""Two new pictures shown to a finished run in a real browser, and a zip of them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.jobs.studio import Studio
from core.settings import Settings
from tests.browser.conftest import AppServer
from tests.browser.test_journeys import heading, settle
from tests.browser.test_zip_journey import left_in_staging
from tests.conftest import knowing_engines
from tests.jobs.made_run import finished_run, noise

pytestmark = pytest.mark.browser


PASTE = """async () => {  // as a browser does it after a picture was copied
  const canvas = Object.assign(document.createElement("canvas"), {width: 80, height: 60});
  canvas.getContext("2d").fillRect(10, 10, 40, 40);
  const blob = await new Promise(done => canvas.toBlob(done));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([blob], "image.png", {type: "image/png"}));
  const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
  document.body.dispatchEvent(event);
}"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    """The app on a workspace that has a finished run."""
    home = knowing_engines(tmp_path / "home")
    studio = Studio.open(Settings.from_environment({}, home=home))
    finished_run(studio, tmp_path / "pictures")
    studio.close()
    started = AppServer(home, tmp_path / "server.log")
    started.start()
    yield started
    started.stop()
    assert "Traceback" not in started.log.read_text(), started.log.read_text()


def test_new_pictures_are_answered_and_forgotten(page: Page, server: AppServer, tmp_path: Path):
    files = [noise(tmp_path / f"new {n}.png", seed=20 + n) for n in range(2)]
    page.goto("/try_it?project=Bolts")
    page.locator("input[type=file]").first.set_input_files(files)
    heading(page, "2 pictures")
    page.get_by_alt_text("new 0.png,").wait_for()
    page.get_by_alt_text("new 1.png,").wait_for()
    assert page.get_by_text("sure: ").count() == 2
    page.get_by_text("Why this answer").first.click()
    page.get_by_text("Where the model looked for").first.wait_for()
    settle(page)
    page.get_by_role("button", name="Put away").click()
    page.get_by_role("heading", name="2 pictures").wait_for(state="detached")
    assert left_in_staging(tmp_path / "home") == []

    page.evaluate(PASTE)
    page.get_by_alt_text("pasted image.png,").first.wait_for()
    settle(page)
    page.get_by_role("button", name="Put away").click()
    page.get_by_alt_text("pasted image.png,").first.wait_for(state="detached")

    packed = tmp_path / "new.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in files:
            archive.write(file, f"any/{file.name}")
    page.locator(".st-key-try_way").get_by_text("A zip file").click()
    page.get_by_role("button", name="Choose a zip").wait_for()
    settle(page)
    page.locator("input[type=file][accept*=zip]").set_input_files(packed)
    heading(page, re.compile("2 pictures of new"))
    page.get_by_role("button", name="All answers").wait_for()
    label_with_its_help(page)


def label_with_its_help(page: Page) -> None:
    """Correct one of two answers by a key, add both, and see that they are there."""
    page.get_by_text("Add them to this project as labelled pictures").click()
    page.get_by_role("option").first.wait_for()
    settle(page)
    page.get_by_label("Another class").fill("rust")
    page.get_by_label("Another class").press("Enter")
    page.get_by_role("button", name="rust", pressed=True).wait_for()
    page.get_by_role("option").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("option", name="To be added as rust").wait_for()
    page.locator(".st-key-add_suggested button").click()
    page.get_by_text("in this project").first.wait_for()
    settle(page)
