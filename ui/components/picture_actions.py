"""What comes next for pictures that are there: train on them, or take them along."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def show(*, ready: bool, take_along: Callable[[], None]) -> bool:
    """Draw the way on, and with ``take_along`` what stands beside it; return whether to go on."""
    with st.container(horizontal=True, vertical_alignment="top", key="picture_actions"):
        go_on = st.button(
            "Choose how it learns",
            key="to_configure",
            type="primary",
            icon=":material/arrow_forward:",
            disabled=not ready,
        )
        take_along()
    return go_on
