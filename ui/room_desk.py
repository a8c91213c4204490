"""What Home asks for and does about deleted projects and runs, and about temporary files."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from core.domain.deleted import Deleted, TakenRoom
from core.domain.errors import AppError
from ui import services, state
from ui.bringing_back import bring_back
from ui.components import room_panel
from ui.services import open_studio
from ui.words import esc, size

_SECONDS = 20  # for so long the room that things take is not looked up again


def show() -> None:
    """Draw the panel; what it tells is looked up only while it is open."""
    deleted = open_studio().deleted()
    panel = st.expander(
        room_panel.label(len(deleted)), icon=":material/delete_sweep:", key="room", on_change="rerun"
    )
    if not panel.open:
        return
    with panel:
        with st.spinner("Looking how much room things take"):
            found = taken(tuple(thing.id for thing in deleted))
        choice = room_panel.show(deleted, found, busy=services.active_job())
        if choice is not None:
            _do(choice)


@st.cache_data(ttl=_SECONDS, max_entries=4, show_spinner=False)
def taken(deleted: tuple[str, ...]) -> TakenRoom:  # noqa: ARG001 - with other things deleted it is another
    """Return how much room things take."""
    return open_studio().taken_room()


def _do(choice: room_panel.Choice) -> NoReturn:
    if choice.thing is None:
        _clear()
    elif choice.action == "back":
        bring_back(choice.thing.kind, choice.thing.id, choice.thing.name)
    else:
        _remove(choice.thing)
    taken.clear()
    st.rerun()


def _remove(thing: Deleted) -> None:
    try:
        with st.spinner(f"Removing “{esc(thing.name)}”"):
            open_studio().remove_for_good(thing.kind, thing.id)
    except AppError as problem:
        state.warn(f"{problem.message} {problem.hint}".strip())
        return
    state.forget_deleted()  # no way back is offered any more
    state.forget_deleted_run()
    state.tell(f"“{thing.name}” was removed for good.")


def _clear() -> None:
    try:
        with st.spinner("Clearing"):
            removed = open_studio().clear_temporary()
    except AppError as problem:
        state.warn(f"{problem.message} {problem.hint}".strip())
        return
    told = f"Temporary files of {size(removed)} were cleared."
    state.tell(told if removed else "Nothing could be cleared: what is left is in use.")
