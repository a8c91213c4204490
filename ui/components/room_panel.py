"""What was deleted and what is temporary: the room that it takes, the way back, and the way out for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.domain.deleted import Deleted, DeletedKind, Share, TakenRoom
from core.domain.run import JobSnapshot
from ui.words import count, esc, moment, size

MOST = 50  # rows
_ICONS = {DeletedKind.PROJECT: ":material/folder:", DeletedKind.RUN: ":material/model_training:"}

Action = Literal["back", "remove", "clear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to do, and with which deleted thing; with none where temporary files are meant."""

    action: Action
    thing: Deleted | None = None


def label(deleted: int) -> str:
    """Return what the closed panel says, with so many deleted things."""
    return f"Deleted projects and runs ({deleted:,}), temporary files" if deleted else "Temporary files"


def show(deleted: Sequence[Deleted], room: TakenRoom, *, busy: JobSnapshot | None) -> Choice | None:
    """Draw what was deleted and what is temporary; return what was chosen.

    ``busy`` is a job under way, which needs the temporary files.
    """
    choice = None
    shares = {share.id: share for share in room.shares}
    if deleted:
        takes = size(room.deleted) if room.deleted else "no room"
        st.caption(f"What was deleted takes {takes} on the disk, and stays until you remove it for good.")
    for thing in deleted[:MOST]:
        choice = _line(thing, shares.get(thing.id)) or choice
    if len(deleted) > MOST:
        st.caption(f"and {len(deleted) - MOST:,} more, which stand here once some of these are gone")
    return _temporary(room.temporary, busy) or choice


def consequence(thing: Deleted, share: Share | None) -> str:
    """Return in words what goes when a deleted thing is removed for good."""
    name, pictures = f"“{thing.name}”", share.pictures if share else 0
    if thing.kind is DeletedKind.RUN:
        goes = f"{name} goes with its result, its exports, its further tests and what reviewers said."
        which, none = "only its further tests had", "The pictures of its project stay."
    else:
        runs = "its training run" if thing.runs == 1 else f"its {thing.runs:,} training runs"
        rest = f" with {runs}, and with all results, exports and what reviewers said" if thing.runs else ""
        goes = f"{name} goes{rest}."
        which, none = "nothing else here needs", "No picture goes with it."
    if not pictures:
        return f"{goes} {none}"
    return f"{goes} {count(pictures, 'picture')} that {which} {'goes' if pictures == 1 else 'go'} with it."


def about(thing: Deleted) -> str:
    """Return what a deleted thing is, in a few words."""
    made = f"made on {moment(thing.created_at)}"
    if thing.kind is DeletedKind.RUN:
        return f"training run of “{thing.project}”, {made}"
    return f"project with {count(thing.runs, 'training run')}, {made}"


def _line(thing: Deleted, share: Share | None) -> Choice | None:
    action: Action | None = None
    takes = f", {size(share.size)}" if share else ""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"gone_{thing.id}"):
        st.markdown(
            f"{_ICONS[thing.kind]} **{esc(thing.name)}**  \n:small[{esc(about(thing) + takes)}]",
            width="stretch",
        )
        if st.button("Bring back", key=f"back_{thing.id}", icon=":material/undo:"):
            action = "back"
        with st.popover("Remove for good", icon=":material/delete_forever:", key=f"removing_{thing.id}"):
            st.markdown(f"{esc(consequence(thing, share))} **This cannot be undone.**")
            if st.button("Remove it for good", key=f"remove_{thing.id}", type="primary"):
                action = "remove"
    return Choice(action=action, thing=thing) if action else None


def _temporary(taken: int, busy: JobSnapshot | None) -> Choice | None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="temporary"):
        used = f" They are in use: “{esc(busy.title)}” is under way." if busy else ""
        st.markdown(
            f"**Temporary files: {size(taken) if taken else 'none'}**  \n:small[They can be computed again, "
            f"which takes time once. Small copies of removed pictures can be among them.{used}]",
            width="stretch",
        )
        clear = st.button(
            "Clear",
            key="clear_temporary",
            icon=":material/cleaning_services:",
            disabled=busy is not None or not taken,
        )
    return Choice(action="clear") if clear else None
