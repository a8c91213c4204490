"""A run's score by the labels of its pictures as they are now, where they were changed after it."""

from __future__ import annotations

import streamlit as st

from core.domain.dataset import Split
from core.domain.report import Scores
from core.domain.run import Run
from ui import services
from ui.subject import Subject
from ui.words import percent, spread


def told(run: Run, subject: Subject, scores: Scores) -> str:
    """Return the score by the present labels in a sentence; empty where it is the same, or another test."""
    if subject.test:
        return ""
    dataset = services.dataset(run.project_id)
    if dataset is None or dataset.id == run.dataset_id:
        return ""
    now = _rescored(run.id, dataset.id, subject.split)
    if now.accuracy is None or (now.pictures, now.correct) == (scores.pictures, scores.correct):
        return ""
    return (
        f"By the labels as they are now (version {dataset.version}) it is right on {now.correct:,} of "
        f"{now.pictures:,}: {percent(now.accuracy.value)} ({spread(now.accuracy)}). The figures here are "
        "those by the labels that it was trained with."
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _rescored(run_id: str, dataset_id: str, split: Split) -> Scores:
    return services.open_studio().rescored(run_id, dataset_id, split=split)
