"""The main journeys, as a person makes them, in a real browser on the real server."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AppServer

pytestmark = pytest.mark.browser

MATRIX = "[data-testid=stVegaLiteChart]"


def settle(page: Page) -> None:
    """Wait until the current script run is over."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    page.get_by_role("heading", name=text).first.wait_for()


def click_first_cell(page: Page) -> None:
    """Click the upper left cell of the confusion matrix, a little inside the area of the cells."""
    matrix = page.locator(f"{MATRIX} canvas, {MATRIX} svg").first
    matrix.wait_for()
    settle(page)
    page.wait_for_timeout(1000)  # Vega draws after the script has ended, and tells nobody
    box = matrix.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)


def test_sample_pictures_to_an_evaluated_model(page: Page):
    page.goto("/")
    heading(page, "What would you like to teach the computer?")
    page.locator(".st-key-try_machine-parts button").click()
    heading(page, re.compile("400 pictures in 4 classes"))

    page.locator(".st-key-to_configure button").click()
    heading(page, "How should it learn?")
    page.locator(".st-key-choose_quick button").click()
    expect(page.locator(".st-key-choose_quick button")).to_contain_text("Chosen")
    page.locator(".st-key-start button").click()

    heading(page, "How is it going?")
    page.get_by_role("button", name="Stop and keep the best").wait_for()
    page.reload()
    heading(page, "Run 1")
    page.locator(".st-key-to_results button").click()

    heading(page, "How good is it, honestly?")
    heading(page, re.compile(r"Right on (about|all) \d+"))
    click_first_cell(page)
    page.get_by_role("option").first.wait_for()
    for tab in ("Mistakes", "Per class", "Curves", "How sure", "Where it is worse"):
        page.get_by_role("tab", name=tab).click()
        settle(page)
    a_rule_is_chosen_and_kept(page)
    the_model_is_taken_away(page)
    assert page.get_by_text("Something went wrong").count() == 0


def a_rule_is_chosen_and_kept(page: Page) -> None:
    """Wish that few answers are wrong, read what that means, and keep it."""
    page.get_by_role("tab", name="“Not sure” and costs").click()
    page.get_by_text("This is how the model answers now.").wait_for()
    slider = page.get_by_role("slider").first
    slider.focus()
    for _ in range(6):
        slider.press("ArrowRight")
    page.get_by_text(re.compile("It aims that of its answers at most 10 . are wrong")).wait_for()
    settle(page)
    page.get_by_role("button", name="Answer like this from now on").first.click()
    page.get_by_text("The model answers by the new rule from now on.").wait_for()


def the_model_is_taken_away(page: Page) -> None:
    """Download the package: a whole zip that says what it is."""
    page.get_by_role("link", name="Share").click()
    heading(page, "How do others use it?")
    with page.expect_download() as waiting:
        page.locator("[class*=st-key-package_] button").first.click()
    with zipfile.ZipFile(waiting.value.path()) as package:
        assert package.testzip() is None
        assert "manifest.json" in package.namelist()


def test_training_outlives_the_page_and_tells_when_the_server_went(page: Page, own_server: AppServer):
    page.goto("/")
    page.locator(".st-key-try_machine-parts button").click()
    heading(page, re.compile("400 pictures in 4 classes"))
    page.locator(".st-key-to_configure button").click()
    page.locator(".st-key-start button").click()
    page.get_by_text(re.compile("Fine-tuning")).first.wait_for()

    page.reload()
    page.get_by_text(re.compile("Fine-tuning")).first.wait_for()
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_text(re.compile("Fine-tuning")).first.wait_for()
    second.close()

    where = page.url
    own_server.stop()
    own_server.start()
    page.goto(where)
    heading(page, "Run 1")
    page.get_by_text(re.compile("Sightsmith was closed while this run was training")).wait_for()
    assert page.locator(".st-key-stop_run").count() == 0


def zip_of_two_classes(draw) -> bytes:
    """Sixteen pictures of two colours in a nested folder, with junk and one broken picture among them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, color in (("berries", (200, 40, 60)), ("leaves", (40, 160, 60))):
            for number in range(8):
                drawn = io.BytesIO()
                draw(seed=number, size=(48, 40), color=color).save(drawn, "JPEG")
                archive.writestr(f"garden/{name}/{number}.JPG", drawn.getvalue())
        archive.writestr("garden/leaves/broken.jpg", b"\xff\xd8\xff\xe0 not a picture")
        archive.writestr("__MACOSX/garden/._0.JPG", b"junk")
        archive.writestr("garden/.DS_Store", b"junk")
    return packed.getvalue()


def test_a_zip_is_uploaded_and_what_is_wrong_with_it_is_named(page: Page, picture, tmp_path: Path):
    upload = tmp_path / "garden.zip"
    upload.write_bytes(zip_of_two_classes(picture))
    page.goto("/")
    settle(page)
    page.locator("[class*=st-key-home_zip] input[type=file]").set_input_files(upload)
    heading(page, re.compile("16 pictures in 2 classes"))
    page.get_by_text("berries", exact=True).first.wait_for()
    expect(page.get_by_text(re.compile("broken")).first).to_be_attached()


def test_a_folder_is_chosen_in_the_browser(page: Page, picture, tmp_path: Path):
    for name, color in (("ripe", (220, 180, 40)), ("unripe", (90, 160, 40))):
        (tmp_path / "fruit" / name).mkdir(parents=True)
        for number in range(4):
            picture(seed=number, color=color).save(tmp_path / "fruit" / name / f"{number}.png")
    page.goto("/")
    settle(page)
    page.get_by_label("Or name a project").fill("Fruit")
    page.get_by_role("button", name="Create project").click()
    heading(page, "Are these pictures fit to learn from?")
    settle(page)
    page.locator(".st-key-way_in").get_by_text("A folder").click()
    page.locator("input[type=file][webkitdirectory]").set_input_files(tmp_path / "fruit")
    heading(page, re.compile("8 pictures in 2 classes"))


@pytest.mark.usefixtures("own_server")
def test_a_deep_link_is_the_first_request_of_a_fresh_server(page: Page):
    """Beside a folder called pages/, Streamlit would bypass the router for exactly this visitor."""
    page.goto("/evaluate?project=Nobody")
    heading(page, "How good is it, honestly?")
    settle(page)
    assert page.get_by_role("link", name="Configure").count() == 1
    assert page.get_by_role("link", name="app", exact=True).count() == 0
    page.get_by_text("Everything stays on this computer.").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_is_wider_than_a_phone(page: Page, scheme: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    for path in ("/", "/upload", "/configure", "/train", "/evaluate", "/review", "/compare", "/try_it"):
        page.goto(path)
        settle(page)
        page.get_by_role("heading").first.wait_for()
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 1, f"{path} is {wider} pixels too wide"
