"""What a centre crop would cut off these pictures, and how they should become squares instead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data.crop_loss import TOO_MUCH
from core.domain.preprocess import ResizeMode
from core.domain.safety import ResizeAdvice
from ui.words import count, esc, percent

Pixels = npt.NDArray[np.uint8]

_NAMES = {ResizeMode.SQUASH: "squashing", ResizeMode.PAD: "padding"}
_WIDTH = 200  # pixels


def show(
    advice: ResizeAdvice, pictures: Sequence[Pixels], labels: Sequence[str], *, now: ResizeMode
) -> ResizeMode | None:
    """Draw the advice and the worst pictures; return the way to change to when that is clicked.

    ``pictures`` (H, W, 3) show what would be lost; ``labels`` name class and file of each; ``now`` is how
    pictures become squares as the settings stand.
    """
    st.markdown(f"**{esc(advice.reason)}**")
    if told := crop_in_words(advice):
        st.markdown(esc(told))
    if now is ResizeMode.CROP and advice.losing:
        st.warning("The settings crop at present: what is marked here is never seen.", icon=":material/crop:")
    if pictures:
        st.caption("The pictures that would lose most; hatched in red, with the word “lost”, is what goes.")
        alt = [f"{label}: a centre crop would cut off both ends, marked as lost" for label in labels]
        st.image(list(pictures), width=_WIDTH, output_format="JPEG", caption=list(map(esc, labels)), alt=alt)
    if now is advice.mode or not advice.pictures:
        return None
    clicked = st.button(f"Use {_NAMES[advice.mode]} instead", key="use_resize", icon=":material/fit_screen:")
    return advice.mode if clicked else None


def crop_in_words(advice: ResizeAdvice) -> str:
    """Return what a centre crop would cost; empty without pictures."""
    if not advice.pictures or advice.worst_share is None:
        return ""
    most, worst = percent(TOO_MUCH), percent(advice.worst_share)
    if not advice.losing:
        return f"A centre crop would cut off little: of no picture more than {worst} of its longer side."
    many = f"{advice.losing:,} of {count(advice.pictures, 'picture')} ({percent(advice.share_losing)})"
    return f"A centre crop would cut more than {most} off the longer side of {many}, of the worst {worst}."
