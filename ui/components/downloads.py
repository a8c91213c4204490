"""The tables behind the figures, to take along."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def show(files: Sequence[tuple[str, str, Callable[[], bytes]]], *, key: str) -> None:
    """Draw one button per file: its words, its name, and what builds it once it is asked for."""
    with st.container(horizontal=True):
        for words, name, build in files:
            st.download_button(
                words,
                data=build,
                file_name=name,
                mime="text/csv",
                on_click="ignore",
                icon=":material/download:",
                key=f"download_{key}_{name}",
            )
