"""Where a run is worse, and the pictures behind the kind that was chosen."""

from __future__ import annotations

import streamlit as st

from core.domain.dataset import Split
from core.domain.slices import SliceReport
from ui import tiles
from ui.components import gallery, slices_panel
from ui.services import open_studio


def of_slices(run_id: str, split: Split, *, key: str) -> None:
    """Draw the scores by kind of picture, and the pictures of the kind that is chosen."""
    report = report_of(run_id, split)
    chosen = slices_panel.show(report, key=key)
    if chosen is None:
        return
    gallery.show(
        tiles.of_answers(open_studio().slice_answers(run_id, chosen.rows)),
        key=f"slice_pictures_{key}_{report.slices.index(chosen)}",
        label="Pictures of this kind, wrong answers first",
        empty="There is no such picture.",
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def report_of(run_id: str, split: Split) -> SliceReport:
    """Return the scores by kind of picture of a finished run; they never change."""
    return open_studio().slices(run_id, split)
