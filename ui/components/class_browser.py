"""Which of the pictures to look through: one class or all, one use, or those that were left out."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.domain.dataset import Dataset, Sample, Split

_USES = {
    "all": "All",
    Split.TRAIN.value: "Training",
    Split.VALIDATION.value: "Validation",
    Split.TEST.value: "Test",
    "left_out": "Left out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The chosen pictures; ``key`` names the choice, ``left_out`` says that they are not used."""

    key: str
    samples: tuple[Sample, ...]
    left_out: bool


def show(dataset: Dataset) -> View:
    """Draw both choices and return what was chosen."""
    left, right = st.columns([2, 5], gap="medium")
    name = left.selectbox("Class", dataset.classes, index=None, placeholder="All classes", key="browse_class")
    use = right.segmented_control(
        "Used for",
        list(_USES),
        default="all",
        required=True,
        format_func=lambda split: _USES[split],
        key="browse_split",
    )
    left_out = use == "left_out"
    samples = dataset.samples if left_out else dataset.used(None if use == "all" else Split(use))
    chosen = tuple(s for s in samples if (name is None or name in s.labels) and s.excluded == left_out)
    index = dataset.classes.index(name) if name in dataset.classes else "all"
    return View(key=f"{index}_{use}", samples=chosen, left_out=left_out)
