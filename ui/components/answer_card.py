"""What the model says about one picture: how sure it is, and whether it rather leaves it to a person."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.domain.report import Answer, Doubt
from core.evaluation.answer_words import how_sure, mark, said, why_not
from ui.words import esc, percent

_MARKS = {Doubt.NOT_SURE: ":material/help:", Doubt.UNLIKE: ":material/travel_explore:"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A picture, as a data address, and what came of it: an answer, or why there is none."""

    name: str
    picture: str
    answer: Answer | None
    problem: str = ""
    hint: str = ""
    rule: str = ""  # by which the model answers, in a sentence


def show(asked: Asked, *, key: str) -> None:
    """Draw one answer; a file that is no picture is told in its place."""
    if asked.answer is None:
        problem = f"**{esc(asked.name)}**: {esc(asked.problem)}  \n{esc(asked.hint)}"
        st.error(problem.strip(), icon=":material/broken_image:")
        return
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key=key):
        if asked.picture:
            st.image(asked.picture, width=128, alt=f"{asked.name}, {said(asked.answer)}")
        with st.container(width="stretch", gap="xsmall"):
            _answer(asked.answer)
            st.caption(esc(asked.name), help=asked.rule or None)


def _answer(answer: Answer) -> None:
    sure = f"{percent(answer.confidence)} sure: {how_sure(answer)}"
    if answer.several:
        sure = f"{esc(answer.predicted)} is the likeliest, with {percent(answer.confidence)}"
    if answer.doubt is None:
        st.header(esc(said(answer)), anchor=False)
        st.markdown(f":material/check_circle: {sure}")
        return
    st.header(mark(answer.doubt), anchor=False)
    st.markdown(
        f":orange-badge[{_MARKS[answer.doubt]} left to a person] "
        f"Its best guess: **{esc(said(answer))}**, {sure}"
    )
    st.markdown(why_not(answer.doubt))
