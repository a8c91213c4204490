"""Review: lists, verdicts, who judged what, corrections and the way to a new training."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import streamlit as st

from core.domain.dataset import Split
from core.domain.decision import Cost
from core.domain.edit import Edit, EditKind
from core.domain.review import Judgement, VerdictKind
from core.domain.run import JobStatus, RunStatus
from core.evaluation.budget_words import budget_in_words
from tests.pages.conftest import ROOT, text_of
from ui import correcting, explaining, review_desk, review_grid, review_items
from ui.components import review_list
from ui.review_items import DIFFER, UNSEEN, Which
from ui.words import esc

LIST = "review_list_of_r2"
LABEL_WRONG, MODEL_WRONG, AMBIGUOUS, BAD, NEW, RIGHT = (f"verdict_{number}" for number in range(1, 7))


@pytest.fixture
def review(visit):
    """A visitor of the Review page after a training, and the mistakes in their order."""
    for kept in (explaining._explained, explaining._likely, explaining._alike, review_desk._likely):
        kept.clear()
    screen = visit("done")
    screen.open("review")
    return screen


def mistakes(screen):
    return review_desk.mistakes(screen.studio.run("r2"))


def button(at, key):
    """Return the button; verdicts have one for each picture, whose key goes on with what it is about."""
    verdict = key.startswith("verdict_")
    return next(one for one in at.button if one.key == key or (verdict and one.key.startswith(f"{key}_")))


def click(at, key):
    button(at, key).click().run()
    assert not at.exception, [one.message for one in at.exception]


def shown(at):
    return at.session_state["looked_at_r2"]


def test_mistakes_come_worst_first_with_their_budget(review):
    found = mistakes(review)
    assert {item.split for item in found} == {Split.TEST, Split.VALIDATION}
    assert [item.sure for item in found] == sorted((item.sure for item in found), reverse=True)
    assert not any(item.answer.right for item in found)
    said = text_of(review.at)
    assert esc(budget_in_words(review.studio.error_budget("r2"))) in said
    assert f"0 of {len(found)} looked at" in review.at.get("progress")[0].proto.text
    assert esc(found[0].path) in said


def test_a_verdict_opens_the_next_picture_and_is_undone_and_redone(review):
    at, found = review.at, mistakes(review)
    click(at, MODEL_WRONG)
    click(at, AMBIGUOUS)
    said = review.studio.verdicts("r2")
    assert [(one.sha256, one.kind) for one in said] == [
        (found[0].sha256, VerdictKind.MODEL_WRONG),
        (found[1].sha256, VerdictKind.AMBIGUOUS),
    ]
    assert shown(at) == found[2].sha256
    click(at, "review_undo")
    assert shown(at) == found[1].sha256
    assert len(review.studio.verdicts("r2")) == 1
    click(at, "review_redo")
    assert len(review.studio.verdicts("r2")) == 2


def test_a_mistake_can_be_judged_where_some_mistakes_cost_more(review):
    """Neither "Model wrong" nor "Label is right" could be said where the rule answers otherwise."""
    costs = (Cost(actual="bolt", said="gear", cost=1_000.0),)
    review.studio.rules["r2"] = review.studio.rule("r2", most_wrong=None, costs=costs)
    bolt = next(item for item in mistakes(review) if (item.labels, item.other) == (("bolt",), ("gear",)))
    review.open("review", looked_at_r2=bolt.sha256)
    assert "as if every mistake cost the same" in text_of(review.at)
    assert button(review.at, RIGHT).disabled
    click(review.at, MODEL_WRONG)
    assert [one.kind for one in review.studio.verdicts("r2")] == [VerdictKind.MODEL_WRONG]


def test_a_key_pressed_before_the_next_picture_is_there_is_not_about_it(review):
    at = review.at
    first = {one.key for one in at.button if one.key.startswith("verdict_")}
    click(at, MODEL_WRONG)
    assert first.isdisjoint(one.key for one in at.button)


def test_saying_the_same_twice_is_saying_it_once(review):
    at, found = review.at, mistakes(review)
    click(at, MODEL_WRONG)
    click(at, "review_back")
    assert shown(at) == found[0].sha256
    click(at, MODEL_WRONG)
    assert shown(at) == found[1].sha256
    assert len(review.studio.verdicts("r2")) == 1
    click(at, "review_undo")
    assert review.studio.verdicts("r2") == ()


def test_the_right_class_is_suggested_and_a_note_goes_along(review):
    at, first = review.at, mistakes(review)[0]
    at.text_input(key=f"{first.sha256[:16]}_review_r2_mistakes__note").set_value("under the old lamp")
    assert button(at, NEW).disabled
    click(at, LABEL_WRONG)
    (said,) = review.studio.verdicts("r2")
    assert (said.labels, said.note) == (first.other, "under the old lamp")


def test_a_note_of_one_reviewer_is_not_said_by_another(review):
    at, first = review.at, mistakes(review)[0]
    at.text_input(key=f"{first.sha256[:16]}_review_r2_mistakes__note").set_value("under the old lamp").run()
    at.session_state["author"] = "Ben"
    at.run()
    click(at, LABEL_WRONG)
    (said,) = review.studio.verdicts("r2")
    assert (said.reviewer, said.note) == ("Ben", "")


def test_a_new_class_that_was_typed_once_is_offered_again(review):
    at, (first, *_, last) = review.at, mistakes(review)
    review.studio.judge("r2", {last.sha256: Judgement(kind=VerdictKind.NEW_CLASS, labels=("spring",))})
    at.run()
    at.selectbox(key=f"{first.sha256[:16]}_review_r2_mistakes__names").set_value("spring").run()
    assert button(at, LABEL_WRONG).disabled
    click(at, NEW)
    _, said = review.studio.verdicts("r2")
    assert (said.kind, said.labels) == (VerdictKind.NEW_CLASS, ("spring",))


def test_buttons_and_next_walk_through_the_list(review):
    at, found = review.at, mistakes(review)
    click(at, "review_on")
    assert shown(at) == found[1].sha256
    click(at, "review_back")
    assert shown(at) == found[0].sha256
    review.studio.judge("r2", {found[1].sha256: Judgement(kind=VerdictKind.AMBIGUOUS)})
    at.run()
    click(at, "review_next")
    assert shown(at) == found[2].sha256


def test_several_that_are_ticked_are_judged_at_once_as_one_step(review, monkeypatch):
    at, found = review.at, mistakes(review)
    several = [found[1].sha256, found[2].sha256]
    fresh = "review_r2_mistakes_grid_0"
    monkeypatch.setattr(review_grid, "ticked", lambda key: tuple(several) if key == fresh else ())
    at.run()
    assert "For 2 pictures that you ticked" in text_of(at)
    click(at, BAD)
    assert {one.sha256 for one in review.studio.verdicts("r2")} == set(several)
    assert "that you ticked" not in text_of(at)
    click(at, "review_undo")
    assert review.studio.verdicts("r2") == ()


def test_what_one_ticked_picture_suggests_is_not_said_of_the_next(review, monkeypatch):
    """The field kept the class of the first tick, and one key gave it to both pictures."""
    at, found = review.at, mistakes(review)
    one = found[0]
    other = next(item for item in found if item.other != one.other)
    several = [one.sha256]
    monkeypatch.setattr(review_grid, "ticked", lambda key: tuple(several))
    at.run()
    assert names_of(at).value == one.other[0]
    at.text_input(key="ticked_note").set_value("blurred").run()
    several.append(other.sha256)
    at.run()
    assert names_of(at).value is None
    assert at.text_input(key="ticked_note").value == "blurred"
    assert button(at, LABEL_WRONG).disabled


def names_of(at):
    return next(one for one in at.selectbox if one.label == "It really shows")


def test_ticked_right_and_wrong_answers_are_not_judged_as_one(review, monkeypatch):
    """Both buttons could be pressed, and each was refused for some of the pictures."""
    at = review.at
    several = [mistakes(review)[0], review_desk.rights(review.studio.run("r2"))[0]]
    monkeypatch.setattr(review_list, "ticked", lambda kept, key: several)
    at.run()
    assert button(at, MODEL_WRONG).disabled
    assert button(at, RIGHT).disabled
    assert "Tick only the ones or the others" in button(at, RIGHT).help


def test_filters_leave_what_was_asked_for(review):
    at, found = review.at, mistakes(review)
    review.studio.judge("r2", {found[0].sha256: Judgement(kind=VerdictKind.AMBIGUOUS)}, reviewer="Ana")
    review.studio.judge("r2", {found[0].sha256: Judgement(kind=VerdictKind.BAD_PHOTO)}, reviewer="Ben")
    at.run()
    verdict = at.selectbox(key="review_r2_mistakes_verdict")
    assert verdict.options[:2] == [UNSEEN, DIFFER]
    verdict.set_value(DIFFER).run()
    assert "Reviewers differ on this picture." in text_of(at)
    assert "Ana" in text_of(at)
    assert "Ben" in text_of(at)
    at.selectbox(key="review_r2_mistakes_split").set_value(found[0].split).run()
    at.selectbox(key="review_r2_mistakes_sure").set_value("less than 50 % sure").run()
    assert "Choose other filters" in text_of(at)


def test_doubtful_labels_are_listed_over_all_pictures(review):
    at = review.at
    at.session_state[LIST] = Which.DOUBTFUL
    at.run()
    check = review.studio.label_check("r2")
    items = review_desk.doubtful(review.studio.run("r2"), check)
    assert {item.split for item in items} == set(Split)
    assert "judged by models that did not learn from them" in text_of(at)
    at.session_state["looked_at_r2"] = next(item.sha256 for item in items if item.split is Split.TRAIN)
    at.run()
    assert not at.exception
    click(at, LABEL_WRONG)
    (said,) = review.studio.verdicts("r2")
    assert said.labels == next(item.other for item in items if item.sha256 == said.sha256)


def test_doubtful_labels_are_looked_for_by_themselves(review):
    review.studio.labels_checked = False
    review.at.session_state[LIST] = Which.DOUBTFUL
    at = review.at.run()
    assert review.studio.labels_job is not None
    assert "Every label is being looked at" in text_of(at)
    failed = replace(review.studio.labels_job, status=JobStatus.FAILED, error="Disk full.", hint="Free some.")
    review.studio.labels_job = failed
    at.run()
    assert "Free some" in text_of(at)
    click(at, "check_labels_r2")
    assert review.studio.labels_job.status is JobStatus.RUNNING


def test_right_answers_drawn_by_lot_are_offered(review):
    click(review.at, MODEL_WRONG)
    assert "That is too friendly" in text_of(review.at)
    click(review.at, "to_rights")
    assert review.at.session_state[LIST] is Which.RIGHT
    assert button(review.at, MODEL_WRONG).disabled
    click(review.at, RIGHT)
    assert review.studio.error_budget("r2").sampled == 1
    assert review.studio.verdicts("r2")[-1].kind is VerdictKind.RIGHT


def test_corrections_are_shown_then_made_and_trained_on_and_compared(review):
    at, found = review.at, mistakes(review)
    labels = {found[0].sha256: Judgement(kind=VerdictKind.LABEL_WRONG, labels=found[0].other)}
    labels[found[1].sha256] = Judgement(kind=VerdictKind.BAD_PHOTO)
    labels[found[2].sha256] = Judgement(kind=VerdictKind.NEW_CLASS, labels=("spring",))
    review.studio.judge("r2", labels, reviewer="Ana")
    at.run()
    assert "**1 label changed; 1 picture left out.** 1 picture of “spring” is left out for now" in text_of(at)
    click(at, "retrain_r2")
    assert review.studio.dataset_.edit.kind is EditKind.CORRECT
    assert at.title[0].value == "How is it going?"
    again = replace(review.studio.run("r9"), status=RunStatus.DONE)
    review.studio.runs_ = [again, *review.studio.runs_[1:]]
    at.switch_page(str(ROOT / "pages" / "train.py")).run()
    assert not at.exception
    assert at.title[0].value == "Is the new one better?"
    assert (at.selectbox(key="before").value, at.selectbox(key="after").value) == ("r2", "r9")
    assert "Both are judged by the corrected labels here" in text_of(at)


def test_a_correction_that_was_made_is_told_and_can_be_taken_back(review, monkeypatch):
    """Undo said “Taken back”, the picture stayed where it was, and no verdict could bring it back."""
    at, first = review.at, mistakes(review)[0]
    (given,), (other,) = first.labels, first.other
    report = review.studio.report("r2")  # of the first pictures, whatever is corrected
    monkeypatch.setattr(type(review.studio), "predictions", review.studio.predictions)
    monkeypatch.setattr(review.studio, "report", lambda run_id, *, test="": report)
    wrong = Judgement(kind=VerdictKind.LABEL_WRONG, labels=first.other)
    review.studio.judge("r2", {first.sha256: wrong})
    review.studio.apply_corrections("r2")
    at.session_state["looked_at_r2"] = first.sha256
    at.run()
    back = f"Say “Model wrong” to have it back under “{given}” with the next corrections."
    assert f"Filed under “{other}” since version 2. {back}" in text_of(at)
    click(at, "review_undo")
    assert (
        at.toast[-1].value
        == f"Taken back: 1 verdict. The picture stays filed under “{other}” since version 2."
    )
    assert next(item for item in mistakes(review) if item.sha256 == first.sha256).mark == review_items.CHANGED
    assert shown(at) == first.sha256
    click(at, MODEL_WRONG)
    (move,) = review.studio.corrections("r2")
    assert (move.kind, move.pictures, move.label) == (EditKind.MOVE, (first.sha256,), given)
    at.session_state["looked_at_r2"] = first.sha256
    at.run()
    assert "The next corrections take that back." in text_of(at)


def test_a_picture_that_was_mended_elsewhere_counts_as_looked_at(review):
    """Left out on the Pictures page, doubtful labels came up as not looked at, again and again."""
    at, studio = review.at, review.studio
    check = studio.label_check("r2")
    mended = [one.sha256 for one in check.likely[:2]]
    studio.label_check = lambda run_id: check
    studio.apply_edit("p1", Edit(kind=EditKind.EXCLUDE, pictures=tuple(mended)))
    at.session_state[LIST] = Which.DOUBTFUL
    at.run()
    assert f"2 of {len(check.likely)} looked at" in at.get("progress")[0].proto.text
    assert esc(check.likely[2].path) in text_of(at)
    at.session_state["looked_at_r2"] = mended[0]
    at.run()
    assert "Left out since version 2." in text_of(at)
    assert "with the next corrections" not in text_of(at)  # it was not left out by a review
    click(at, "review_next")
    assert shown(at) == check.likely[2].sha256


def test_a_training_again_is_known_by_its_order_and_without_its_search(visit):
    """After a run that tried several ways, or with a clock set back, nobody saw what corrections changed."""
    studio = visit("done").studio
    searched = studio.run("r2")
    searched = replace(searched, config=replace(searched.config, search_minutes=30))
    studio.runs_ = [searched, *studio.runs_[1:]]
    part = Edit(kind=EditKind.EXCLUDE, pictures=(studio.dataset_.samples[0].sha256,))
    studio.apply_edit("p1", Edit(kind=EditKind.CORRECT, parts=(part,)))
    studio.retrain("r2", token="again")
    again = replace(
        studio.run("r9"), status=RunStatus.DONE, created_at=searched.created_at - timedelta(days=1)
    )
    studio.runs_ = [again, *studio.runs_[1:]]
    assert correcting.earlier(again).id == "r2"
    assert correcting.earlier(searched) is None
    studio.runs_ = [replace(again, config=replace(again.config, seed=7)), *studio.runs_[1:]]
    assert correcting.earlier(studio.run("r9")) is None


def test_nothing_to_correct_is_told(review):
    assert "Nothing to correct yet" in text_of(review.at)


def test_a_list_comes_back_from_another_reviewer(review):
    at, found = review.at, mistakes(review)
    click(at, AMBIGUOUS)
    filled = review.studio.verdicts_csv("r2").replace("ambiguous", "bad photo")
    at.text_input(key="list_reviewer_r2").set_value("Ben")
    at.get("file_uploader")[0].upload("review.csv", filled.encode(), "text/csv").run()
    click(at, "bring_in_r2")
    assert "1 new verdict taken over" in text_of(at).replace("\\", "")
    (conflict,) = review.studio.conflicts("r2")
    assert conflict.sha256 == found[0].sha256
    at.selectbox(key="decides_r2").set_value("Ben").run()
    assert "1 picture left out" in text_of(at)


def test_a_list_in_the_code_page_of_excel_is_read_and_told(review, monkeypatch):
    """What Excel saves as CSV on Windows was refused, and on the command line its notes were spoilt."""
    monkeypatch.setattr("locale.getencoding", lambda: "cp1252")
    first = mistakes(review)[0]
    text = f"sha256;verdict;note\n{first.sha256};ambiguous;Käfer\n"
    at = review.at
    at.text_input(key="list_reviewer_r2").set_value("Ben")
    at.get("file_uploader")[0].upload("mine.csv", text.encode("cp1252"), "text/csv").run()
    click(at, "bring_in_r2")
    (said,) = review.studio.verdicts("r2")
    assert said.note == "Käfer"
    assert esc("“mine.csv” is not written in UTF-8; it was read as cp1252.") in text_of(at)


def test_the_list_goes_out_with_the_mark_that_excel_needs(review, monkeypatch):
    offered = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, **_: offered.update({label: data}))
    review.at.run()
    assert offered["Download the list with verdicts"]().startswith(b"\xef\xbb\xbffile,sha256,")


def test_a_list_that_makes_no_sense_is_told(review):
    at = review.at
    at.text_input(key="list_reviewer_r2").set_value("Ben")
    at.get("file_uploader")[0].upload("review.csv", b"\xff\xfe\x00", "text/csv").run()
    click(at, "bring_in_r2")
    assert "no columns for file and verdict" in text_of(at)
    assert review.studio.verdicts("r2") == ()


def test_a_run_without_a_result_is_told(visit):
    assert "There is nothing to judge yet" in text_of(visit("data").open("review"))


def test_what_was_said_beside_another_run_is_offered_once(review):
    """Each training began the review anew, also on pictures that nobody had touched."""
    at, first = review.at, mistakes(review)[0]
    assert "was reviewed" not in text_of(at)
    review.studio.judge("r1", {first.sha256: Judgement(kind=VerdictKind.AMBIGUOUS)}, reviewer="Ada")
    review.open("review")
    assert "1 picture was judged by Ada when another model of this project was reviewed" in text_of(review.at)
    click(review.at, "take_over_r2")
    assert "1 verdict taken over" in text_of(review.at)
    assert "was reviewed" not in text_of(review.at)
    (said,) = review.studio.verdicts("r2")
    assert (said.sha256, said.reviewer, said.kind) == (first.sha256, "Ada", VerdictKind.AMBIGUOUS)
