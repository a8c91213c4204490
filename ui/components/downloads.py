"""The tables behind the figures, to take along."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def show(files: Sequence[tuple[str, str, Callable[[], bytes]]], *, key: str) -> None:
    """Draw one button per file: its words, its name, and what builds it once it is asked for.

    Beside them stands in which format the figures are saved, each by the camera at its corner.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for words, name, build in files:
            st.download_button(
                words,
                data=build,
                file_name=name,
                mime="text/csv" if name.endswith(".csv") else "application/octet-stream",
                on_click="ignore",
                icon=":material/download:",
                key=f"download_{key}_{name}",
            )
        st.segmented_control(
            "Save figures as",
            ["PNG", "SVG"],
            default="PNG",
            required=True,
            key="picture_format",
            help="The camera at the corner of a figure saves it. SVG can be enlarged without end.",
        )
