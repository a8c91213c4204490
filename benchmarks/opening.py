"""How soon a report is there: after a training, and each time that it is opened again, in a real Chromium.

About 1,500 test pictures of ten classes (the digits, most of them set aside for the test). Opened again means
two things: from the app's own menu, coming from another page, and as an address in a new tab, which loads
Streamlit itself first. Beside the latter stands a Streamlit page with a single word on it. The clock runs
until the headline is drawn and the script of the page rests.

    python -m benchmarks.opening [--runs 5]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.first_view import SETTLED, SWITCHES, served
from core.domain.choices import Preset
from core.domain.dataset import Split
from core.domain.edit import Edit, EditKind, SplitSettings
from core.domain.run import Stage
from core.jobs.studio import Studio
from core.settings import Settings

SETS_ASIDE = SplitSettings(validation=0.06, test=0.84, keep_series=False)
WORD = "Nothing but this."
HEADLINE = "on about"  # "Right on about 93 of 100 new pictures"


def main() -> None:
    """Train, open the report again and again, and print the seconds."""
    parser = argparse.ArgumentParser(description="How soon a report is there, in Chromium.")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home, plain = Path(folder) / "home", Path(folder) / "plain.py"
        pictures, judged = trained(home)
        plain.write_text(f"import streamlit as st\n\nst.write({WORD!r})\n")
        chromium = os.environ.get("CHROME") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        with served("app.py", home) as ours, served(str(plain), home) as theirs:
            evaluate = f"{ours}/evaluate?project=Digits"
            seconds = {
                "from the menu": from_the_menu(browser, evaluate, options.runs),
                "in a new tab": in_new_tabs(browser, evaluate, HEADLINE, options.runs),
                "a page with one word, in a new tab": in_new_tabs(browser, theirs, WORD, options.runs),
            }
        browser.close()
    tell(seconds, pictures, judged)


def trained(home: Path) -> tuple[int, float]:
    """Train a head on the digits; return how many pictures it was tested on, and the seconds of judging."""
    studio = Studio.open(Settings.from_environment({}, home=home))
    try:
        job = studio.import_sample("digits", name="Digits")
        wait(lambda: (found := studio.job(job.id)) is None or not found.status.active)
        edit = Edit(kind=EditKind.SPLIT, split_settings=SETS_ASIDE)
        dataset = studio.apply_edit(job.project_id, edit)
        config = studio.plan(Preset.QUICK, job.project_id)
        run = studio.start_run(job.project_id, config, preset=Preset.QUICK, token="opening")  # noqa: S106
        wait(lambda: (found := studio.job(run.id)) is None or not found.status.active)
        done = studio.run(run.id)
        assert done is not None  # noqa: S101 - it was just made
        judging = {one.stage: one.seconds for one in done.stage_seconds}[Stage.EVALUATE]
        return len(dataset.used(Split.TEST)), judging
    finally:
        studio.close()


def wait(ended: Callable[[], bool]) -> None:
    """Return once the job has ended."""
    while not ended():
        time.sleep(0.1)


def from_the_menu(browser: Browser, address: str, runs: int) -> list[float]:
    """Return the seconds from a click in the menu, coming from the page of pictures each time."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    with contextlib.closing(context):
        page = context.new_page()
        settled(page, lambda: page.goto(address), HEADLINE)
        found = []
        for _ in range(runs):
            settled(page, page.get_by_role("link", name="Pictures").first.click, "pictures")
            found.append(settled(page, page.get_by_role("link", name="Evaluate").first.click, HEADLINE))
        return found


def in_new_tabs(browser: Browser, address: str, words: str, runs: int) -> list[float]:
    """Return the seconds until the address stands in a fresh tab; the browser keeps what it once loaded."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    found = []
    with contextlib.closing(context):
        for _ in range(runs + 1):
            page = context.new_page()
            found.append(settled(page, lambda page=page: page.goto(address), words))
            page.close()
    return found[1:]  # the first loads Streamlit itself


def settled(page: Page, act: Callable[[], object], words: str) -> float:
    """Return the seconds from the act until the words are there and the script rests."""
    begun = time.perf_counter()
    act()
    page.get_by_text(words).first.wait_for()
    page.wait_for_selector(SETTLED)
    return time.perf_counter() - begun


def tell(seconds: dict[str, Sequence[float]], pictures: int, judged: float) -> None:
    """Print the seconds of each way, and one JSON object as the last line."""
    print(
        f"{pictures:,} test pictures, 10 classes: judged and reported in {judged:.1f} s after the training."
    )
    for title, found in seconds.items():
        print(f"{title}: {statistics.median(found):.2f} s  ({', '.join(f'{one:.2f}' for one in found)})")
    medians = {title: round(statistics.median(found), 3) for title, found in seconds.items()}
    print(json.dumps({"name": "opening", "test_pictures": pictures, "judging_seconds": judged, **medians}))


if __name__ == "__main__":
    main()
