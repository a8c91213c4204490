"""Pictures: findings and their mends, changes and the way back, classes, gallery, split."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.dataset import Split
from core.domain.edit import Edit, EditKind
from core.domain.run import JobKind, JobSnapshot, JobStatus
from tests.pages.conftest import text_of
from ui import exports, picture_grid, tiles
from ui.words import GLOSSARY, esc


def tick(at, samples, *numbers):
    """Tick pictures of the gallery that shows ``samples``, as the browser does."""
    shown = picture_grid._print(tiles.of_samples(samples[:60]))
    use = at.get_by_key("browse_split").value
    at.session_state[f"browse_all_{use}_{shown}"] = {"chosen": [str(number) for number in numbers]}
    return at.run()


def mend(at, index):
    """Return the button of a finding; its key goes on with the version and the change."""
    return next(one for one in at.button if one.key.startswith(f"mend_{index}_"))


def last_edit(screen):
    return screen.studio.dataset_.edit


def test_findings_come_worst_first(visit):
    at = visit("doctored").open("upload")
    badges = [m.value for m in at.markdown if "-badge" in m.value and "[now]" not in m.value]
    warned = ["Worth a look" in badge for badge in badges]
    assert warned == sorted(warned, reverse=True)
    assert len(warned) == 8


def test_the_files_of_a_finding_are_named(visit):
    at = visit("data").open("upload")
    assert any("IMG_0404.jpg: the file is cut off" in code.value for code in at.code)


def test_blocking_findings_close_the_way_on(visit):
    at = visit("untrainable").open("upload")
    assert at.button(key="to_configure").disabled


def test_one_click_mends_and_one_click_takes_it_back(visit):
    screen = visit("doctored")
    at = screen.open("upload")
    outliers = screen.studio.dataset_.issues[3]
    mend(at, 2).click().run()
    assert last_edit(screen) == outliers.mend.edit
    assert "219 pictures in 4 classes" in text_of(at)
    assert at.button(key="undo").label == "Undo: left out 3 pictures"
    at.button(key="undo").click().run()
    assert "222 pictures in 4 classes" in text_of(at)
    assert at.button(key="redo").label == "Redo: left out 3 pictures"


def test_a_click_never_makes_a_change_that_was_not_on_the_screen(visit):
    """Another visitor's change moved the findings up: the click on one was taken for the next one's."""
    screen = visit("doctored")
    at = screen.open("upload")
    before = screen.studio.dataset_
    left = (before.issues[0], *before.issues[2:])  # as looking again leaves them
    screen.studio.dataset_ = replace(before, issues=left)
    mend(at, 2).click().run()
    assert screen.studio.dataset_.version == 1
    mend(at, 1).click().run()
    assert last_edit(screen) == before.issues[3].mend.edit


def test_a_change_to_very_many_pictures_is_watched_like_an_import(visit, monkeypatch):
    screen = visit("doctored")
    at = screen.open("upload")

    def change(project_id, edit, *, title, author):
        job = JobSnapshot(id="j9", kind=JobKind.EDIT, project_id=project_id, title=title)
        screen.studio.jobs_.insert(0, replace(job, status=JobStatus.RUNNING))
        return screen.studio.jobs_[0]

    monkeypatch.setattr(screen.studio, "change", change)
    mend(at, 2).click().run()
    assert esc("Left out 3 pictures") in text_of(at)
    assert at.button(key="stop_import").label == "Stop the change"
    failed = replace(screen.studio.jobs_[0], status=JobStatus.FAILED, error="Another change came first.")
    screen.studio.jobs_[0] = failed
    at.run()
    assert esc("The change could not be made. Another change came first.") in at.error[0].value


def test_nothing_to_undo_is_shown_as_such(visit):
    at = visit("doctored").open("upload")
    assert at.button(key="undo").disabled
    assert at.button(key="redo").disabled


def test_undo_and_redo_say_what_they_would_do(visit):
    at = visit("edited").open("upload")
    assert "moved 3 pictures to" in at.button(key="undo").label
    assert "renamed" in at.button(key="redo").label


@pytest.mark.parametrize("button", ["undo", "redo"])
def test_only_the_change_that_the_button_spoke_of_is_taken_back(visit, button):
    """Another visitor's change came between the drawing and the click, and was the one that was undone."""
    screen = visit("edited")
    at = screen.open("upload")
    other = Edit(kind=EditKind.EXCLUDE, pictures=(screen.studio.dataset_.samples[9].sha256,))
    newest = screen.studio.apply_edit("p1", other, author="Ben")
    at.button(key=button).click().run()
    assert screen.studio.dataset_ is newest
    assert "another change came first" in at.warning[0].value
    at.run()
    assert not at.warning
    at.button(key="undo").click().run()
    assert screen.studio.dataset_.id == newest.parent_id


def test_history_tells_who_when_and_what(visit):
    said = text_of(visit("edited").open("upload"))
    assert esc("Left out 2 pictures") in said
    assert "Ana" in said


def test_the_visitor_s_name_stands_beside_the_change(visit):
    screen = visit("doctored")
    at = screen.open("upload", author=" Cleo ")
    mend(at, 2).click().run()
    assert screen.studio.dataset_.author == "Cleo"


def test_a_change_that_cannot_be_made_is_told_and_changes_nothing(visit):
    screen = visit("doctored")
    at = screen.open("upload", pictures_view="Classes")
    at.multiselect(key="edit_classes_d1").set_value(["bolt"]).run()
    at.text_input(key="class_name_d1_bolt").set_value("impossible").run()
    at.button(key="rename_class").click().run()
    assert "makes no sense" in at.error[0].value
    assert screen.studio.dataset_.version == 1


def test_a_class_is_renamed(visit):
    screen = visit("doctored")
    at = screen.open("upload", pictures_view="Classes")
    at.multiselect(key="edit_classes_d1").set_value(["bolt"]).run()
    at.text_input(key="class_name_d1_bolt").set_value("screw").run()
    at.button(key="rename_class").click().run()
    assert last_edit(screen).kind == EditKind.RENAME
    assert "screw" in screen.studio.dataset_.classes


def test_classes_are_merged_into_one_name(visit):
    screen = visit("doctored")
    at = screen.open("upload", pictures_view="Classes")
    at.multiselect(key="edit_classes_d1").set_value(["bolt", "nut"]).run()
    at.button(key="merge_classes").click().run()
    assert (last_edit(screen).classes, last_edit(screen).label) == (("bolt", "nut"), "bolt")


def test_a_whole_class_is_left_out(visit):
    screen = visit("doctored")
    at = screen.open("upload", pictures_view="Classes")
    at.multiselect(key="edit_classes_d1").set_value(["washer"]).run()
    at.button(key="leave_out_classes").click().run()
    assert "171 pictures" in text_of(at)


def test_ticked_pictures_are_left_out(visit):
    screen = visit("doctored")
    at = screen.open("upload", pictures_view="All pictures")
    used = screen.studio.dataset_.used()
    tick(at, used, 1, 4)
    at.button(key="exclude_chosen").click().run()
    assert last_edit(screen).pictures == (used[1].sha256, used[4].sha256)


def test_ticked_pictures_are_moved_to_another_class(visit):
    screen = visit("doctored")
    at = screen.open("upload", pictures_view="All pictures")
    tick(at, screen.studio.dataset_.used(), 0)
    at.selectbox(key="move_to_all_all").set_value("washer").run()
    at.button(key="move_chosen").click().run()
    assert screen.studio.dataset_.samples[0].label == "washer"


def test_labels_are_changed_where_pictures_show_several(several):
    """ "Move to class" took all other labels away, and none could be added or taken away alone."""
    at = several.open("upload", pictures_view="All pictures")
    used = several.studio.dataset_.used()
    both = next(place for place, one in enumerate(used[:60]) if len(one.labels) == 2)
    tick(at, used, both)
    at.multiselect(key="add_labels_all_all_d1").set_value(["spring"]).run()
    at.multiselect(key="take_labels_all_all_d1").set_value([used[both].label]).run()
    at.button(key="relabel_chosen").click().run()
    assert not at.exception
    assert several.studio.dataset_.samples[both].labels == (*used[both].also, "spring")
    assert "move_chosen" not in {one.key for one in at.button}


def test_what_changed_labels_lead_to_is_told_first(several):
    at = several.open("upload", pictures_view="All pictures")
    dataset = several.studio.dataset_
    used = dataset.used()
    alone = next(place for place, one in enumerate(used) if len(one.labels) == 1)
    tick(at, used, alone)
    at.multiselect(key="take_labels_all_all_d1").set_value([used[alone].label]).run()
    assert "1 picture shows nothing else. Say what to add, or leave out instead." in text_of(at)
    assert at.button(key="relabel_chosen").disabled
    first, *others = used
    also = (next(name for name in dataset.classes if name != first.label),)
    plain = tuple(replace(one, also=()) for one in others)
    several.studio.dataset_ = replace(dataset, id="d2", samples=(replace(first, also=also), *plain))
    tick(at, several.studio.dataset_.used(), 0)
    at.multiselect(key="take_labels_all_all_d2").set_value(also).run()
    assert "No picture of this project will show several classes any more" in text_of(at)


def test_a_class_to_leave_out_is_told_to_show_others_too(several):
    at = several.open("upload", pictures_view="Classes")
    dataset = several.studio.dataset_
    at.multiselect(key="edit_classes_d1").set_value(["washer"]).run()
    others = sum("washer" in one.labels and len(one.labels) > 1 for one in dataset.used())
    assert f"{others} of them show other classes too." in text_of(at)


def test_all_pictures_of_a_view_can_be_meant(visit):
    screen = visit("doctored")
    at = screen.open("upload", pictures_view="All pictures", browse_split="test")
    judged = screen.studio.dataset_.used(Split.TEST)
    tick(at, judged, 0)
    at.checkbox(key="all_all_test").check().run()
    at.button(key="exclude_chosen").click().run()
    assert len(last_edit(screen).pictures) == len(judged)


def test_what_was_left_out_can_be_brought_back(visit):
    screen = visit("edited")
    at = screen.open("upload", pictures_view="All pictures", browse_split="left_out")
    gone = tuple(s for s in screen.studio.dataset_.samples if s.excluded)
    tick(at, gone, 0, 1)
    at.button(key="restore_chosen").click().run()
    assert last_edit(screen).kind == EditKind.RESTORE
    assert not [s for s in screen.studio.dataset_.samples if s.excluded]


def test_the_honest_split_is_told_in_a_sentence(visit):
    screen = visit("doctored")
    came = text_of(screen.open("upload", pictures_view="Honest split"))
    assert esc("A plain split would have told 98 of 100; the split in use tells 91 (85 to 95).") in came
    assert esc("on both sides, because the upload came divided like that") in came
    doctored = screen.studio.dataset_
    whole = tuple(replace(one, split=Split.TRAIN) if one.group else one for one in doctored.samples)
    screen.studio.dataset_ = replace(doctored, samples=whole)
    said = text_of(screen.open("upload", pictures_view="Honest split"))
    assert esc("A plain split would have told 98 of 100; honest is 91 (85 to 95).") in said
    assert esc("11 series of pictures that belong together") in said


def test_pictures_that_took_turns_are_told_with_what_that_means(visit):
    screen = visit("doctored")
    doctored = screen.studio.dataset_
    screen.studio.dataset_ = replace(doctored, split_check=replace(doctored.split_check, folds=5))
    at = screen.open("upload", pictures_view="Honest split")
    sentence = esc(
        "(5-fold cross-check): honest is 91 of 100 (85 to 95); a plain division would have told 98."
    )
    told = next(m for m in at.markdown if sentence in m.value)
    assert told.help == GLOSSARY["k-fold"]


def test_pictures_are_divided_again_with_other_sizes(visit):
    screen = visit("doctored")
    at = screen.open("upload", pictures_view="Honest split")
    at.slider(key="test_share_d1").set_value(25)
    at.toggle(key="keep_series_d1").set_value(False)
    at.text_input(key="prefix_d1").set_value("_")
    at.button(key="divide_again").click().run()
    wanted = last_edit(screen).split_settings
    assert (wanted.validation, wanted.test, wanted.keep_series, wanted.prefix) == (0.15, 0.25, False, "_")


def test_what_a_table_says_of_the_pictures_can_keep_them_together(visit):
    screen = visit("doctored")
    doctored = screen.studio.dataset_
    named = tuple(
        replace(sample, columns=(("patient", f"p{row // 3}"),)) for row, sample in enumerate(doctored.samples)
    )
    screen.studio.dataset_ = replace(doctored, samples=named)
    at = screen.open("upload", pictures_view="Honest split")
    assert at.selectbox(key="same_d1").options == ["(nothing more)", "patient"]
    at.selectbox(key="same_d1").set_value("patient")
    at.button(key="divide_again").click().run()
    wanted = last_edit(screen).split_settings
    assert (wanted.column, wanted.folders) == ("patient", False)


def test_without_anything_in_common_there_is_no_such_choice(visit):
    at = visit("doctored").open("upload", pictures_view="Honest split")
    assert not [box for box in at.selectbox if box.key == "same_d1"]


def test_a_split_that_was_never_checked_says_so(visit):
    said = text_of(visit("data").open("upload", pictures_view="Honest split"))
    assert "could not be measured" in said


def test_looking_for_problems_again_starts_a_check(visit):
    screen = visit("doctored")
    screen.open("upload").button(key="check_again").click().run()
    assert screen.studio.imported == [("p1", "recheck")]


@pytest.mark.parametrize(
    ("name", "file"), [("Leaf/../diseases", "Leaf diseases.zip"), ("🍃", "pictures.zip")]
)
def test_the_file_of_a_project_has_a_harmless_name(name, file):
    assert exports.file_name(name, "zip") == file
