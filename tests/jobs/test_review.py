"""The review of a run, from doubtful labels to corrected pictures; its features are made up."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from core.data.rows import RowStore
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Sample, Split
from core.domain.edit import Edit, EditKind
from core.domain.errors import DatasetError, RunError
from core.domain.further_test import FurtherTest
from core.domain.report import Predictions
from core.domain.review import Judgement, VerdictKind
from core.domain.run import JobKind, JobStatus
from core.evaluation.report import build_report
from core.jobs.looking import look_of
from core.jobs.review_desk import DOUBTFUL, MISTAKE
from core.jobs.review_task import LabelChecker
from core.training.features import feature_key
from tests.jobs.made_run import ended_run
from tests.store.made import NOON, kept

PICTURES = 90
CLASSES = ("bolt", "nut", "pin")
FLIPPED = (6, 37, 71)  # labels; the model is right about them
FOOLED = (11, 14, 50)  # answers; the labels are right
MODEL, BAD = Judgement(kind=VerdictKind.MODEL_WRONG), Judgement(kind=VerdictKind.BAD_PHOTO)
RIGHT = Judgement(kind=VerdictKind.RIGHT)
SCREW = Judgement(kind=VerdictKind.NEW_CLASS, labels=("screw",))


def label_of(row: int) -> str:
    return CLASSES[(row // 3 + (row in FLIPPED)) % 3]


def wrong_label(row: int) -> Judgement:
    return Judgement(kind=VerdictKind.LABEL_WRONG, labels=(CLASSES[row // 3 % 3],))


def sample_of(workspace, row: int) -> Sample:
    return Sample(
        path=f"{label_of(row)}/{row}.jpg",
        sha256=kept(workspace, f"review {row}".encode()),
        width=640,
        height=480,
        label=label_of(row),
        split=list(Split)[row % 3],
    )


@pytest.fixture(scope="module")
def first(studio) -> Dataset:
    """The pictures as they were imported, with features that tell what they really show."""
    workspace = studio._workspace
    project = studio.create_project("Review")
    dataset = Dataset(
        id="f" * 32,
        project_id=project.id,
        version=1,
        classes=CLASSES,
        samples=tuple(sample_of(workspace, row) for row in range(PICTURES)),
        fingerprint="f",
        created_at=NOON,
    )
    workspace.datasets.add(dataset)
    return dataset


@pytest.fixture(scope="module")
def run_id(studio, first) -> str:
    run = ended_run(studio, first, answered(first), config=TrainConfig(seed=5))
    spec, preprocessing = look_of(run, studio.settings)
    key = feature_key(spec.key, spec.weights_sha256, preprocessing)
    store = RowStore(studio._workspace.paths.cache("features") / key, row_shape=(16,), dtype=np.float32)
    random, really = np.random.default_rng(0), np.arange(PICTURES) // 3 % 3
    rows = random.normal(0, 5, (3, 16))[really] + random.normal(0, 1, (PICTURES, 16))
    store.append([one.sha256 for one in first.samples], rows.astype(np.float32))
    return run.id


def answered(dataset: Dataset) -> Predictions:
    rows = [row for row, one in enumerate(dataset.samples) if one.split is not Split.TRAIN]
    judged = [dataset.samples[row] for row in rows]
    told = np.array([(row // 3 + (row in FOOLED)) % 3 for row in rows])
    probabilities = np.full((len(rows), 3), 0.05, np.float32)
    probabilities[np.arange(len(rows)), told] = 0.9
    return Predictions(
        paths=tuple(one.path for one in judged),
        sha256=tuple(one.sha256 for one in judged),
        splits=tuple(one.split for one in judged),
        labels=np.array([CLASSES.index(one.label) for one in judged]),
        probabilities=probabilities,
    )


@pytest.fixture
def sha(first):
    return lambda row: first.samples[row].sha256


@pytest.fixture(autouse=True)
def _nothing_said(studio, run_id):
    yield
    for reviewer in ("", "Ada", "Ben"):
        while studio.undo_verdicts(run_id, reviewer=reviewer):
            pass


@pytest.fixture
def original(studio, first):
    """Whatever version a test makes, the next one begins with the first."""
    yield
    while studio.dataset(first.project_id).version > 1:
        studio.undo(first.project_id)


def kinds(studio, run_id):
    return [(one.path, one.reviewer, one.kind.value) for one in studio.verdicts(run_id)]


def test_wrong_labels_are_found_once_and_kept(studio, run_id, finish, first):
    assert studio.label_check(run_id) is None
    assert studio.label_check_under_way(run_id) is None
    ended = finish(studio.check_labels(run_id))
    assert (ended.kind, ended.status, ended.error) == (JobKind.LABELS, JobStatus.DONE, "")
    found = studio.label_check(run_id)
    assert {one.path for one in found.likely} == {first.samples[row].path for row in FLIPPED}
    one = next(one for one in found.likely if one.path == first.samples[37].path)
    assert (one.given, one.suggested) == ((label_of(37),), wrong_label(37).labels)
    assert (found.pictures, found.untold) == (PICTURES, 0)
    assert found.wrong_share == pytest.approx(3 / 90, abs=0.02)
    assert studio.label_check_under_way(run_id) == ended


def test_a_damaged_check_is_made_again(studio, run_id, finish):
    checker = LabelChecker(studio._workspace, studio.settings, studio.run(run_id))
    checker.file.parent.mkdir(parents=True, exist_ok=True)
    checker.file.write_text("{")
    assert studio.label_check(run_id) is None
    finish(studio.check_labels(run_id))
    assert studio.label_check(run_id) is not None


def test_a_cross_check_that_knows_better_is_asked(studio, run_id, finish, first):
    """It names every label but that of the training picture 9."""
    labels = np.array([CLASSES.index(one.label) for one in first.samples])
    told = np.full((PICTURES, 3), 0.001, np.float32)
    told[np.arange(PICTURES), labels] = 0.998
    told[9] = np.roll(told[9], 1)
    predictions = Predictions(
        paths=tuple(one.path for one in first.samples),
        sha256=tuple(one.sha256 for one in first.samples),
        splits=(Split.TEST,) * PICTURES,
        labels=labels,
        probabilities=told,
    )
    test = FurtherTest(
        id="c" * 32, run_id=run_id, name="in turn", created_at=NOON, pictures=PICTURES, turns=5
    )
    studio._workspace.further_tests.add(test, build_report(run_id, CLASSES, predictions), predictions)
    assert studio.label_check(run_id) is None
    finish(studio.check_labels(run_id))
    found = studio.label_check(run_id)
    studio._workspace.further_tests.delete(test.id)
    assert [one.path for one in found.likely] == [first.samples[9].path]
    assert len(studio.label_check(run_id).likely) == len(FLIPPED)


def test_verdicts_are_one_step_and_each_reviewer_has_an_own_undo(studio, run_id, sha):
    studio.judge(run_id, {sha(11): MODEL, sha(14): MODEL}, reviewer="Ada")
    studio.judge(run_id, {sha(11): BAD}, reviewer="Ben")
    (conflict,) = studio.conflicts(run_id)
    assert [one.reviewer for one in conflict.verdicts] == ["Ada", "Ben"]
    assert studio.undo_verdicts(run_id, reviewer="Ada") == 2
    assert [one.reviewer for one in studio.verdicts(run_id)] == ["Ben"]
    assert studio.conflicts(run_id) == ()
    assert studio.redo_verdicts(run_id, reviewer="Ada") == 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Judgement(kind=VerdictKind.LABEL_WRONG), "not which is right"),
        (Judgement(kind=VerdictKind.LABEL_WRONG, labels=("bold",)), "did you mean 'bolt'?"),
        (Judgement(kind=VerdictKind.LABEL_WRONG, labels=("bolt", "nut")), "every picture here shows one"),
        (Judgement(kind=VerdictKind.LABEL_WRONG, labels=("nut",)), "is 'nut' already"),
        (Judgement(kind=VerdictKind.NEW_CLASS), "needs one name"),
        (Judgement(kind=VerdictKind.NEW_CLASS, labels=("pin",)), "'pin' is a class already"),
        (Judgement(kind=VerdictKind.NEW_CLASS, labels=("Pins",)), "written like the class 'pin'"),
        (Judgement(kind=VerdictKind.NEW_CLASS, labels=("x" * 201,)), "more than 200 characters"),
    ],
)
def test_a_verdict_without_sense_is_refused_with_all_others(studio, run_id, sha, said, told):
    with pytest.raises(DatasetError, match=told.replace("?", r"\?")):
        studio.judge(run_id, {sha(11): MODEL, sha(14): said})
    assert studio.verdicts(run_id) == ()


def test_a_verdict_that_contradicts_the_answer_is_refused(studio, run_id, sha):
    """A model that says what the label says is not wrong by itself, and a mistake is not right."""
    with pytest.raises(DatasetError, match="whose mistake it is"):
        studio.judge(run_id, {sha(11): RIGHT})
    with pytest.raises(DatasetError, match="wrong only where the label is wrong"):
        studio.judge(run_id, {sha(8): MODEL})
    studio.judge(run_id, {sha(0): RIGHT, sha(8): RIGHT})  # 0 was learnt from: nothing was answered


def test_a_picture_of_another_run_is_refused(studio, run_id):
    with pytest.raises(DatasetError, match="not among this run's pictures"):
        studio.judge(run_id, {"0" * 64: MODEL})


def test_the_budget_of_the_test_pictures(studio, run_id, sha):
    """Test pictures are rows 2, 5, 8 and so on: mistakes are 11, 14 and 50, and 71 by its label."""
    assert studio.error_budget(run_id).unseen == 4
    studio.judge(run_id, {sha(71): wrong_label(71), sha(11): MODEL, sha(14): BAD}, reviewer="Ada")
    studio.judge(run_id, {sha(14): MODEL}, reviewer="Ben")
    found = studio.error_budget(run_id)
    assert (found.pictures, found.mistakes, found.disputed, found.unseen) == (30, 4, 1, 1)
    assert (found.measured.value, found.corrected.value) == (26 / 30, 27 / 30)
    assert found.estimated is None
    drawn = studio.right_sample(run_id, 5)
    assert all(one.right for one in drawn)
    studio.judge(run_id, {one.sha256: RIGHT for one in drawn})
    found = studio.error_budget(run_id)
    assert (found.sampled, found.sampled_wrong, found.estimated.value) == (5, 0, 27 / 30)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def written(rows: list[dict[str, str]]) -> str:
    target = io.StringIO()
    writer = csv.DictWriter(target, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def test_the_list_goes_out_and_comes_in_filled(studio, run_id, sha, finish):
    finish(studio.check_labels(run_id))
    studio.judge(run_id, {sha(11): replace(MODEL, note="=shadow")}, reviewer="Ada")
    rows = table(studio.verdicts_csv(run_id))
    by_file = {row["file"]: row for row in rows}
    assert len(rows) == len({*FLIPPED, *FOOLED})
    eleven, mislabelled = by_file["bolt/11.jpg"], by_file[f"{label_of(71)}/71.jpg"]
    assert (eleven["verdict"], eleven["note"], eleven["reviewer"]) == ("model wrong", "'=shadow", "Ada")
    assert (eleven["actual"], eleven["predicted"], eleven["confidence"]) == ("bolt", "nut", "0.9000")
    assert mislabelled["list"] == f"{MISTAKE} and {DOUBTFUL}"
    assert by_file[f"{label_of(6)}/6.jpg"]["predicted"] == ""  # a training picture
    mislabelled |= {"verdict": "Label_Wrong", "right label": CLASSES[71 // 3 % 3]}
    by_file["nut/14.jpg"] |= {"verdict": "ambiguous", "note": "-"}
    taken = studio.import_verdicts(run_id, "\ufeff" + written(rows), reviewer="Ben")
    assert {(one.path, one.kind.value, one.note) for one in taken} == {
        (mislabelled["file"], "label wrong", ""),
        ("nut/14.jpg", "ambiguous", "-"),
    }
    assert len(studio.verdicts(run_id)) == 3
    again = studio.verdicts_csv(run_id)
    assert studio.import_verdicts(run_id, again, reviewer="Ben") == ()
    assert studio.undo_verdicts(run_id, reviewer="Ben") == 2


def test_a_line_written_over_is_the_new_reviewers(studio, run_id, sha):
    """Ben gets Ada's list and changes her verdict in place: it must neither get lost nor become hers."""
    studio.judge(run_id, {sha(11): MODEL}, reviewer="Ada")
    changed = studio.verdicts_csv(run_id).replace("model wrong", "bad photo")
    (taken,) = studio.import_verdicts(run_id, changed.replace(",", ";"), reviewer="Ben")
    assert (taken.reviewer, taken.kind) == ("Ben", VerdictKind.BAD_PHOTO)
    assert len(studio.conflicts(run_id)) == 1


def test_all_problems_of_a_table_are_told_at_once(studio, run_id):
    text = (
        "file,verdict,right label,note\n"
        "bolt/11.jpg,model wrong,,\n"
        "bolt/99.jpg,model wrong,,\n"
        "nut/14.jpg,nonsense,,\n"
        "nut/50.jpg,,,looks odd\n"
        "bolt/11.jpg,bad photo,,\n"
        "pin/8.jpg,label wrong,bold,\n"
        "bolt/1.jpg,,,\n"
    )
    with pytest.raises(DatasetError) as told:
        studio.import_verdicts(run_id, text, reviewer="Ben")
    for sentence in (
        "Line 3: the picture 'bolt/99.jpg' is not among",
        "Line 4: 'nonsense' is no verdict.",
        "Line 6: an earlier line says something else",
        "Line 7: there is no class 'bold'; did you mean 'bolt'?",
    ):
        assert sentence in told.value.message
    assert studio.verdicts(run_id) == ()
    with pytest.raises(DatasetError, match="no columns for file and verdict"):
        studio.import_verdicts(run_id, "a,b\n1,2\n", reviewer="Ben")


@pytest.mark.usefixtures("original")
def test_corrections_become_one_version(studio, run_id, sha, first):
    owl = Judgement(kind=VerdictKind.NEW_CLASS, labels=(" screw ",))
    studio.judge(
        run_id, {sha(71): wrong_label(71), sha(6): wrong_label(6), sha(14): owl, sha(11): BAD, sha(50): MODEL}
    )
    studio.judge(run_id, {sha(11): MODEL}, reviewer="Ben")
    for decides in ("", "Ben"):
        corrected = studio.corrections(run_id, decides=decides)
        assert {one for part in corrected for one in part.pictures} == {sha(71), sha(6), sha(14)}
    assert studio.apply_corrections(run_id, author="Ada") is None
    now = studio.dataset(first.project_id)
    assert (now.version, now.edit.kind, now.author) == (2, EditKind.CORRECT, "Ada")
    assert now.classes == ("bolt", "nut", "pin")
    labels = {one.sha256: (one.label, one.split, one.excluded) for one in now.samples}
    assert labels[sha(71)] == (CLASSES[71 // 3 % 3], Split.TEST, False)
    assert labels[sha(14)] == ("screw", Split.TEST, True)  # until there are screws to learn from
    assert studio.why_not_trainable(first.project_id) is None
    assert studio.corrections(run_id) == ()
    with pytest.raises(DatasetError, match="nothing to correct"):
        studio.apply_corrections(run_id)
    old, new = studio.rescored(run_id, first.id), studio.rescored(run_id, now.id)
    assert (old.correct, old.pictures) == (26, 30)
    assert (new.correct, new.pictures) == (27, 29)  # 71 is right now, 14 is left out
    assert new.accuracy.low < new.accuracy.value == 27 / 29
    assert studio.report(run_id).test.correct == 26


@pytest.mark.usefixtures("original")
def test_a_new_class_with_a_picture_to_learn_from_is_made_at_once(studio, run_id, sha, first):
    screw = Judgement(kind=VerdictKind.NEW_CLASS, labels=("screw",))
    studio.judge(run_id, {sha(14): screw})
    studio.apply_corrections(run_id)
    studio.judge(run_id, {sha(9): screw})  # a training picture
    studio.apply_corrections(run_id)
    now = studio.dataset(first.project_id)
    assert now.classes == ("bolt", "nut", "pin", "screw")
    assert {one.sha256 for one in now.used() if one.label == "screw"} == {sha(9), sha(14)}
    assert studio.rescored(run_id, now.id).pictures == 29  # the run knows no screws


@pytest.mark.usefixtures("original")
def test_a_bad_photo_is_left_out_once_somebody_decides(studio, run_id, sha, first):
    studio.judge(run_id, {sha(11): BAD}, reviewer="Ada")
    studio.judge(run_id, {sha(11): MODEL}, reviewer="Ben")
    assert studio.corrections(run_id) == ()
    (left_out,) = studio.corrections(run_id, decides="Ada")
    assert left_out == Edit(kind=EditKind.EXCLUDE, pictures=(sha(11),))
    studio.apply_corrections(run_id, decides="Ada")
    assert sha(11) not in {one.sha256 for one in studio.dataset(first.project_id).used()}
    assert studio.rescored(run_id, studio.dataset(first.project_id).id).pictures == 29


@pytest.mark.usefixtures("original")
def test_a_class_that_was_renamed_still_counts(studio, run_id, first):
    """The score by the present labels lost all pictures of the class: 17 of 20 instead of 26 of 30."""
    studio.apply_edit(first.project_id, Edit(kind=EditKind.RENAME, classes=("pin",), label="tack"))
    renamed = studio.rescored(run_id, studio.dataset(first.project_id).id)
    assert (renamed.correct, renamed.pictures) == (26, 30)
    merge = Edit(kind=EditKind.MERGE, classes=("bolt", "tack"), label="bolt")
    studio.apply_edit(first.project_id, merge)
    merged = studio.rescored(run_id, studio.dataset(first.project_id).id)
    assert (merged.correct, merged.pictures) == (27, 30)  # of 71, a bolt by its label, it said "pin"
    assert [one.name for one in merged.per_class] == ["bolt", "nut"]


@pytest.mark.usefixtures("original")
def test_what_is_decided_after_a_verdict_stays(studio, run_id, sha, first):
    """Moved by hand after it was corrected, a picture was moved back by the review it was corrected in."""
    studio.judge(run_id, {sha(71): wrong_label(71), sha(14): BAD}, reviewer="Ada")
    studio.apply_corrections(run_id)
    studio.apply_edit(first.project_id, Edit(kind=EditKind.MOVE, pictures=(sha(71),), label="nut"))
    studio.apply_edit(first.project_id, Edit(kind=EditKind.RESTORE, pictures=(sha(14),)))
    assert studio.corrections(run_id) == ()
    studio.judge(run_id, {sha(71): wrong_label(71)}, reviewer="Ben")
    (again,) = studio.corrections(run_id)
    assert (again.kind, again.pictures, again.label) == (EditKind.MOVE, (sha(71),), "pin")


@pytest.mark.usefixtures("original")
def test_a_verdict_means_a_class_that_was_renamed_since(studio, run_id, sha, first):
    studio.judge(run_id, {sha(71): wrong_label(71)})
    studio.apply_corrections(run_id)
    studio.apply_edit(first.project_id, Edit(kind=EditKind.RENAME, classes=("pin",), label="tack"))
    assert studio.corrections(run_id) == ()


def test_the_next_training_has_the_same_settings(studio, run_id, monkeypatch):
    monkeypatch.setattr(studio, "_let_wait", lambda run: None)
    run = studio.retrain(run_id, token="again")
    assert (run.config, run.dataset_id) == (TrainConfig(seed=5), studio.dataset(run.project_id).id)
    assert studio.retrain(run_id, token="again").id == run.id
    studio.discard(run.id)


def test_the_next_training_does_not_try_several_ways_again(studio, run_id, monkeypatch):
    """It searched for as many minutes as the first one, and may have chosen otherwise."""
    monkeypatch.setattr(studio, "_let_wait", lambda run: None)
    searched = replace(studio.run(run_id), config=TrainConfig(seed=5, search_minutes=30))
    monkeypatch.setattr(studio, "_run_reviewed", lambda _: searched)
    run = studio.retrain(run_id, token="without a search")
    assert run.config == TrainConfig(seed=5)
    studio.discard(run.id)


def test_what_is_gone_is_told(studio, run_id):
    for ask in (studio.label_check, studio.corrections, studio.verdicts_csv):
        with pytest.raises(RunError, match="does not exist"):
            ask("0" * 32)
    with pytest.raises(RunError, match="version of the pictures"):
        studio.rescored(run_id, "0" * 32)


@pytest.mark.usefixtures("original")
def test_a_list_comes_in_after_its_new_class_was_made(studio, run_id, sha, first):
    """Ada's unchanged line "new class: screw" made the whole of Ben's list fail once that was a class."""
    studio.judge(run_id, {sha(14): SCREW}, reviewer="Ada")
    studio.change(first.project_id, Edit(kind=EditKind.MOVE, pictures=(sha(12),), label="screw"))  # to learn
    rows = table(studio.verdicts_csv(run_id))
    studio.apply_corrections(run_id)
    for row in rows:
        if row["file"] == "bolt/11.jpg":
            row |= {"verdict": "new class", "right label": "screw"}
        if row["file"] == "nut/50.jpg":
            row |= {"verdict": "model wrong"}
    taken = studio.import_verdicts(run_id, written(rows), reviewer="Ben")
    assert {(one.path, one.kind.value, one.labels) for one in taken} == {
        ("bolt/11.jpg", "label wrong", ("screw",)),  # it is a class by now
        ("nut/50.jpg", "model wrong", ()),
    }


def test_a_list_comes_in_after_a_class_in_it_is_gone(studio, run_id, sha, first):
    studio.change(first.project_id, Edit(kind=EditKind.MOVE, pictures=(sha(14),), label="screw"))
    said = Judgement(kind=VerdictKind.LABEL_WRONG, labels=("screw",))
    studio.judge(run_id, {sha(14): said}, reviewer="Ada")
    text = studio.verdicts_csv(run_id)
    studio.undo(first.project_id)
    assert studio.import_verdicts(run_id, text, reviewer="Ben") == ()


@pytest.mark.usefixtures("original")
def test_what_is_a_class_by_now_and_was_new_is_agreed_on(studio, run_id, sha, first):
    """Ada said it before the class was made, Ben after: that is no dispute."""
    studio.judge(run_id, {sha(14): SCREW}, reviewer="Ada")
    studio.change(first.project_id, Edit(kind=EditKind.MOVE, pictures=(sha(12),), label="screw"))  # to learn
    studio.apply_corrections(run_id)
    studio.judge(
        run_id, {sha(14): Judgement(kind=VerdictKind.LABEL_WRONG, labels=("screw",))}, reviewer="Ben"
    )
    assert studio.conflicts(run_id) == ()


def test_an_older_verdict_of_somebody_else_is_not_the_new_reviewers(studio, run_id, sha):
    """Ada changed her mind while Ben had the list: her old line became his verdict, and a dispute."""
    studio.judge(run_id, {sha(11): MODEL, sha(14): MODEL}, reviewer="Ada")
    text = studio.verdicts_csv(run_id)
    studio.judge(run_id, {sha(11): BAD}, reviewer="Ada")
    assert studio.import_verdicts(run_id, text, reviewer="Ben") == ()
    assert studio.conflicts(run_id) == ()
    while studio.undo_verdicts(run_id, reviewer="Ada"):
        pass
    assert studio.import_verdicts(run_id, text, reviewer="Ben") == ()


def test_a_line_filled_in_is_not_what_somebody_without_a_name_took_back(studio, run_id, sha):
    studio.judge(run_id, {sha(11): MODEL})
    studio.undo_verdicts(run_id)
    (taken,) = studio.import_verdicts(run_id, "file,verdict\nbolt/11.jpg,model wrong\n", reviewer="Ben")
    assert taken.reviewer == "Ben"


def test_a_dispute_that_was_settled_since_refuses_no_list(studio, run_id, sha):
    studio.judge(run_id, {sha(11): MODEL}, reviewer="Ada")
    studio.judge(run_id, {sha(11): BAD}, reviewer="")
    text = studio.verdicts_csv(run_id)
    studio.judge(run_id, {sha(11): BAD}, reviewer="Ada")
    studio.judge(run_id, {sha(11): replace(BAD, note="dark")}, reviewer="")
    assert studio.import_verdicts(run_id, text, reviewer="Ben") == ()


def test_a_line_written_over_with_what_its_reviewer_once_said_is_new(studio, run_id, sha, monkeypatch):
    """Ada said bad photo before she said model wrong: Ben, who writes bad photo over that, is heard."""
    studio.judge(run_id, {sha(11): BAD}, reviewer="Ada")
    early = studio.verdicts(run_id)[0].moment
    monkeypatch.setattr(studio._workspace.verdicts, "_clock", lambda: early + timedelta(seconds=5))
    studio.judge(run_id, {sha(11): MODEL}, reviewer="Ada")
    changed = studio.verdicts_csv(run_id).replace("model wrong", "bad photo")
    (taken,) = studio.import_verdicts(run_id, changed, reviewer="Ben")
    assert (taken.reviewer, taken.kind) == ("Ben", VerdictKind.BAD_PHOTO)


def test_a_class_that_was_renamed_since_is_one_class_to_the_review(studio, run_id, first, sha, original):
    """Both names were offered, and a label was taken as wrong for being called by the old one."""
    assert studio.classes_to_say(run_id) == CLASSES
    studio.apply_edit(first.project_id, Edit(kind=EditKind.RENAME, classes=("bolt",), label="screw"))
    assert studio.classes_to_say(run_id) == CLASSES
    called_so = next(row for row in range(PICTURES) if label_of(row) == "bolt")
    with pytest.raises(DatasetError, match="the label is 'bolt' already"):
        studio.judge(run_id, {sha(called_so): Judgement(kind=VerdictKind.LABEL_WRONG, labels=("screw",))})
    (flipped,) = [row for row in FLIPPED if wrong_label(row).labels == ("bolt",)][:1]
    studio.judge(run_id, {sha(flipped): Judgement(kind=VerdictKind.LABEL_WRONG, labels=("screw",))})
    assert [one.labels for one in studio.verdicts(run_id)] == [("bolt",)]
    (edit,) = studio.corrections(run_id)
    assert edit.label == "screw"
