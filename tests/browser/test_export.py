"""Pictures are taken along as a zip in a real browser, and nothing of it stays on the server."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AppServer
from tests.browser.test_zip_journey import left_in_staging

pytestmark = pytest.mark.browser


def test_the_pictures_of_a_project_are_downloaded_and_the_server_keeps_no_zip(
    page: Page, server: AppServer, picture, tmp_path: Path
):
    for name, color in (("ripe", (220, 180, 40)), ("unripe", (90, 160, 40))):
        (tmp_path / "fruit" / name).mkdir(parents=True)
        for number in range(8):
            picture(seed=number, color=color).save(tmp_path / "fruit" / name / f"{number}.png")
    page.goto("/")
    page.get_by_label("Or name a project").fill("Obst & Früchte")
    page.get_by_role("button", name="Create project").click()
    page.locator(".st-key-way_in").get_by_text("On this computer").click()
    page.get_by_role("textbox", name=re.compile("Path of a folder")).fill(str(tmp_path / "fruit"))
    page.get_by_role("button", name="Bring in this folder").click()
    page.get_by_role("heading", name="16 pictures in 2 classes").wait_for()

    with page.expect_download() as begun:
        page.get_by_role("button", name="Download these pictures").click()
    saved = tmp_path / begun.value.suggested_filename
    begun.value.save_as(saved)
    assert saved.name == "Obst Früchte.zip"
    with zipfile.ZipFile(saved) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 17
        assert archive.read("ripe/0.png") == (tmp_path / "fruit" / "ripe" / "0.png").read_bytes()
    page.get_by_text("The download has begun").wait_for()
    assert left_in_staging(server.home) == []
