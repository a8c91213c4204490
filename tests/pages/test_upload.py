"""Pictures: ways in."""

from __future__ import annotations

import io

from PIL import Image

from core.domain.run import JobKind, JobSnapshot
from tests.pages.conftest import text_of
from ui.components import big_upload
from ui.upload_tickets import Uploaded
from ui.words import esc


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6)).save(out, "JPEG")
    return out.getvalue()


def test_an_import_under_way_shows_its_counts_and_can_be_stopped(visit):
    screen = visit("importing")
    at = screen.open("upload")
    at.button(key="stop_import").click().run()
    assert screen.studio.stopped == ["j1"]


def test_a_zip_for_an_empty_project_is_imported(visit):
    screen = visit("project")
    at = screen.open("upload", plain_upload=True)
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


def test_a_large_zip_is_imported_from_where_it_arrived(visit, monkeypatch, tmp_path):
    (tmp_path / "upload").write_bytes(b"PK")
    arrived = [Uploaded(path=tmp_path / "upload", name="big.zip")]
    monkeypatch.setattr(
        big_upload, "show", lambda **way: arrived.pop() if way["project_id"] and arrived else None
    )
    screen = visit("project")
    screen.open("upload")
    assert screen.studio.imported == [("p1", "archive", "big.zip", b"PK")]


def test_a_table_of_labels_travels_with_its_zip(visit):
    screen = visit("project")
    at = screen.open("upload", plain_upload=True, with_table=True)
    assert "zip_0" not in {uploader.key for uploader in at.file_uploader}
    at.file_uploader(key="table_0").upload("labels.csv", b"file,class")
    at.run()
    at.file_uploader(key="zip_0").upload("more.zip", b"PK")
    at.run()
    assert screen.studio.imported == [("p1", "archive", "more.zip", b"PK", b"file,class")]


def test_a_folder_on_this_computer_is_read_where_it_lies(visit, tmp_path):
    screen = visit("project")
    at = screen.open("upload", way_in="here")
    at.text_input(key="folder_path").set_value(str(tmp_path))
    at.button(key="add_folder").click().run()
    assert screen.studio.imported == [("p1", "folder", tmp_path, None)]


def test_a_folder_that_is_not_there_is_told(visit, tmp_path):
    screen = visit("project")
    at = screen.open("upload", way_in="here")
    at.text_input(key="folder_path").set_value(str(tmp_path / "gone"))
    at.button(key="add_folder").click().run()
    assert "no such folder" in at.warning[0].value
    assert not screen.studio.imported


def test_only_this_computer_may_name_a_folder_of_it(visit, monkeypatch):
    from ui.components import server_folder

    monkeypatch.setattr(server_folder, "allowed", lambda: False)
    at = visit("project").open("upload", way_in="here")
    assert "folder_path" not in {field.key for field in at.text_input}


def test_photos_of_one_sitting_are_imported_as_one_group(visit, tmp_path):
    for i in range(2):
        (tmp_path / f"{i:06d}.jpg").write_bytes(photo())
    screen = visit("data")
    screen.studio.stage(tmp_path)
    at = screen.open("upload", way_in="webcam", sittings={"p1": tmp_path.name}, add_more=True)
    at.selectbox(key="webcam_class").set_value("gear").run()
    at.button(key="add_shots").click().run()
    project, way, names, label, staging, group = screen.studio.imported[0]
    assert (project, way, label, staging) == ("p1", "files", "gear", tmp_path)
    assert len(names) == 2
    assert tmp_path.name in group


def test_the_camera_is_off_while_it_is_folded_away(visit):
    """After a sitting the page showed the pictures, and behind the folded box the camera went on."""
    at = visit("data").open("upload", way_in="webcam")
    assert not [box for box in at.selectbox if box.key == "webcam_class"]
    at = visit("data").open("upload", way_in="webcam", add_more=True)
    assert at.selectbox(key="webcam_class")


def test_photos_need_a_class_before_they_can_be_added(visit, tmp_path):
    (tmp_path / "000000.jpg").write_bytes(photo())
    screen = visit("project")
    screen.studio.stage(tmp_path)
    at = screen.open("upload", way_in="webcam", sittings={"p1": tmp_path.name})
    assert at.button(key="add_shots").disabled


def test_photos_can_be_thrown_away(visit, tmp_path):
    sitting = tmp_path / "sitting"
    sitting.mkdir()
    (sitting / "000000.jpg").write_bytes(photo())
    screen = visit("project")
    screen.studio.stage(sitting)
    at = screen.open("upload", way_in="webcam", sittings={"p1": sitting.name})
    at.button(key="drop_shots").click().run()
    assert not sitting.exists()


def test_photos_are_taken_for_one_project(visit, tmp_path):
    """Photos for one project were shown, and could be added, in the one that was chosen next."""
    (tmp_path / "000000.jpg").write_bytes(photo())
    screen = visit("project")
    screen.studio.stage(tmp_path)
    at = screen.open("upload", way_in="webcam", sittings={"p1": tmp_path.name})
    assert at.button(key="add_shots").label == "Add 1 photo"
    other = screen.studio.create_project("Other")
    at.session_state["next_project"] = other.id
    at.run()
    assert "add_shots" not in {button.key for button in at.button}
    at.session_state["next_project"] = "p1"
    at.run()
    assert at.button(key="add_shots")


def test_a_sitting_whose_folder_is_gone_begins_anew(visit, tmp_path):
    screen = visit("project")
    at = screen.open("upload", way_in="webcam", sittings={"p1": tmp_path.name})
    assert "Each photo is collected here." in text_of(at)


def test_a_new_import_is_watched_even_while_the_project_trains(visit):
    """The training hid the import: its monitor was not shown, and the pictures could be changed under it."""
    screen = visit("training")
    training = screen.studio.jobs_[0]
    new = JobSnapshot(id="j9", kind=JobKind.IMPORT, project_id="p1", title="more.zip")
    screen.studio.jobs_ = [new, training]
    screen.studio.active_job = lambda project_id=None: training
    at = screen.open("upload")
    assert esc("more.zip") in text_of(at)
    assert "undo" not in {button.key for button in at.button}


def test_a_training_alone_leaves_the_pictures_open(visit):
    at = visit("training").open("upload")
    assert "stop_import" not in {button.key for button in at.button}


def test_how_an_import_failed_can_be_put_away(visit):
    screen = visit("import failed")
    at = screen.open("upload")
    at.button(key="dismiss_ending").click().run()
    assert "protected by a password" not in text_of(at)
    at.run()
    assert "protected by a password" not in text_of(at)


def test_the_visitor_s_name_goes_with_the_import(visit, tmp_path):
    screen = visit("data")
    at = screen.open("upload", way_in="here", author=" Cleo ")
    at.text_input(key="folder_path").set_value(str(tmp_path))
    at.button(key="add_folder").click().run()
    assert screen.studio.authors == ["Cleo"]


def test_the_visitor_s_name_goes_with_a_dropped_zip(visit):
    screen = visit("project")
    at = screen.open("upload", plain_upload=True, author="Cleo")
    at.file_uploader(key="zip_0").upload("more.zip", b"PK")
    at.run()
    assert screen.studio.authors == ["Cleo"]
