"""The list of a review as a file, out and in, and the cleaned pictures."""

from __future__ import annotations

import streamlit as st

from core.data.table_text import text_of
from core.domain.errors import AppError
from core.domain.run import Run
from core.sharing.review_table import guess_in_words
from core.sharing.tables import as_file
from ui import correcting, errors, state
from ui.components import export_button
from ui.services import open_studio
from ui.words import esc


def show(run: Run) -> None:
    """Draw what can be taken away, and the way in for a list that another reviewer filled in."""
    with st.expander("Take along, or bring a list in", icon=":material/swap_horiz:"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                "Download the list with verdicts",
                data=lambda: as_file(open_studio().verdicts_csv(run.id)),
                file_name="review.csv",
                mime="text/csv",
                on_click="ignore",
                icon=":material/download:",
                key=f"review_csv_{run.id}",
            )
            export_button.show(run.project_id)
        st.caption(
            "The list has every mistake and every doubtful label, a line per verdict; a spreadsheet opens "
            "it. The pictures come with all corrections that were made."
        )
        _bring_in(run)


def _bring_in(run: Run) -> None:
    st.markdown("**A list that another reviewer filled in**")
    reviewer = st.text_input(
        "Who filled it in?", key=f"list_reviewer_{run.id}", max_chars=60, placeholder="a name"
    )
    file = st.file_uploader("The list, as CSV", type="csv", key=state.upload_key(f"review_{run.id}"))
    ready = file is not None and bool(reviewer.strip())
    if (
        not st.button("Take these verdicts over", key=f"bring_in_{run.id}", disabled=not ready)
        or file is None
    ):
        return
    try:
        table = text_of(file.getvalue())
        new = open_studio().import_verdicts(run.id, table.text, reviewer=reviewer.strip())
    except AppError as problem:
        errors.show(problem)
        return
    state.uploads_taken()
    state.warn(guess_in_words(table, file.name))
    state.tell(f"{correcting.taken_over(len(new))} {reviewer.strip()} has an undo of his or her own.")
    st.rerun()


def told() -> None:
    """Tell once what came of the last click."""
    if sentence := state.told():
        st.success(esc(sentence), icon=":material/check_circle:")
    if sentence := state.warned():
        st.warning(esc(sentence), icon=":material/info:")
