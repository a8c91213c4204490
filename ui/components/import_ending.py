"""How the last import ended, where that must be told."""

from __future__ import annotations

import streamlit as st

from core.domain.run import JobSnapshot
from ui import errors


def show(job: JobSnapshot) -> None:
    """Draw why an import failed, or that it was stopped; nothing after one that went well."""
    if job.status == "failed":
        errors.tell(f"The pictures could not be brought in. {job.error}", job.hint)
    elif job.status == "stopped":
        st.info("The import was stopped. Everything is as it was before.", icon=":material/stop_circle:")
