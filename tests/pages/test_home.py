"""Home: begin, open and delete projects."""

from __future__ import annotations

from core.domain.errors import PictureError
from tests.pages.conftest import text_of
from ui.components import project_cards
from ui.words import esc


def test_one_click_on_sample_pictures_starts_their_import(visit):
    screen = visit("empty")
    at = screen.open("home")
    at.button(key="try_digits").click().run()
    assert screen.studio.imported == [("p2", "sample", "digits")]
    assert at.title[0].value == "Are these pictures fit to learn from?"


def test_missing_sample_pictures_say_what_to_do(visit):
    at = visit("empty").open("home")
    assert at.button(key="try_traffic-lights").disabled
    assert "not installed" in text_of(at)


def test_a_dropped_zip_becomes_a_project_of_its_name(visit):
    screen = visit("empty")
    at = screen.open("home", plain_upload=True)
    at.file_uploader(key="home_zip_0").upload("leaf_diseases.zip", b"PK")
    at.run()
    assert screen.studio.projects["p2"].name == "Leaf diseases"
    assert screen.studio.imported == [("p2", "archive", "leaf_diseases.zip", b"PK")]


def test_a_named_project_opens_on_its_empty_pictures(visit):
    screen = visit("empty")
    at = screen.open("home")
    at.text_input(key="new_name").set_value("Owls")
    at.button(key="create_project").click().run()
    assert "has no pictures yet" in text_of(at)
    assert at.selectbox(key="project").value == "p2"


def test_the_next_step_of_a_finished_project_is_its_result(visit):
    at = visit("done").open("home")
    at.button(key="open_p1").click().run()
    assert at.title[0].value == "How good is it, honestly?"


def test_deleting_a_project_can_be_undone(visit):
    screen = visit("done")
    at = screen.open("home")
    at.session_state["deleted_id"], at.session_state["deleted_name"] = "p1", "Machine parts"
    screen.studio.delete_project("p1")
    at.run()
    assert "was deleted" in text_of(at)
    at.button(key="undo_delete").click().run()
    assert "p1" in screen.studio.projects
    assert at.success[0].value == esc("“Machine parts” is back.")
    assert "was deleted" not in text_of(at)


def test_a_project_can_be_duplicated(visit, monkeypatch):
    """The menu is a component that this kind of test cannot click, so its answer is given here."""
    picked = ["duplicate"]
    monkeypatch.setattr(project_cards, "_menu", lambda project_id: picked.pop() if picked else None)
    screen = visit("done")
    at = screen.open("home")
    assert [one.name for one in screen.studio.projects.values()] == ["Machine parts", "Machine parts (2)"]
    assert at.success[0].value.startswith(esc("“Machine parts (2)” has the pictures of “Machine parts”"))


def room_panel(screen):
    """Return Home with the panel at its bottom open."""
    at = screen.open("home")
    at.session_state["room"] = True
    return at.run()


def panel_label(at):
    (label,) = (one.label for one in at.expander if "emporary files" in one.label)
    return label


def test_a_project_deleted_some_time_ago_comes_back(visit):
    """The offer to undo went at the first visit to another page, and there was no other way."""
    screen = visit("done")
    screen.studio.delete_project("p1")
    at = screen.open("home")
    assert panel_label(at) == "Deleted projects and runs (1), temporary files"
    assert screen.studio.looked == 0  # what things take is looked up only where it is shown
    at = room_panel(screen)
    assert esc("project with 2 training runs, made on") in text_of(at)
    assert "What was deleted takes 600.0 MB on the disk" in text_of(at)
    at.button(key="back_p1").click().run()
    assert "p1" in screen.studio.projects
    assert at.success[0].value == esc("“Machine parts” is back.")
    assert panel_label(at) == "Temporary files"


def test_what_comes_back_under_another_name_says_so(visit, monkeypatch):
    screen = visit("done")
    screen.studio.delete_project("p1")
    monkeypatch.setattr(screen.studio, "restore_project", lambda _: "Machine parts (2)")
    at = room_panel(screen)
    at.button(key="back_p1").click().run()
    told = "“Machine parts” is back as “Machine parts (2)”: another project has its name by now."
    assert at.success[0].value == esc(told)


def test_removing_for_good_says_what_goes_and_that_it_cannot_be_undone(visit):
    screen = visit("done")
    screen.studio.delete_run("r1")
    at = room_panel(screen)
    words = text_of(at).replace("\\", "")
    assert "goes with its result, its exports, its further tests and what reviewers said." in words
    assert "12 pictures that only its further tests had go with it. **This cannot be undone.**" in words
    assert screen.studio.deleted()
    at.button(key="remove_r1").click().run()
    assert screen.studio.deleted() == ()
    assert "was removed for good" in at.success[0].value
    assert panel_label(at) == "Temporary files"


def test_what_cannot_be_removed_now_says_why(visit):
    screen = visit("training")
    screen.studio.delete_run("r1")
    at = room_panel(screen)
    at.button(key="remove_r1").click().run()
    assert "a job is under way" in at.warning[0].value
    assert screen.studio.deleted()
    assert at.button(key="clear_temporary").disabled


def test_temporary_files_are_told_and_cleared(visit):
    screen = visit("done")
    at = room_panel(screen)
    assert "Temporary files: 8.4 GB" in text_of(at)
    at.button(key="clear_temporary").click().run()
    assert at.success[0].value == esc("Temporary files of 8.4 GB were cleared.")
    assert "Temporary files: none" in text_of(at)
    assert at.button(key="clear_temporary").disabled


def test_two_projects_of_one_name_can_be_told_apart(visit):
    screen = visit("done")
    screen.studio.create_project("Machine parts")
    at = screen.open("home")
    assert at.selectbox(key="project").options == ["Machine parts", "Machine parts (2)"]


def test_the_only_project_is_chosen_without_an_address(visit):
    at = visit("done").at.run()
    assert at.selectbox(key="project").value == "p1"


def test_among_two_projects_none_is_chosen_without_an_address(visit):
    screen = visit("done")
    screen.studio.create_project("Owls")
    assert screen.at.run().selectbox(key="project").value is None


def test_a_picture_that_cannot_be_read_takes_no_project_away(visit, monkeypatch):
    """One unreadable picture of one project had hidden the cards of all."""
    screen = visit("done")

    def thumbnail(_sha256: str, _size: int = 256) -> bytes:
        raise PictureError("The file cannot be opened: Input/output error.")

    monkeypatch.setattr(screen.studio, "thumbnail", thumbnail)
    at = screen.open("home")
    assert at.button(key="open_p1").label == "See how good it is"
    assert not at.error


def test_a_model_from_somebody_is_brought_in_without_a_project_and_tried(visit):
    screen = visit("empty")
    at = screen.open("home")
    at.file_uploader(key="package_0").upload("model.zip", b"refuse").run()
    assert "This is no model package." in text_of(at).replace("\\", "")
    at.file_uploader(key="package_1").upload("model.zip", b"good").run()
    at.button(key="try_package_k1").click().run()
    assert not at.exception
    assert at.selectbox(key="package").value == "k1"
