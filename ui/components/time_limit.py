"""How long a training may take at most."""

from __future__ import annotations

import streamlit as st

CHOICES = (0, 2, 5, 10, 30, 60, 180)  # minutes; no limit is 0, for None would come back as nothing chosen


def show() -> int | None:
    """Draw the choice and return the minutes; None without a limit."""
    minutes = st.selectbox(
        "Time for it",
        CHOICES,
        format_func=in_words,
        key="minutes",
        persist_state="session",
        help="The settings are made so that the training ends in time. With “Best”, time that is left over "
        "goes to trying several ways first.",
    )
    return minutes or None


def in_words(minutes: int) -> str:
    """Return the limit as it is offered."""
    if not minutes:
        return "As long as it takes"
    if minutes < 60:
        return f"At most {minutes} minutes"
    return "At most 1 hour" if minutes == 60 else f"At most {minutes // 60} hours"
