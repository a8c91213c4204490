"""Share: reports, packages, exports with their certificates, lines to copy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.certificate import ExportKind
from core.domain.dataset import Split
from core.domain.decision import Decision
from tests.pages.conftest import text_of
from tests.ui.fake_share import exported, package
from ui import exports, sharing_desk
from ui.components import export_card
from ui.words import esc


def words(at):
    return text_of(at).replace("\\", "").replace("\u2060", "")


def test_everything_that_can_be_taken_is_offered(visit):
    at = visit("done").open("share")
    labels = {button.label for button in at.get("download_button")}
    assert {"Report", "Model card", "Model package"} <= labels
    assert [button.label for button in at.button if button.key.startswith("make_")] == ["Make it"] * 5


def test_the_service_is_started_by_a_command_that_is_found_and_by_a_package_elsewhere(visit, monkeypatch):
    """`sightsmith` is on no path where start.py installed it, and knows the run in one workspace alone."""
    monkeypatch.setattr(
        sharing_desk, "own_command", lambda words, *, home: f"FULL/PATH {' '.join(words)} {home}"
    )
    screen = visit("done")
    lines = [code.value for code in screen.open("share").code]
    assert f"FULL/PATH serve r2 --port 8700 {screen.studio.settings.home}" in lines
    project = screen.studio.project("p1").name
    name = exports.file_name(f"{project} Run 2", "sightsmith.zip")
    assert f'sightsmith serve "{name}" --host 0.0.0.0 --port 8700 --token A_LONG_WORD' in lines


def test_an_export_is_made_on_a_click_and_followed(visit):
    screen = visit("done")
    at = screen.open("share")
    at.button(key="make_onnx_r2").click().run()
    assert screen.studio.asked == [("r2", ExportKind.ONNX)]
    assert not [button for button in at.button if button.key == "make_onnx_r2"]
    assert at.button(key="stop_onnx_r2")


def test_a_finished_export_shows_its_certificate_and_its_file(visit, tmp_path):
    screen = visit("done")
    screen.studio.made = (exported(ExportKind.ONNX, tmp_path, decision=screen.studio.decision("r2")),)
    at = screen.open("share")
    assert "It answers all 60 test pictures as here." in words(at)
    figures = (
        "Same answer on 60 of 60 test pictures; whether it is “not sure”, or why, differs on none of them."
    )
    assert f"{figures} None of them may differ." in words(at)
    assert "11 ms here (17 ms at most in 95 of 100), with onnxruntime 1.31.1" in words(at)
    assert at.button(key="make_onnx_r2").label == "Make it again"


def test_an_export_that_answers_otherwise_is_told_in_red(visit, tmp_path):
    screen = visit("done")
    rule = screen.studio.decision("r2")
    screen.studio.made = (exported(ExportKind.ONNX_INT8, tmp_path, decision=rule, holds=False),)
    at = screen.open("share")
    assert "It answers 3 of 60 pictures otherwise" in "".join(one.value for one in at.error)
    assert "whether it is “not sure”, or why, differs on 2 of them. At most 1 of them may differ." in words(
        at
    )
    assert at.dataframe[0].value["In the file"].tolist() == ["nut"]


def test_a_certificate_names_the_pictures_that_it_rests_on(visit, tmp_path):
    """Without test pictures an export is tried on validation pictures, which were called test pictures."""
    screen = visit("done")
    made = exported(ExportKind.ONNX, tmp_path, decision=screen.studio.decision("r2"))
    screen.studio.made = (replace(made, certificate=replace(made.certificate, split=Split.VALIDATION)),)
    at = screen.open("share")
    assert "Same answer on 60 of 60 validation pictures" in words(at)


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (Decision(least_sure=0.9), "This file answers by an earlier rule for “not sure” and costs"),
        (None, "By which rule for “not sure” and costs this file answers was not kept"),
    ],
)
def test_an_export_of_an_earlier_rule_has_to_be_made_again(visit, tmp_path, decision, told):
    """After "Answer like this from now on" the old file was offered as answering as the model does here."""
    screen = visit("done")
    screen.studio.made = (exported(ExportKind.ONNX, tmp_path, decision=decision),)
    at = screen.open("share")
    assert [one.value for one in at.warning if told in one.value]
    assert not at.success
    assert not [one for one in at.get("download_button") if one.label.startswith("Download")]
    assert at.button(key="make_onnx_r2").label == "Make it again"


def test_an_export_that_was_passed_by_an_earlier_measure_has_to_be_made_again(visit, tmp_path):
    """It passed however often it was sure of what is left to a person here."""
    screen = visit("done")
    made = exported(ExportKind.ONNX, tmp_path, decision=screen.studio.decision("r2"))
    screen.studio.made = (replace(made, certificate=replace(made.certificate, alike=None)),)
    at = screen.open("share")
    assert [one for one in at.warning if "Make it again to have it tried by today's measure." in one.value]
    assert not [one for one in at.get("download_button") if one.label.startswith("Download")]


def test_an_export_can_be_had_without_pictures(visit, tmp_path, monkeypatch):
    screen = visit("done")
    screen.studio.made = (exported(ExportKind.ONNX, tmp_path, decision=screen.studio.decision("r2")),)
    asked = []
    monkeypatch.setattr(export_card, "show", lambda offer, *, read, **_: asked.append((offer, read)))
    monkeypatch.setattr(
        sharing_desk, "write_copy", lambda file, target, *, pictures: target.write(b"%d" % pictures)
    )
    at = screen.open("share")
    at.toggle(key="exports_without_pictures").set_value(True).run()
    handed_out = [read(offer.export) for offer, read in asked if offer.export]
    assert handed_out == [b"1", b"0"]


def test_packages_from_elsewhere_are_listed_and_removed(visit):
    screen = visit("done")
    screen.studio.kept = (package("**Run** 7"),)
    at = screen.open("share")
    assert "Right on 93 % of 60 (89 to 96 %)" in words(at)
    at.button(key="delete_package_k1").click().run()
    assert screen.studio.kept == ()


def test_a_package_is_brought_in_or_refused_with_the_reason(visit):
    screen = visit("done")
    at = screen.open("share")
    at.file_uploader[0].upload("model.zip", b"good").run()
    assert [one.info.name for one in screen.studio.kept] == ["Run 7"]
    assert at.toast[0].value == "Run 7 was brought in."
    at.file_uploader[0].upload("model.zip", b"refuse").run()
    assert "This is no model package." in words(at)


def test_a_package_is_taken_under_the_name_that_the_command_line_gives(visit):
    """`sightsmith pack RUN -o leaves.sightsmith` wrote a file that could not be chosen."""
    screen = visit("done")
    uploader = screen.open("share").file_uploader[0]
    assert list(uploader.proto.type) == [".zip", ".sightsmith"]
    uploader.upload("leaves.sightsmith", b"good").run()
    assert [one.info.name for one in screen.studio.kept] == ["Run 7"]


def test_the_name_of_a_foreign_package_is_no_markdown(visit, monkeypatch):
    """Whoever made the package chose its name: a link in it stood in the message."""
    screen = visit("done")
    monkeypatch.setattr(screen.studio, "import_package", lambda path: package("[free](http://x.example)"))
    at = screen.open("share")
    at.file_uploader[0].upload("model.zip", b"good").run()
    assert at.toast[0].value == f"{esc('[free](http://x.example)')} was brought in."


def test_what_was_brought_in_is_one_click_from_being_tried(visit):
    at = visit("done").open("share")
    at.file_uploader[0].upload("model.sightsmith", b"good").run()
    at.button(key="try_package_k1").click().run()
    assert not at.exception
    assert at.title[0].value == "Will it work on a picture it has never seen?"
    assert at.selectbox(key="package").value == "k1"


def test_what_it_is_for_and_who_answers_for_it_is_kept_as_it_is_typed(visit):
    screen = visit("done")
    at = screen.open("share")
    at.text_area(key="purpose_p1").set_value("Sorts parts.").run()
    at.text_input(key="responsible_p1").set_value("Ada, room 7").run()
    project = screen.studio.projects["p1"]
    assert (project.purpose, project.responsible) == ("Sorts parts.", "Ada, room 7")
    again = screen.open("share")
    assert again.text_area(key="purpose_p1").value == "Sorts parts."
