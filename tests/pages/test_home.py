"""Home: begin, open and delete projects."""

from __future__ import annotations

from tests.pages.conftest import text_of


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
    assert "was deleted" not in text_of(at)


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
