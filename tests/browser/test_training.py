"""Pausing, queueing and resuming in a real browser, also after the server was killed."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import AppServer

pytestmark = pytest.mark.browser


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    page.get_by_role("heading", name=text).first.wait_for()


def start_a_run(page: Page) -> None:
    page.get_by_role("link", name="Configure").click()
    page.locator(".st-key-start button").click()
    heading(page, "How is it going?")


def child_of(process: int) -> int:
    """Return the process that serves; the one that was started only looks after it."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(children[0])


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are told by /proc")
def test_a_run_is_paused_queued_killed_and_resumed(page: Page, own_server: AppServer):
    page.goto("/")
    page.locator(".st-key-try_machine-parts button").click()
    heading(page, re.compile("400 pictures in 4 classes"))
    start_a_run(page)
    page.get_by_text(re.compile("Fine-tuning")).first.wait_for()

    page.locator(".st-key-pause_run button").click()
    page.get_by_text(re.compile("This training run is paused")).wait_for()
    page.locator(".st-key-resume_run button").click()
    page.locator(".st-key-pause_run button").wait_for()

    start_a_run(page)
    heading(page, "Run 1")
    heading(page, "Waiting for their turn")
    expect(page.locator("[class*=st-key-waiting_]")).to_contain_text("Run 2")
    page.get_by_role("button", name="Take out").first.click()
    page.locator("[class*=st-key-waiting_]").wait_for(state="detached")

    page.get_by_text(re.compile("Fine-tuning")).first.wait_for()
    where = page.url
    os.kill(child_of(own_server._process.pid), signal.SIGKILL)
    come_back(page, where)
    page.get_by_text(re.compile("Sightsmith was closed while this run was training")).wait_for()
    page.locator(".st-key-resume_run button").first.click()
    page.get_by_role("button", name="Stop and keep the best").click()
    page.get_by_text("You stopped this training run.").wait_for()
    page.locator(".st-key-to_results button").wait_for()
    assert page.get_by_text("Something went wrong").count() == 0


def come_back(page: Page, address: str) -> None:
    """Load the page anew as soon as the server, started again by its keeper, answers."""
    for _ in range(120):
        try:
            page.goto(address)
        except Error:  # nobody listens yet
            page.wait_for_timeout(500)
        else:
            return
    pytest.fail("the server did not come back")
