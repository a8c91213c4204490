"""A run judged on more pictures, as its visitor sees it; not yet on a page of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.dataset import Split
from core.domain.errors import StoreError
from core.domain.further_test import LEARNT_FROM, FurtherTest
from core.domain.report import Interval
from core.domain.run import JobKind, JobStatus, Progress, Stage
from core.domain.slices import Origin, OriginChoice, Slice, Trait
from tests.ui.fake_studio import FakeStudio
from ui import further_desk, results, services

TEST = FurtherTest(
    id="t" * 8,
    run_id="r2",
    name="<b>garden</b>.zip",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    pictures=40,
    left_out=(
        *((f"bolt/{n}.jpg", LEARNT_FROM) for n in range(12)),
        ("owl/1.jpg", "The run does not know the class “owl”."),
        ("nut/cut.jpg", "The picture is cut off."),
        ("owl/2.jpg", "The run does not know the class “owl”."),
    ),
    unknown_classes=("owl",),
)


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> FakeStudio:
    made = FakeStudio("done")
    made.further_ = (TEST,)
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", made)
    results.report.clear()
    further_desk._origins.clear()
    further_desk._by_origin.clear()
    return made


def panel() -> None:
    from ui import more_pictures, services

    run = services.run("r2")
    assert run is not None
    more_pictures.show(run)


def switch() -> None:
    import streamlit as st

    from ui import further_desk
    from ui.components import split_switch

    split, test = split_switch.show("r2", further_desk.tests("r2"))
    st.write(f"chosen {split} {test or None}")


def drawn(script=panel, **session: object) -> AppTest:
    at = AppTest.from_function(script)
    for key, value in session.items():
        at.session_state[key] = value
    at.run()
    assert not at.exception, [e.message for e in at.exception]
    return at


def words(at: AppTest) -> str:
    kinds = ("markdown", "caption", "error", "warning", "info")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(at, kind)).replace("\\", "")


def test_folded_away_it_draws_no_result(studio: FakeStudio):
    at = drawn()
    assert at.expander[0].label == "Test it further"
    assert "Pictures that came later" in words(at)
    assert "the same settings are trained up to five times" in words(at)
    assert "every picture that may take turns is judged" in words(at)
    assert "garden" not in words(at)


def test_a_result_tells_its_score_beside_the_runs_own_and_what_was_left_out(studio: FakeStudio):
    at = drawn(more_pictures_r2=True)
    told = words(at)
    assert "<b>garden</b>" not in "".join(str(one.value) for one in at.markdown), "names are shown literally"
    assert "about what its own test promised" in told
    assert "percentage points against its own test" in told
    assert "These pictures: " in told
    assert "12 of these pictures were learnt from: they say nothing about new ones" in told
    assert "2 files left out. The run does not know the class “owl”." in told
    assert "1 file left out. The picture is cut off." in told
    assert "“owl” is no class of this run. If its pictures show one of the run's classes" in told


def test_many_unknown_classes_are_told_in_one_sentence(studio: FakeStudio):
    studio.further_ = (replace(TEST, unknown_classes=("bat", "eel", "fox", "owl", "rat", "sow")),)
    told = words(drawn(more_pictures_r2=True))
    assert "“bat”, “eel”, “fox”, “owl” and 2 more are no classes of this run." in told
    studio.further_ = (replace(TEST, unknown_classes=()),)
    assert "of this run. If" not in words(drawn(more_pictures_r2=True))


def test_it_can_be_deleted(studio: FakeStudio):
    at = drawn(more_pictures_r2=True)
    at.button(key=f"delete_further_{TEST.id}").click().run()
    assert studio.further_ == ()
    assert "owl" not in words(at)


def test_a_folder_on_this_computer_is_tested(studio: FakeStudio, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("ui.components.server_folder.allowed", lambda: True)
    at = drawn(more_pictures_r2=True, further_way="here")
    at.text_input(key="folder_path").set_value(str(tmp_path))
    at.button(key="add_folder").click().run()
    assert not at.exception
    assert studio.asked == [("r2", (tmp_path, tmp_path.name, None))]
    assert at.button(key="stop_import").label == "Stop the test"


def test_a_test_under_way_can_be_stopped(studio: FakeStudio):
    studio._job(JobKind.TEST, Progress(stage=Stage.EVALUATE, done=5, total=40), job_id="t9")
    at = drawn()
    at.button(key="stop_import").click().run()
    assert studio.stopped == ["t9"]


def test_a_failed_test_tells_why(studio: FakeStudio):
    studio._job(JobKind.TEST, None, JobStatus.FAILED, job_id="t9")
    at = drawn()
    assert "The model could not be tested on these pictures." in words(at)


def test_a_damaged_test_is_told_and_can_be_deleted(studio: FakeStudio, monkeypatch: pytest.MonkeyPatch):
    whole = studio.report

    def damaged(run_id: str, *, test: str = ""):
        if test:
            raise StoreError("A further test is damaged: a file is not what was saved.")
        return whole(run_id)

    monkeypatch.setattr(studio, "report", damaged)
    at = drawn(more_pictures_r2=True)
    assert "A further test is damaged" in words(at)
    at.button(key=f"delete_further_{TEST.id}").click().run()
    assert studio.further_ == ()


def test_the_switch_offers_further_tests_and_lets_go_of_deleted_ones(studio: FakeStudio):
    at = drawn(switch)
    assert "chosen test None" in words(at)
    at.button_group[0].set_value(TEST.id).run()
    assert f"chosen test {TEST.id}" in words(at)
    assert "judged on" in words(at)
    studio.further_ = ()
    at.run()
    assert not at.exception
    assert "chosen test None" in words(at)
    at.button_group[0].set_value(str(Split.VALIDATION)).run()
    assert "chosen validation None" in words(at)
    assert "a little too friendly" in words(at)


def test_all_pictures_are_judged_in_turn_on_a_click(studio: FakeStudio):
    at = drawn()
    at.button(key="cross_check_r2").click().run()
    assert studio.asked == [("r2", "cross-check")]


def test_a_cross_check_tells_how_it_was_made(studio: FakeStudio):
    studio.further_ = (replace(TEST, name="All pictures in turn", left_out=(), turns=5),)
    told = words(drawn(more_pictures_r2=True))
    assert "5 models were trained for it with the same settings, each judged on pictures it had not" in told
    assert "It bears out its own test." in told
    assert "Each picture judged by one of 5 models" in words(
        drawn(switch, **{f"judged_on_r2_{TEST.id[:6]}": TEST.id})
    )


HOSPITAL = Origin(trait=Trait.COLUMN, column="<b>hospital</b>")


def test_where_origins_are_not_known_it_is_told_what_they_need(studio: FakeStudio):
    at = drawn(more_pictures_r2=True)
    assert "Sightsmith must know where pictures come from" in words(at)
    assert not at.selectbox


def test_each_origin_is_judged_as_a_new_one_on_a_click(studio: FakeStudio):
    camera = Origin(trait=Trait.CAMERA)
    studio.origins_ = (OriginChoice(origin=HOSPITAL, kinds=3), OriginChoice(origin=camera, kinds=1_200))
    at = drawn(more_pictures_r2=True)
    assert at.selectbox(key="origin_r2").options == ["<b>hospital</b> (3)", "Camera (1,200)"]
    at.selectbox(key="origin_r2").select_index(1).run()
    at.button(key="cross_check_unseen_r2").click().run()
    assert studio.asked == [("r2", camera)]


def test_the_score_at_each_unseen_origin_is_told(studio: FakeStudio):
    studio.further_ = (
        replace(TEST, name="Each “x” unseen", left_out=(), turns=2, unseen=HOSPITAL, origins=2),
    )
    studio.by_origin_ = tuple(
        Slice(
            trait=Trait.COLUMN,
            column=HOSPITAL.column,
            value=name,
            rows=tuple(range(pictures)),
            correct=correct,
            rest=0,
            rest_correct=0,
            accuracy=Interval(value=correct / pictures, low=0.25, high=0.9),
            difference=None,
        )
        for name, correct, pictures in (("Brno", 3, 6), ("Graz", 27, 36))
    )
    at = drawn(more_pictures_r2=True)
    told, table = words(at), at.dataframe[0].value
    assert "Only 2 were judged, too few to tell how much others differ from them." in told
    assert (
        "2 models were trained for it with the same settings, each judged on pictures from a “<b>hos" in told
    )
    assert list(table["<b>hospital</b>"]) == ["Brno", "Graz"]
    assert list(table["Pictures"]) == [6, 36]
    assert list(table["Right"]) == ["50 %", "75 %"]
    assert list(table["Range"]) == ["25 to 90 %"] * 2
    assert "<b>hospital</b>” of which" not in "".join(str(one.value) for one in at.markdown), (
        "shown literally"
    )
    assert "had seen nothing of its “<b>hospital</b>”, on" in words(
        drawn(switch, **{f"judged_on_r2_{TEST.id[:6]}": TEST.id})
    )
