"""The explained picture on the screen: in words, with bars, with what is alike, for one class or another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from streamlit.testing.v1 import AppTest

from core.domain.errors import PictureError
from core.domain.explanation import Alike, Box, Explanation, Likely
from core.domain.report import Answer
from tests.conftest import draw_picture
from ui import services
from ui.explaining import classes_of
from ui.words import esc

WHOLE, MIDDLE = Box(left=0, top=0, right=1, bottom=1), Box(left=0.25, top=0, right=0.75, bottom=1)
WRONG = Answer(path="a_1.jpg", label="dent", predicted="rust*", confidence=0.93, sha256="a" * 64)


class FakeStudio:
    """Answers at once, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, str | None]] = []
        self.seen = WHOLE
        self.error: PictureError | None = None

    def explain(self, run_id, picture, class_name=None):
        self.asked.append((picture, class_name))
        if self.error:
            raise self.error
        said = class_name == "rust*"
        return Explanation(
            heat=np.full((4, 6), 0.5, np.float32),
            seen=self.seen,
            class_name=class_name,
            probability=0.93 if said else 0.04,
            drop_hottest=0.52 if said else 0.0,
            drop_random=0.03 if said else 0.0,
            seconds=0.1,
        )

    def likely(self, run_id, picture, *, most=3):
        return tuple(Likely(class_name=n, probability=p) for n, p in (("rust*", 0.93), ("dent", 0.002)))

    def similar(self, run_id, picture, *, most=3):
        return (Alike(sha256="b" * 64, path="rust/7.jpg", labels=("rust*",), likeness=0.968),)

    def thumbnail(self, sha256, size=256):
        import io

        target = io.BytesIO()
        draw_picture().save(target, "JPEG")
        return target.getvalue()


def screen():
    import streamlit as st

    from core.domain.errors import AppError
    from ui import errors, explaining

    try:
        if "file" in st.session_state:
            explaining.of_file("r", st.session_state["file"], st.session_state["answer"], key="k")
        else:
            explaining.of_picture("r", st.session_state["answer"], key="k")
    except AppError as problem:
        errors.show(problem)


def opened(studio: FakeStudio, answer: Answer = WRONG, **session) -> AppTest:
    services.use(studio)
    at = AppTest.from_function(screen)
    at.session_state["answer"] = answer
    for key, value in session.items():
        at.session_state[key] = value
    at.run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    return "\n".join(element.value for element in (*at.markdown, *at.caption))


def test_tells_what_the_heat_is_worth_and_what_else_was_likely():
    at = opened(FakeStudio())
    told = words(at)
    assert f"Where the model looked for **{esc('rust*')}**" in told
    assert esc("lowers how sure it is from 93 to 41 %; covering a random fifth only to 90 %") in told
    assert esc("learnt from as rust*, 0.97 alike") in told
    bars = [bar.proto.text for bar in at.get("progress")]
    assert bars == [f"{esc('rust*')}: 93 %", "dent: less than 1 %"]
    assert "dashed line" not in told


def test_the_class_can_be_switched_where_the_answer_was_wrong():
    studio = FakeStudio()
    at = opened(studio)
    switch = at.segmented_control[0]
    assert switch.options == [f"{esc('rust*')} (what it said)", "dent (what it really is)"]
    switch.set_value(1).run()
    assert not at.exception
    assert "Where the model looked for **dent**" in words(at)
    assert [name for _, name in studio.asked] == ["rust*", "dent"]
    assert {picture for picture, _ in studio.asked} == {"a" * 64}


def test_a_right_answer_has_no_switch():
    at = opened(FakeStudio(), replace(WRONG, label="rust*"))
    assert not at.segmented_control


def test_what_was_cropped_away_is_told():
    studio = FakeStudio()
    studio.seen = MIDDLE
    assert "dashed line" in words(opened(studio))


def test_a_file_of_no_project_is_explained_too(tmp_path):
    draw_picture().save(tmp_path / "new.jpg")
    studio = FakeStudio()
    at = opened(studio, replace(WRONG, label=None, sha256=""), file=tmp_path / "new.jpg")
    assert not at.segmented_control
    assert studio.asked == [(tmp_path / "new.jpg", "rust*")]


def test_a_picture_that_cannot_be_explained_is_told():
    studio = FakeStudio()
    studio.error = PictureError("Cut off.", hint="Copy it again.")
    at = opened(studio)
    assert esc("Cut off.") in at.error[0].value


def test_every_named_and_every_real_class_can_be_looked_at():
    answer = Answer(
        path="p",
        label="cat",
        predicted="dog",
        confidence=0.9,
        labels=("cat", "dog"),
        named=("dog", "owl"),
        several=True,
    )
    assert classes_of(answer) == {
        "dog": "what it said, rightly",
        "owl": "what it said",
        "cat": "which it really shows",
    }
    assert classes_of(replace(answer, named=(), labels=(), label=None)) == {"dog": "what it said"}
