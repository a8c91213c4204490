"""A zip dropped where a person would drop it: its pictures are there in the end, and nothing else is left."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AppServer
from tests.browser.test_big_upload import drop

pytestmark = pytest.mark.browser

PLACES = {"garden": ((200, 40, 60), (40, 160, 60)), "orchard": ((220, 180, 40), (90, 60, 160))}


def zip_of(draw, garden: str) -> bytes:
    """Eight pictures in each of two classes; another garden, other pictures."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, color in zip(("berries", "leaves"), PLACES[garden], strict=True):
            for number in range(8):
                drawn = io.BytesIO()
                draw(seed=number, size=(48, 40), color=color).save(drawn, "PNG")
                archive.writestr(f"{garden}/{name}/{number}.png", drawn.getvalue())
    return packed.getvalue()


def left_in_staging(home: Path) -> list[Path]:
    return [path for path in (home / "staging").rglob("*") if path.is_file()]


def test_a_zip_dropped_at_home_and_one_more_on_its_pictures(page: Page, server: AppServer, picture):
    page.goto("/")
    home = page.locator(".st-key-home_zip")
    home.get_by_role("button", name="Choose a zip").wait_for()
    drop(page, home, "garden.zip", content=zip_of(picture, "garden"))
    page.get_by_role("heading", name="16 pictures in 2 classes").wait_for()
    assert left_in_staging(server.home) == []

    page.get_by_text("Add more pictures").click()
    zone = page.locator(".st-key-zip")
    zone.get_by_role("button", name="Choose a zip").wait_for()
    drop(page, zone, "orchard.zip", content=zip_of(picture, "orchard"))
    page.get_by_role("heading", name="32 pictures in 2 classes").wait_for()
    assert left_in_staging(server.home) == []
    assert page.get_by_text("Something went wrong").count() == 0
