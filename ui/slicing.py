"""Where a run is worse, and the pictures behind the kind that was chosen."""

from __future__ import annotations

import streamlit as st

from core.domain.slices import SliceReport
from ui import tiles
from ui.components import gallery, slices_panel
from ui.services import open_studio
from ui.subject import Subject


def of_slices(subject: Subject) -> None:
    """Draw the scores by kind of picture, and the pictures of the kind that is chosen."""
    report = report_of(subject, open_studio().labels_version(subject.run_id))
    chosen = slices_panel.show(report, key=subject.key)
    if chosen is None:
        return
    gallery.show(
        tiles.of_answers(open_studio().slice_answers(subject.run_id, chosen.rows, test=subject.test)),
        key=f"slice_pictures_{subject.key}_{report.slices.index(chosen)}",
        label="Pictures of this kind, wrong answers first",
        empty="There is no such picture.",
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def report_of(subject: Subject, labels_version: str) -> SliceReport:  # noqa: ARG001 - a part of the key
    """Return the scores by kind of picture of a finished run; only a new table of labels changes them."""
    return open_studio().slices(subject.run_id, subject.split, test=subject.test)
