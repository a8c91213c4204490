"""What comes next for pictures that are there: train on them, or take them along."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def show(build: Callable[[], bytes], *, name: str, ready: bool) -> bool:
    """Draw both buttons; return whether to go on. ``build`` makes the zip ``name`` once it is asked for."""
    with st.container(horizontal=True):
        go_on = st.button(
            "Choose how it learns",
            key="to_configure",
            type="primary",
            icon=":material/arrow_forward:",
            disabled=not ready,
        )
        st.download_button(
            "Download these pictures",
            data=build,
            file_name=name,
            mime="application/zip",
            on_click="ignore",
            icon=":material/download:",
            key="download_pictures",
            help="A zip with a folder per class and a table of labels, series and splits. It can be brought "
            "in again as it is. Pictures you left out stay out.",
        )
    return go_on
