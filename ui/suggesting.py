"""Answers to a folder or zip become labelled pictures of the project, once a person has looked at them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from core.domain.errors import AppError, PictureError, StaleError
from core.domain.suggestions import Confirmed, Suggestion, Suggestions
from core.domain.trying import TriedBatch
from core.evaluation.answer_words import mark, said
from ui import errors, navigation, services, state, suggest_desk, suggest_grid
from ui.components import import_ending, import_monitor
from ui.paging import page_of
from ui.words import count, esc, percent, short

PAGE: Final = 48  # pictures at once: about 200 KB
_HOW: Final = (
    "Choose what the model answered and look at its pictures, the least sure first. Those it is fairly "
    "sure of have a tick; take it from the wrong ones, or give them their right class. Only what has a tick "
    "on the page that you see is added."
)
_WHY: Final = (
    "A label that a model suggested is kinder to that model than one given without its answer. So the "
    "project keeps which model helped, and “Where it is worse” on Evaluate tells the score on these pictures "
    "apart."
)


def show(project_id: str, batch: TriedBatch, found: Suggestions) -> None:
    """Draw what makes labelled pictures of the answered ones, folded away."""
    panel = st.expander(
        "Add them to this project as labelled pictures",
        icon=":material/playlist_add_check:",
        on_change="rerun",
        key=f"suggest_{batch.id[:8]}",
    )
    if panel.open:
        with panel:
            _panel(project_id, batch, found)


def _panel(project_id: str, batch: TriedBatch, found: Suggestions) -> None:
    if told := state.told():
        st.toast(esc(told), icon=":material/playlist_add_check:")
    if job := suggest_desk.ended(project_id):
        import_ending.show(job)
    if found.groups:
        st.markdown(_HOW)
        _page(project_id, batch, _group(found, batch), found)
    going = services.active_picture_job(project_id)
    _there(found, coming=going is not None)
    if going is not None:
        import_monitor.show(going)
    st.caption(_WHY)


def _there(found: Suggestions, *, coming: bool) -> None:
    """Tell how many are in the project, and lead to them."""
    if found.filed:
        where = "in this project, or on their way into it" if coming else "in this project"
        left = "" if found.groups else " None is left to be looked through."
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/check_circle: {_are(len(found.filed))} {where}.{left}", width="content")
            navigation.link("upload", "To the pictures, and to undo")
    elif not found.groups:
        st.caption("No picture was answered.")


def _are(number: int) -> str:
    return f"{count(number, 'of these pictures', 'of these pictures')} {'is' if number == 1 else 'are'}"


def _group(found: Suggestions, batch: TriedBatch) -> tuple[Suggestion, ...]:
    """Draw the choice of an answer, the largest first, and return its pictures."""
    groups = {group[0].labels: group for group in found.groups}
    numbers = hashlib.sha256(repr([len(group) for group in found.groups]).encode()).hexdigest()[:12]
    last = state.written(f"suggested_answer_{batch.id}")
    options = list(groups)
    chosen = st.selectbox(
        "Answered as",
        options,
        index=options.index(last) if last in options else 0,
        format_func=lambda labels: f"{_answer(groups[labels][0])} ({len(groups[labels]):,})",
        # the numbers are part of the options: with others it is another choice
        key=f"suggest_answer_{batch.id[:8]}_{numbers}",
        width=420,
    )
    state.write(f"suggested_answer_{batch.id}", chosen)
    return groups[chosen]


@st.fragment
def _page(project_id: str, batch: TriedBatch, group: Sequence[Suggestion], found: Suggestions) -> None:
    """Draw a page of pictures that were answered alike, and the button that adds what has a tick there."""
    left = state.passed_over(batch.id)
    ordered = sorted(group, key=lambda one: one.sha256 in left)
    answer = _answer(group[0])
    page = page_of(ordered, PAGE, noun="pictures", key=f"suggest_page_{_key(batch, group)}")
    told = suggest_grid.draw(
        page,
        classes=found.classes,
        several=found.several,
        batch=batch.id,
        label=f"Pictures answered as {answer}",
    )
    if told.opened is not None:
        _large(told.opened)
    confirmed = [Confirmed(sha256=sha256, labels=labels) for sha256, labels in told.labels.items() if labels]
    if _asked(project_id, told.labels):
        try:
            suggest_desk.add(project_id, batch.id, confirmed)
        except StaleError as problem:
            state.tell(problem.message)
        except AppError as problem:
            errors.show(problem)  # what has a tick keeps it
            return
        state.pass_over(batch.id, [sha256 for sha256, labels in told.labels.items() if not labels])
        st.rerun()


def _asked(project_id: str, labels: Mapping[str, tuple[str, ...]]) -> bool:
    """Draw the button with what it adds, and return whether it was used."""
    ticked = [one for one in labels.values() if one]
    busy = services.active_picture_job(project_id) is not None
    with st.container(horizontal=True, vertical_alignment="center", key="suggest_bar"):
        clicked = st.button(
            _words(ticked),
            type="primary",
            icon=":material/playlist_add:",
            disabled=busy or not ticked,
            key="add_suggested",
        )
        st.caption(_about(ticked, left=len(labels) - len(ticked), busy=busy), width="stretch")
    return clicked


def _words(ticked: Sequence[tuple[str, ...]]) -> str:
    if not ticked:
        return "Add pictures"
    kinds = set(ticked)
    kind = f" as {esc(short(', '.join(ticked[0])))}" if len(kinds) == 1 else ""
    return f"Add {count(len(ticked), 'picture')}{kind}"


def _about(ticked: Sequence[tuple[str, ...]], *, left: int, busy: bool) -> str:
    """Return what the button adds and what it leaves, in a sentence or two."""
    if busy:
        return "Pictures of this project are being worked on. Look on meanwhile; more can be added then."
    if not ticked:
        return "No picture on this page has a tick."
    numbers = Counter(", ".join(labels) for labels in ticked)
    parts = [f"{number:,} as {esc(short(name))}" for name, number in numbers.most_common()]
    each = f"{', '.join(parts)}. " if len(parts) > 1 else ""
    stays = f"{left:,} without a tick {'stays' if left == 1 else 'stay'} in the list, at its end."
    return each + (stays if left else "That is all of this page.")


def _key(batch: TriedBatch, group: Sequence[Suggestion]) -> str:
    """Return what names a group of a batch in keys, whatever its classes are called."""
    return hashlib.sha256(f"{batch.id}{group[0].labels}".encode()).hexdigest()[:12]


def _answer(one: Suggestion) -> str:
    return ", ".join(one.labels) or said(one.answer)


@st.dialog("Picture", position="right", icon=":material/image:")
def _large(one: Suggestion) -> None:
    answer = _answer(one)
    try:
        st.image(suggest_desk.large(one.tried), width="stretch", alt=f"{answer}, {one.tried.name}")
    except PictureError as problem:
        errors.show(problem)
    st.markdown(f"**{esc(answer)}**, {percent(one.answer.how_likely)} sure")
    if one.answer.doubt is not None:
        st.markdown(mark(one.answer.doubt))
    st.caption(esc(one.tried.name))
