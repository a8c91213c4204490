"""Which of the pictures to look through: one class, one use."""

from __future__ import annotations

import streamlit as st

from core.domain.dataset import Dataset, Sample, Split

_USES = {
    "all": "All",
    Split.TRAIN.value: "Training",
    Split.VALIDATION.value: "Validation",
    Split.TEST.value: "Test",
}


def show(dataset: Dataset) -> tuple[str, tuple[Sample, ...]]:
    """Draw both choices; return a key that names the chosen set, and its pictures."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Class", dataset.classes, key="browse_class", width=280)
        use = st.segmented_control(
            "Used for",
            list(_USES),
            default="all",
            required=True,
            format_func=lambda split: _USES[split],
            key="browse_split",
        )
    chosen = tuple(
        sample for sample in dataset.used(None if use == "all" else Split(use)) if sample.label == name
    )
    index = dataset.classes.index(name) if name in dataset.classes else 0
    return f"{dataset.id}_{index}_{use}", chosen
