"""Work on the pictures under way: what is being done, how far, how long still; and the way out."""

from __future__ import annotations

import streamlit as st

from core.domain.run import JobSnapshot
from ui import sentences, services
from ui.words import esc

_STOP = {
    "import": "Stop the import",
    "check": "Stop the check",
    "edit": "Stop the change",
    "test": "Stop the test",
    "answer": "Stop answering",
}
_STOPPING = {"answer": "Stopping keeps the answers there are."}


def show(job: JobSnapshot) -> None:
    """Draw the import, check or change and follow it; when it ends, the whole page is drawn anew."""

    @st.fragment(run_every=1.0)
    def live() -> None:
        now = services.job(job.id)
        if now is None or not now.status.active:
            st.rerun()
        with st.container(border=True, key="import_monitor"):
            st.markdown(f"**{esc(now.title)}**")
            st.progress(sentences.fraction(now.progress), text=esc(sentences.about_progress(now.progress)))
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    _STOP.get(job.kind, "Stop it"),
                    key="stop_import",
                    icon=":material/stop_circle:",
                    on_click=services.stop,
                    args=(job.id,),
                )
                st.caption(
                    "You may close the browser: this goes on. "
                    + _STOPPING.get(now.kind, "Stopping leaves all as it was before."),
                    width="stretch",
                )

    live()
