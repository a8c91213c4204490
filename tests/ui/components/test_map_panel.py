"""The picture map on the screen: colours and signs, marks, lists, and a map that is not there yet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.dataset import Split
from core.domain.picture_map import MapPoint, PictureMap
from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, Stage
from ui.charts.picture_map import MOST_CLASSES, OTHER, By, named, scatter


def point(number: int, label: str = "cat", predicted: str | None = None) -> MapPoint:
    return MapPoint(
        sha256=f"{number:064x}",
        path=f"{number}.jpg",
        x=0.1,
        y=0.2,
        label=label,
        predicted=predicted or label,
        right=predicted in (None, label),
    )


POINTS = (point(0), point(1, "dog"), point(2, "cat", "dog"), point(3))
MAP = PictureMap(
    split=Split.TEST, points=POINTS, pictures=4, classes=("cat", "dog", "owl"), backbone="EfficientNet-Lite0"
)


def panel():
    import streamlit as st

    from ui.components import map_panel

    chosen = map_panel.show(st.session_state["map"], key="k")
    st.text("chosen: " + " ".join(one.path for one in chosen))


def shown(found: PictureMap = MAP, **session) -> AppTest:
    at = AppTest.from_function(panel)
    at.session_state["map"] = found
    for key, value in session.items():
        at.session_state[key] = value
    at.run()
    assert not at.exception
    return at


def test_classes_differ_in_colour_and_sign():
    cat, dog = scatter(POINTS, By.CLASS).data
    assert (cat.name, list(cat.customdata), dog.name, list(dog.customdata)) == ("cat", [0, 2, 3], "dog", [1])
    assert cat.marker.color != dog.marker.color
    assert cat.marker.symbol != dog.marker.symbol


def test_no_two_classes_look_alike():
    points = [point(number, f"class {number}") for number in range(MOST_CLASSES)]
    looks = {(trace.marker.color, trace.marker.symbol) for trace in scatter(points, By.CLASS).data}
    assert len(looks) == MOST_CLASSES


def test_the_rarest_of_many_classes_are_drawn_as_one():
    points = [point(number, f"class {number % 14:02}") for number in range(40)]  # 00 to 11 come three times
    assert named(points) == tuple(f"class {number:02}" for number in range(11))
    other = scatter(points, By.CLASS).data[0]
    assert (other.name, len(other.x)) == (OTHER, 3 + 2 + 2)


def test_wrong_answers_have_a_sign_of_their_own():
    right, wrong = scatter(POINTS, By.RIGHT).data
    assert (right.name, wrong.name, list(wrong.customdata)) == ("right (3)", "wrong (1)", [2])
    assert (right.marker.symbol, wrong.marker.symbol) == ("circle", "x")


def test_names_are_escaped_for_plotly():
    (trace,) = scatter([point(0, "<b>x</b>")], By.CLASS).data
    assert trace.name == "&lt;b&gt;x&lt;/b&gt;"
    assert "<b>" not in trace.text[0]


@pytest.mark.parametrize("custom", [1, [1]])
def test_marked_pictures_come_back(custom):
    at = shown(map_k_CLASS={"selection": {"points": [{"customdata": custom}, {"customdata": 0}]}})
    assert at.text[0].value == "chosen: 0.jpg 1.jpg"
    assert at.caption[-1].value == "2 pictures marked on the map:"


def test_pictures_can_be_chosen_without_a_pointer():
    at = shown()
    assert at.text[0].value == "chosen:"
    assert at.selectbox[0].options == ["answered wrongly (1)", "really cat (3)", "really dog (1)"]
    assert at.selectbox[0].set_value(-1).run().text[0].value == "chosen: 2.jpg"
    assert at.selectbox[0].set_value(0).run().text[0].value == "chosen: 0.jpg 2.jpg 3.jpg"


def test_a_sample_is_told():
    at = shown(replace(MAP, pictures=9_000))
    assert "4 of 9,000 pictures, drawn by lot" in at.caption[0].value.replace("\\", "")


def waiting():
    import streamlit as st

    from ui.components import map_progress

    job = st.session_state["job"]
    st.text(f"begin: {map_progress.show(lambda: job, busy=st.session_state['busy'], key='k')}")


def waited(job: JobSnapshot | None, *, busy: bool = False) -> AppTest:
    at = AppTest.from_function(waiting)
    at.session_state["job"], at.session_state["busy"] = job, busy
    at.run()
    assert not at.exception
    return at


JOB = JobSnapshot(
    id="m",
    kind=JobKind.MAP,
    project_id="p",
    title="Run 1",
    status=JobStatus.RUNNING,
    progress=Progress(stage=Stage.FEATURES, done=30, total=100, share=0.12),
)


def test_a_map_under_way_tells_how_far_it_is():
    at = waited(JOB)
    assert at.get("progress")[0].proto.value == 12
    assert not at.button


def test_a_map_that_failed_says_why_and_can_be_drawn_again():
    at = waited(replace(JOB, status=JobStatus.FAILED, error="The disk is full.", hint="Free some space."))
    assert "disk is full" in at.caption[0].value
    assert at.button[0].click().run().text[0].value == "begin: True"


def test_other_work_is_told_before_a_map_slows_it_down():
    at = waited(None, busy=True)
    assert "would slow it down" in at.caption[0].value
    assert at.text[0].value == "begin: False"
