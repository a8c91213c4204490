"""Photos of a webcam become pictures of a class; the camera is a pretended one of the browser's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as NoAnswer

from core.settings import Settings
from core.store.workspace import Workspace
from tests.browser.conftest import SWITCHES, AppServer
from tests.browser.test_pictures import settle
from tests.browser.test_zip_journey import left_in_staging

pytestmark = pytest.mark.browser

FIRST_LOOK = 200_000  # milliseconds; the first import of a workspace compiles the doctor's network
CLICKS, ANSWERED = 5, 10_000  # milliseconds
SEES = "after => document.querySelector('[data-testid=stCameraInput] video')?.currentTime > after"
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=fps=5"]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium with a camera that shows a running clock, and that asks nobody whether it may be used."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=[*SWITCHES, *CAMERA])
        yield launched
        launched.close()


def take(page: Page, photos: int, *, after: float) -> None:
    """Take so many photos, each once the one before is collected and the camera shows something again.

    The pretended camera begins with the same frames every time: each photo waits for a later one, from
    ``after`` seconds on, or they would be copies of each other. On a busy machine the camera may answer a
    click with nothing at all; one clicks again then.
    """
    shutter = page.get_by_role("button", name="Take photo", exact=False)
    for number in range(1, photos + 1):
        page.wait_for_function(SEES, arg=after + 0.6 * number)
        settle(page)
        for _ in range(CLICKS):
            with suppress(NoAnswer), page.expect_request("**/upload_file/**", timeout=ANSWERED):
                shutter.click()
                break
        page.get_by_alt_text(f"Photo {number}", exact=True).wait_for()


def sitting(page: Page, label: str, photos: int, *, after: float = 0.0) -> None:
    """Show the camera one class: take photos, name it, and add them all."""
    take(page, photos, after=after)
    settle(page)
    name = page.get_by_role("combobox", name=re.compile("Which class do you show the camera"))
    name.fill(label)
    name.press("Enter")
    settle(page)
    page.get_by_role("button", name=f"Add {photos} photos").click()


def test_two_classes_are_shown_to_the_camera_and_each_sitting_stays_together(page: Page, server: AppServer):
    page.goto("/")
    page.get_by_label("Or name a project").fill("Thumbs")
    page.get_by_role("button", name="Create project").click()
    page.locator(".st-key-way_in").get_by_text("Webcam").click()
    sitting(page, "thumb up", 3)
    page.get_by_role("heading", name="3 pictures in 1 class").wait_for(timeout=FIRST_LOOK)

    page.get_by_text("Add more pictures").click()
    page.locator(".st-key-way_in").get_by_text("Webcam").click()
    sitting(page, "thumb down", 2, after=2.0)
    page.get_by_role("heading", name="5 pictures in 2 classes").wait_for()
    assert left_in_staging(server.home) == []

    with Workspace.open(Settings.from_environment({}, home=server.home)) as workspace:
        (thumbs,) = (one for one in workspace.projects.summaries() if one.project.name == "Thumbs")
        dataset = workspace.datasets.current(thumbs.project.id)
    assert dataset is not None
    groups = {name: {s.group for s in dataset.samples if s.label == name} for name in dataset.classes}
    assert [len(series) for series in groups.values()] == [1, 1]
    assert None not in set.union(*groups.values())
