"""The settings that two training runs do not share."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.comparison import SettingChange
from ui.words import count


def show(changes: Sequence[SettingChange], *, key: str) -> None:
    """Draw one row per setting that differs."""
    st.subheader("What was done differently", anchor=False)
    if not changes:
        st.caption("Nothing: the settings and the pictures are the same. What differs is up to chance.")
        return
    st.dataframe(
        pd.DataFrame(
            [(change.title, change.before, change.after) for change in changes],
            columns=["Setting", "Before", "After"],
        ),
        hide_index=True,
        column_config={"Setting": st.column_config.TextColumn(pinned=True)},
        key=f"changes_{key}",
        alt=f"{count(len(changes), 'setting')} that differ",
    )
