"""An audience against a model: one picture at a time, large; people say first what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.domain.game import Standing, majority, truth_of
from core.domain.report import Answer
from core.evaluation.answer_words import how_sure, mark, said, who_won, why_not
from ui.words import esc, percent

MOST_BUTTONS = 6  # classes with a button of their own; more stand in a list

Vote = Callable[[str | None], None]

_STYLE = """<style>
[data-testid=stSidebar], [data-testid=stHeader], [data-testid=stExpandSidebarButton], .st-key-try_head h1,
.st-key-try_head [data-testid=stColumn]:first-child { display: none !important; }
[data-testid=stMainBlockContainer] { max-width: 100% !important; padding-top: 1rem !important; }
.st-key-presenter [data-testid=stMarkdownContainer] p { font-size: clamp(1.1rem, 1.6vw, 1.7rem); }
.st-key-presenter [data-testid=stHeading] h2 { font-size: clamp(2rem, 4vw, 4rem); }
.st-key-presenter [data-testid=stHeading] h3 { font-size: clamp(1.5rem, 2.4vw, 2.4rem); }
.st-key-presenter img { max-height: 62vh; object-fit: contain; }
.st-key-presenter button { min-height: 3.2rem; }
</style>"""


def frame() -> None:
    """Take the menu and the header away: there is nothing but the picture and the question."""
    st.html(_STYLE)


def ask(picture: str, alt: str, classes: Sequence[str], *, vote: Vote, key: str) -> None:
    """Draw a picture and the question; ``vote`` is called with what the audience says, None for a pass."""
    left, right = st.columns([3, 2], gap="large")
    left.image(picture, width="stretch", alt=alt)
    with right:
        st.header("What is this?", anchor=False)
        hands = False
        if len(classes) <= MOST_BUTTONS:
            hands = st.toggle("Count the hands", key="count_hands", persist_state="session")
        if hands:
            _hands(classes, vote=vote, key=key)
        elif len(classes) <= MOST_BUTTONS:
            _buttons(classes, vote=vote, key=key)
        else:
            _list(classes, vote=vote, key=key)
        st.button("We pass", key=f"{key}_pass", type="tertiary", on_click=vote, args=(None,))


def reveal(
    picture: str, answer: Answer, *, vote: str | None, score: Standing, last: bool, go_on: Callable[[], None]
) -> None:
    """Draw what people said, what the model says and what it really is."""
    left, right = st.columns([3, 2], gap="large")
    left.image(picture, width="stretch", alt=f"A picture of {', '.join(truth_of(answer))}")
    with right:
        st.header(f"It is {esc(', '.join(truth_of(answer)))}", anchor=False)
        people = vote is not None and vote in truth_of(answer)
        st.markdown(f"{_tick(people)} People: **{esc(vote) if vote is not None else 'passed'}**")
        if answer.doubt is None:
            told = f"**{esc(said(answer))}**, {percent(answer.how_likely)} sure: {how_sure(answer)}"
            st.markdown(f"{_tick(answer.right)} Model: {told}")
        else:
            guess = f"its best guess was {esc(said(answer))} ({percent(answer.how_likely)})"
            st.markdown(
                f":material/help: Model: **{mark(answer.doubt)}**, {guess}", help=why_not(answer.doubt)
            )
        st.button(
            "And the winner is ..." if last else "Next picture",
            key="next_picture",
            type="primary",
            icon=":material/arrow_forward:",
            on_click=go_on,
        )
    running(score)


def running(score: Standing) -> None:
    """Draw the score so far; nothing before the first picture."""
    if score.of:
        st.subheader(f"People {score.people} : {score.model} Model, of {score.of}", anchor=False)


def end(score: Standing, *, again: Callable[[], None]) -> None:
    """Draw how it ended."""
    st.header(who_won(score), anchor=False)
    people, model = st.columns(2)
    people.metric("People", f"{score.people} of {score.of}", border=True)
    model.metric("Model", f"{score.model} of {score.of}", border=True)
    st.caption("“Not sure” and a pass earn nothing. A few hand-picked pictures say little about either side.")
    st.button("Play again with other pictures", key="play_again", on_click=again, icon=":material/replay:")


def _buttons(classes: Sequence[str], *, vote: Vote, key: str) -> None:
    for number, name in enumerate(classes):
        st.button(esc(name), key=f"{key}_say_{number}", width="stretch", on_click=vote, args=(name,))


def _list(classes: Sequence[str], *, vote: Vote, key: str) -> None:
    chosen = st.selectbox("Most of you say", list(classes), index=None, key=f"{key}_say")
    st.button(
        "Show what the model says",
        key=f"{key}_show",
        type="primary",
        disabled=chosen is None,
        on_click=vote,
        args=(chosen,),
    )


def _hands(classes: Sequence[str], *, vote: Vote, key: str) -> None:
    """Draw a number per class; the class with the most hands is what people say."""
    hands = {
        name: int(st.number_input(esc(name), min_value=0, step=1, key=f"{key}_hands_{number}"))
        for number, name in enumerate(classes)
    }
    chosen = majority(hands)
    if chosen is None and any(hands.values()):
        st.caption("A tie: let them vote again, or pass.")
    st.button(
        "Show what the model says",
        key=f"{key}_show",
        type="primary",
        disabled=chosen is None,
        on_click=vote,
        args=(chosen,),
    )


def _tick(right: bool) -> str:
    return ":material/check_circle:" if right else ":material/cancel:"
