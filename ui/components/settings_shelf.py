"""Settings from elsewhere: kept under a name, of an earlier run, or from a file; and ways to keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.domain.config import TrainConfig
from core.domain.errors import AppError
from ui import errors

Reader = Callable[..., TrainConfig]


def take(
    offered: Mapping[str, TrainConfig],
    *,
    bins: Mapping[str, str],
    read: Reader,
    on_bin: Callable[[str], None],
) -> TrainConfig | None:
    """Draw what can be taken up, and return the settings that the user wants to start from, if any.

    ``bins`` are those of ``offered`` that can be thrown away: ``on_bin`` is called with what they name.
    """
    with st.popover("Start from other settings", icon=":material/folder_open:", key="shelf"):
        chosen = _choice(offered, bins, on_bin)
        file = st.file_uploader("A file of settings (TOML)", type=["toml"], key="shelf_file")
        wanted = st.button("Take them up", key="shelf_take", disabled=not chosen and file is None)
        if not wanted:
            return None
        if file is None:
            return offered.get(chosen or "")
        try:
            return read(file.getvalue(), name=file.name)
        except AppError as problem:
            errors.show(problem)
            return None


def _choice(
    offered: Mapping[str, TrainConfig], bins: Mapping[str, str], on_bin: Callable[[str], None]
) -> str | None:
    """Draw what is offered with a bin beside it, and return what is chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Kept settings and earlier runs",
            list(offered),
            index=None,
            key="shelf_choice",
            placeholder="Choose" if offered else "Nothing has been kept yet",
            disabled=not offered,
        )
        st.button(
            "Throw away",
            icon=":material/delete:",
            key="shelf_bin",
            help="Kept settings can be thrown away; those of a run stay with it.",
            disabled=chosen not in bins,
            on_click=on_bin,
            args=(bins.get(chosen or ""),),
        )
    return chosen


def keep(text: str, *, problems: Sequence[str]) -> str | None:
    """Draw the ways to keep the settings as they stand; return the name to keep them under, if asked."""
    with st.popover("Keep these settings", icon=":material/save:", key="keep_settings"):
        name = st.text_input("Name", key="settings_name", max_chars=100)
        asked = st.button("Keep", key="settings_keep", disabled=not name.strip() or bool(problems))
        st.download_button(
            "Download as a file",
            text,
            file_name="sightsmith-settings.toml",
            mime="application/toml",
            key="settings_download",
            icon=":material/download:",
            on_click="ignore",
            help="For `sightsmith train DATA --config FILE`, or another computer.",
        )
    return name if asked else None
