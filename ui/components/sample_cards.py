"""Built-in pictures for a first try, one card per collection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.domain.project import SampleSet
from ui.words import count, esc

_PICTURES = Path(__file__).resolve().parents[1] / "assets" / "samples"


def show(sets: Sequence[SampleSet]) -> str | None:
    """Draw a card per collection and return the key of the one to try."""
    chosen = None
    grid = st.grid(3, min_column_width=250)
    for sample in sets:
        with grid.container(border=True, height="stretch", gap="xsmall", key=f"sample_{sample.key}"):
            if _card(sample):
                chosen = sample.key
    return chosen


def _card(sample: SampleSet) -> bool:
    st.image(str(_picture(sample.key)), width="stretch", alt=f"Drawing for {sample.title}")
    st.markdown(f"**{esc(sample.title)}**  \n{esc(sample.summary)}")
    facts = [f"{count(sample.pictures, 'picture')}, {count(sample.classes, 'class')}"]
    if sample.credit:
        facts.append(esc(sample.credit))
    if not sample.available:
        facts.append(f":material/info: {esc(sample.missing)}")
    st.caption("  \n".join(facts))
    st.space("stretch")
    return st.button(
        "Try it",
        key=f"try_{sample.key}",
        icon=":material/play_arrow:",
        disabled=not sample.available,
        width="stretch",
    )


def _picture(key: str) -> Path:
    drawn = _PICTURES / f"{key}.svg"
    return drawn if drawn.parent == _PICTURES and drawn.exists() else _PICTURES / "other.svg"
