"""Pictures are ticked, left out and brought back in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def settle(page: Page) -> None:
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def undo(page: Page, what: str) -> None:
    """Wait until the last change is this one."""
    page.get_by_role("button", name=re.compile(f"Undo: {what}")).wait_for()
    settle(page)


def test_a_row_of_pictures_is_ticked_left_out_and_brought_back(page: Page, picture, tmp_path: Path):
    for name, color in (("ripe", (220, 180, 40)), ("unripe", (90, 160, 40))):
        (tmp_path / "fruit" / name).mkdir(parents=True)
        for number in range(8):
            picture(seed=number, color=color).save(tmp_path / "fruit" / name / f"{number}.png")
    page.goto("/")
    settle(page)
    page.get_by_label("Or name a project").fill("Orchard")
    page.get_by_role("button", name="Create project").click()
    page.locator(".st-key-way_in").get_by_text("On this computer").click()
    page.get_by_role("textbox", name=re.compile("Path of a folder")).fill(str(tmp_path / "fruit"))
    page.get_by_role("button", name="Bring in this folder").click()
    page.get_by_role("heading", name="16 pictures in 2 classes").wait_for()

    page.get_by_role("tab", name="All pictures").click()
    pictures = page.get_by_role("option")
    pictures.nth(15).wait_for()
    settle(page)
    pictures.nth(1).locator(".tick").click()
    page.get_by_text("1 picture chosen").wait_for()
    pictures.nth(3).click(modifiers=["Shift"])
    page.get_by_text("3 pictures chosen").wait_for()
    settle(page)
    page.get_by_role("button", name="Leave out").click()
    undo(page, "left out 3 pictures")
    page.get_by_role("heading", name="13 pictures in 2 classes").wait_for()

    page.get_by_text("Left out", exact=True).click()
    page.get_by_text("Choose all 3 here").click()
    page.get_by_text("3 pictures chosen").wait_for()
    settle(page)
    page.get_by_role("button", name="Bring back").click()
    undo(page, "brought back 3 pictures")
    page.get_by_role("heading", name="16 pictures in 2 classes").wait_for()
