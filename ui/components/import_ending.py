"""How the last import ended, where that must be told."""

from __future__ import annotations

import streamlit as st

from core.domain.run import JobSnapshot
from ui import errors, sentences


def show(job: JobSnapshot) -> None:
    """Draw why an import failed, or that it was stopped; nothing after one that went well."""
    if job.status == "failed":
        failed = "The pictures could not be brought in." if job.kind == "import" else "The check failed."
        errors.tell(f"{failed} {job.error}", job.hint)
    elif job.status == "stopped":
        st.info(f"{sentences.ending(job)} Everything is as it was before.", icon=":material/stop_circle:")
