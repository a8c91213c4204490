"""Try it: the answers to a folder become labelled pictures, once a person has looked at them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from core.data.archive import FoundFile
from core.domain.errors import PictureError, StaleError
from core.domain.run import JobKind, JobStatus, Progress, Stage
from core.domain.trying import Source
from tests.pages.conftest import Screen, text_of
from tests.pages.test_try_it import png
from tests.ui.fake_share import package
from tests.ui.fake_try import checked_alike
from ui import explaining, suggest_grid, suggesting

OPEN = "suggest_a1"


@pytest.fixture
def screen(visit, tmp_path: Path) -> Screen:
    """A visitor whose folder of four was answered: bolts, one of which in doubt, and a nut."""
    at = visit("done")
    explaining._explained.clear()
    answered(at, tmp_path, "a.png", "b.png", "unsure.png", "nut.png")
    return at


def answered(screen: Screen, folder: Path, *names: str, **more: object) -> None:
    files = []
    for number, name in enumerate(names):
        (folder / name).write_bytes(png(number + 1))
        files.append(FoundFile(name=name, location=folder / name))
    screen.studio.have_batch(checked_alike(files, folder), **more)
    batch = screen.studio.batch_
    tried = [
        replace(one, answer=replace(one.answer, predicted="nut")) if "nut" in one.name else one
        for one in batch.tried
    ]
    screen.studio.batch_ = replace(batch, tried=tuple(tried))


def looked_at(screen: Screen, said: dict[str, list[str]] | None = None, **session: object) -> AppTest:
    """The page with the panel open, and what was said of the pictures of the first group, by file."""
    found = screen.studio.suggestions("p1")
    if said and found.groups:
        shown = found.groups[0]
        hashes = {one.tried.name: one.sha256 for one in shown}
        key = suggest_grid.key_of(shown, "a1")
        session[key] = {"said": [[hashes[name], labels] for name, labels in said.items()]}
    at = screen.open("try_it", **{OPEN: True, **session})
    assert not at.exception, [e.message for e in at.exception]
    return at


def choice(at: AppTest) -> Selectbox:
    return next(box for box in at.selectbox if box.label == "Answered as")


def added(screen: Screen) -> list[tuple[str, tuple[str, ...]]]:
    ((project, kind, labels),) = screen.studio.imported
    assert (project, kind) == ("p1", "suggested")
    names = {one.sha256: one.name for one in screen.studio.batch_.tried}
    return [(names[sha256], said) for sha256, said in labels.items()]


def test_it_stays_folded_until_it_is_asked_for(screen):
    at = screen.open("try_it")
    assert "Add them to this project as labelled pictures" in [box.label for box in at.expander]
    assert not [one for one in at.button if one.key == "add_suggested"]


def test_what_is_sure_is_added_and_what_is_not_waits_for_a_decision(screen):
    at = looked_at(screen)
    assert choice(at).options == ["bolt (3)", "nut (1)"]
    assert at.button(key="add_suggested").label == "Add 2 pictures as bolt"
    told = text_of(at)
    assert "1 without a tick stays in the list, at its end." in told
    assert "kinder to that model than one given without its answer" in told
    at.button(key="add_suggested").click().run()
    assert not at.exception
    assert added(screen) == [("a.png", ("bolt",)), ("b.png", ("bolt",))]
    assert at.button(key="add_suggested").disabled, "while they are being added"
    assert "2 of these pictures are in this project" in text_of(at)
    assert at.button(key="stop_import").label == "Stop the import"
    assert list(at.dataframe[0].value["In the project"]) == ["bolt", "bolt", "", ""]
    assert choice(at).options == ["bolt (1)", "nut (1)"]


def test_wrong_answers_are_corrected_on_the_way(screen):
    at = looked_at(screen, {"a.png": ["gear"], "b.png": [], "unsure.png": ["bolt"]})
    assert at.button(key="add_suggested").label == "Add 2 pictures"
    assert "1 as bolt, 1 as gear. 1 without a tick stays" in text_of(at)
    at.button(key="add_suggested").click().run()
    assert added(screen) == [("unsure.png", ("bolt",)), ("a.png", ("gear",))]


def test_what_was_seen_and_left_goes_to_the_end(screen, monkeypatch):
    monkeypatch.setattr(suggesting, "PAGE", 2)
    shown = screen.studio.suggestions("p1").groups[0]
    assert shown[0].tried.name == "unsure.png"
    at = looked_at(screen)
    assert at.button(key="add_suggested").label == "Add 1 picture as bolt", "only of this page"
    at.button(key="add_suggested").click().run()
    assert added(screen) == [("a.png", ("bolt",))]
    assert at.session_state["passed_over_a1"] == {shown[0].sha256}
    drawn: list[list[str]] = []
    real = suggest_grid.draw
    monkeypatch.setattr(
        suggest_grid,
        "draw",
        lambda page, **how: drawn.append([s.tried.name for s in page]) or real(page, **how),
    )
    at.run()
    assert drawn == [["b.png", "unsure.png"]]


def test_nothing_ticked_is_nothing_to_add(screen):
    at = looked_at(screen, {"a.png": [], "b.png": []})
    assert at.button(key="add_suggested").disabled
    assert "No picture on this page has a tick." in text_of(at)


def test_a_file_that_is_gone_is_told_where_the_button_is(screen):
    at = looked_at(screen)
    screen.studio.refused_ = PictureError("1 picture is not there any more: “a.png”.", hint="Take its tick.")
    at.button(key="add_suggested").click().run()
    assert not at.exception
    assert "is not there any more" in at.error[0].value
    assert "passed_over_a1" not in at.session_state


def test_what_another_tab_added_is_told(screen):
    at = looked_at(screen)
    screen.studio.refused_ = StaleError("All of these pictures were added already, maybe in another tab.")
    at.button(key="add_suggested").click().run()
    assert not at.exception
    assert "added already" in at.toast[0].value


def test_an_import_that_failed_is_told_and_its_pictures_come_back(screen):
    at = looked_at(screen)
    at.button(key="add_suggested").click().run()
    job = screen.studio.jobs_[0]
    screen.studio.jobs_[0] = replace(job, status=JobStatus.FAILED, error="The disk is full.")
    at.run()
    assert "The pictures could not be brought in. The disk is full" in at.error[0].value.replace("\\", "")
    assert choice(at).options == ["bolt (3)", "nut (1)"]


def test_other_work_on_the_pictures_goes_first(screen):
    screen.studio._job(JobKind.IMPORT, Progress(stage=Stage.IMPORT, done=1, total=9), job_id="j7")
    at = looked_at(screen)
    assert at.button(key="add_suggested").disabled
    assert "Look on meanwhile" in text_of(at)


def test_all_are_there(screen):
    at = looked_at(screen)
    labels = {one.sha256: ("bolt",) for one in screen.studio.batch_.tried}
    screen.studio.added_["j7"] = labels
    screen.studio._job(JobKind.IMPORT, None, job_id="j7")
    at.run()
    assert "4 of these pictures are in this project" in text_of(at)
    assert "None is left to be looked through" in text_of(at)
    assert not [one for one in at.button if one.key == "add_suggested"]


def test_a_picture_is_seen_large_with_what_was_said_of_it(screen):
    shown = screen.studio.suggestions("p1").groups[0]
    key = suggest_grid.key_of(shown, "a1")
    at = looked_at(screen, **{key: {"said": [], "opened": shown[0].sha256}})
    assert not at.exception
    assert "**bolt**, 41 % sure" in text_of(at)
    assert "Not sure" in text_of(at)


def test_several_classes_are_added_together(screen):
    batch = screen.studio.batch_
    both = [
        replace(one, answer=replace(one.answer, several=True, named=("bolt", "nut"), labels=("bolt", "nut")))
        for one in batch.tried
    ]
    screen.studio.batch_ = replace(batch, tried=tuple(both))
    at = looked_at(screen)
    assert at.button(key="add_suggested").label == "Add 3 pictures as bolt, nut"
    at.button(key="add_suggested").click().run()
    assert {labels for _, labels in added(screen)} == {("bolt", "nut")}


def test_a_model_from_elsewhere_has_no_project_to_add_to(screen, tmp_path):
    screen.studio.kept = (package(),)
    answered(screen, tmp_path, "c.png", source=Source(id="k1", packaged=True))
    at = screen.open("try_it", model_side="elsewhere")
    assert at.dataframe
    assert not [box for box in at.expander if "labelled pictures" in box.label]
