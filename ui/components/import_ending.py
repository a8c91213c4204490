"""How the last import, check or change ended, where that must be told."""

from __future__ import annotations

import streamlit as st

from core.domain.run import JobKind, JobSnapshot, JobStatus
from ui import errors, sentences, state

_FAILED = {
    JobKind.IMPORT: "The pictures could not be brought in.",
    JobKind.CHECK: "The check failed.",
    JobKind.EDIT: "The change could not be made.",
    JobKind.TEST: "The model could not be tested on these pictures.",
    JobKind.ANSWER: "The pictures could not be answered.",
}


def show(job: JobSnapshot) -> None:
    """Draw that a job failed or was stopped, until that is put away; nothing where all went well."""
    if job.status not in (JobStatus.FAILED, JobStatus.STOPPED) or state.is_dismissed(job.id):
        return
    _ending(job)
    st.button("OK", key="dismiss_ending", on_click=state.dismiss, args=(job.id,))


def _ending(job: JobSnapshot) -> None:
    if job.status == JobStatus.FAILED:
        errors.tell(f"{_FAILED.get(job.kind, 'It failed.')} {job.error}", job.hint)
    else:
        st.info(f"{sentences.ending(job)} Everything is as it was before.", icon=":material/stop_circle:")
