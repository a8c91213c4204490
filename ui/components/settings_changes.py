"""What stands beside the preset: settings that were taken up, and what was changed by hand."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.config import TrainConfig
from core.domain.setting import settings_of


def show(changed: Sequence[str], *, taken_up: bool) -> bool:
    """Draw it, where there is any; return whether the preset's own settings are wanted back.

    ``changed`` are the names of the settings that were changed by hand.
    """
    if not changed and not taken_up:
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_in_words(changed, taken_up=taken_up))
        return st.button("Back to the preset", key="back_to_preset", type="tertiary", icon=":material/undo:")


def _in_words(changed: Sequence[str], *, taken_up: bool) -> str:
    told = ["These settings were taken up instead of the preset's."] if taken_up else []
    if changed:
        titles = settings_of(TrainConfig)
        told.append(f"You have changed: {', '.join(titles[name].title for name in changed)}.")
    return " ".join(told)
