"""A review in a real browser: verdicts by keyboard, one taken back, a training with the corrections."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    page.get_by_role("heading", name=text).first.wait_for()


def a_quick_run(page: Page) -> None:
    page.goto("/")
    page.locator(".st-key-try_machine-parts button").click()
    heading(page, re.compile("400 pictures in 4 classes"))
    page.locator(".st-key-to_configure button").click()
    page.locator(".st-key-choose_quick button").click()
    expect(page.locator(".st-key-choose_quick button")).to_contain_text("Chosen")
    page.locator(".st-key-start button").click()
    page.locator(".st-key-to_results button").wait_for()


def looked_at(page: Page, number: int, *, of: int) -> None:
    """Wait until so many pictures of the list were looked at, and the next one is ready."""
    page.get_by_text(re.compile(rf"^{number} of {of} looked at")).wait_for()
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def test_a_review_by_keyboard_leads_to_the_pictures_it_changed(page: Page):
    a_quick_run(page)
    page.get_by_role("link", name="Review").click()
    heading(page, "Which pictures are wrong, and why?")
    page.get_by_text("Right answers, drawn by lot", exact=True).click()  # of them there are always enough
    looked_at(page, 0, of=30)
    page.locator("[class*=st-key-verdict_6_] button:enabled:visible").first.wait_for()
    for number, key in enumerate("66344", start=1):
        page.keyboard.press(key)
        looked_at(page, number, of=30)
    page.keyboard.press("Control+z")
    looked_at(page, 4, of=30)

    page.locator("[class*=st-key-correct_] button").first.click()
    page.get_by_text(re.compile("^1 picture left out")).wait_for()
    page.locator("[class*=st-key-retrain_] button").click()
    heading(page, "How is it going?")
    heading(page, "Is the new one better?")  # by itself, once the training has ended
    page.get_by_role("tab", name=re.compile("Fixed")).wait_for()
    page.get_by_text(re.compile("Both are judged by the corrected labels")).wait_for()
    assert page.get_by_text("Something went wrong").count() == 0
