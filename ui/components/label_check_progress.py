"""Labels that have to be looked at first: how far that is, or the button."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.domain.run import JobSnapshot
from ui import errors, following


def show(job: Callable[[], JobSnapshot | None], *, busy: bool, key: str) -> bool:
    """Follow the check that ``job`` tells of, and draw the page anew at its end; return whether to begin.

    ``busy`` says that other work is under way, which the check would slow down.
    """
    now = job()
    if now is not None and now.status.active:
        st.markdown("Every label is being looked at, by models that did not learn from it.")
        following.show(job)
        return False
    if now is not None and now.error:
        errors.tell(now.error, now.hint)
    if busy:
        st.caption("Other work is under way; looking at all labels now would slow it down.")
    return st.button(
        "Look for labels that are probably wrong",
        key=f"check_labels_{key}",
        icon=":material/label:",
        help="Takes from a few seconds to some minutes, once.",
    )
