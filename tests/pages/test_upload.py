"""Pictures: ways in, findings, classes."""

from __future__ import annotations

from tests.pages.conftest import text_of


def test_an_import_under_way_shows_its_counts_and_can_be_stopped(visit):
    screen = visit("importing")
    at = screen.open("upload")
    at.button(key="stop_import").click().run()
    assert screen.studio.stopped == ["j1"]


def test_a_zip_for_an_empty_project_is_imported(visit):
    screen = visit("project")
    at = screen.open("upload")
    at.file_uploader(key="zip_0").upload("more.zip", b"PK")
    at.run()
    assert screen.studio.imported == [("p1", "archive", "more.zip", b"PK")]


def test_loose_pictures_need_a_class_before_they_can_be_added(visit):
    screen = visit("project")
    at = screen.open("upload", way_in="files")
    at.file_uploader(key="files_0").upload("a.png", b"1").upload("b.png", b"2")
    at.run()
    assert at.button(key="add_files").disabled


def test_loose_pictures_are_imported_into_the_named_class(visit):
    screen = visit("data")
    at = screen.open("upload", way_in="files")
    at.file_uploader(key="files_0").upload("a.png", b"1").upload("b.png", b"2")
    at.selectbox(key="loose_class").set_value("gear")
    at.run()
    at.button(key="add_files").click().run()
    project, way, names, label, staging = screen.studio.imported[0]
    assert (project, way, names, label) == ("p1", "files", ("a.png", "b.png"), "gear")
    assert [(staging / f"{i:06d}").read_bytes() for i in range(2)] == [b"1", b"2"]


def test_findings_come_worst_first(visit):
    at = visit("data").open("upload")
    severities = [e.label for e in at.expander if "badge" in e.label]
    assert [("Worth a look" in s, "information" in s) for s in severities] == [
        (True, False),
        (True, False),
        (False, True),
    ]


def test_the_files_of_a_finding_are_named(visit):
    at = visit("data").open("upload")
    assert any("IMG_0404.jpg: the file is cut off" in code.value for code in at.code)


def test_blocking_findings_close_the_way_on(visit):
    at = visit("untrainable").open("upload")
    assert at.button(key="to_configure").disabled


def test_what_each_picture_is_used_for_is_told(visit):
    assert "kept aside for the final test" in text_of(visit("data").open("upload"))
