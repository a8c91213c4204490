"""Problems as a person reads them: what happened, what to do; never a traceback."""

from __future__ import annotations

import logging
import secrets

import streamlit as st

from core.domain.errors import AppError
from ui.words import esc

log = logging.getLogger("sightsmith.app")


def show(problem: Exception) -> bool:
    """Draw a problem and return True: it was told. The unexpected gets a code that the log carries too."""
    if isinstance(problem, AppError):
        st.error(_with_hint(problem.message, problem.hint), icon=":material/error:")
        return True
    code = secrets.token_hex(3).upper()
    log.error("Problem %s", code, exc_info=problem)
    st.error(
        "This screen could not be drawn. Your pictures and training runs are safe. "
        f"Reload the page; if it happens again, report the code **{code}**: the log tells the rest.",
        title="Something went wrong on our side",
        icon=":material/error:",
    )
    return True


def tell(message: str, hint: str = "") -> None:
    """Draw a problem that was kept, such as a failed run's."""
    st.error(_with_hint(message, hint), icon=":material/error:")


def _with_hint(message: str, hint: str) -> str:
    return f"{esc(message)}  \n{esc(hint)}" if hint else esc(message)
