"""What the import noticed, worst first, each with its files and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from core.domain.dataset import Issue, Severity
from ui.words import count, esc

_ORDER = list(Severity)
_LOOK = {
    Severity.BLOCKS: ("Must be solved before training", "red", ":material/block:"),
    Severity.WARNS: ("Worth a look", "orange", ":material/warning:"),
    Severity.INFORMS: ("For your information", "gray", ":material/info:"),
}
MOST_FILES = 500
LINES = 8  # more files scroll in their box


def show(issues: Sequence[Issue]) -> None:
    """Draw the findings; nothing where there is none."""
    for index, issue in enumerate(sorted(issues, key=lambda issue: _ORDER.index(issue.severity))):
        _finding(issue, index)


def _finding(issue: Issue, index: int) -> None:
    words, colour, icon = _LOOK[issue.severity]
    title = f":{colour}-badge[{icon} {words}] {esc(issue.message)}"
    if not issue.hint and not issue.paths:
        with st.container(border=True):
            st.markdown(title)
        return
    with st.expander(title, expanded=issue.severity == Severity.BLOCKS, key=f"finding_{index}"):
        if issue.hint:
            st.markdown(esc(issue.hint))
        if issue.paths:
            st.caption(count(len(issue.paths), "file"))
            st.code(
                "\n".join(issue.paths[:MOST_FILES]), language=None, wrap_lines=True, height=_height(issue)
            )
        if len(issue.paths) > MOST_FILES:
            st.caption(f"and {len(issue.paths) - MOST_FILES:,} more")


def _height(issue: Issue) -> int | Literal["content"]:
    return 240 if len(issue.paths) > LINES else "content"
