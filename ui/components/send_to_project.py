"""A wrong answer becomes something to learn from: the picture goes into the project, rightly labelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui.words import esc


def show(classes: Sequence[str], send: Callable[[str], None], *, sent_as: str | None, key: str) -> None:
    """Draw the question what it really is; ``send`` is called with the class that was chosen or typed.

    ``sent_as`` is the class under which the picture has been sent already.
    """
    if sent_as is not None:
        st.markdown(f":material/playlist_add_check: Sent to this project as **{esc(sent_as)}**.")
        return
    with st.popover("It is wrong", icon=":material/thumb_down:", key=f"{key}_wrong"):
        label = st.selectbox(
            "It really is ...",
            list(classes),
            index=None,
            accept_new_options=True,
            placeholder="Choose one, or type a new name",
            key=f"{key}_really",
        )
        name = (label or "").strip()
        st.button(
            "Add it to this project",
            type="primary",
            key=f"{key}_send",
            icon=":material/playlist_add:",
            disabled=not name,
            on_click=send,
            args=(name,),
            help="It becomes one of the project's labelled pictures, for the next training. On Pictures it "
            "can be taken back.",
        )
