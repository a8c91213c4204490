"""The user's own pictures as they are and as training would vary them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.setting import settings_of
from ui.words import esc

Pixels = npt.NDArray[np.uint8]

TOGETHER = "As training sees them"
ALONE = "Each kind by itself"
_WIDTH = 112  # pixels: six beside each other, three on a phone
_STRENGTHS = {
    Augmentation.LIGHT: "lightly",
    Augmentation.STRONG: "strongly",
    Augmentation.TRIVIAL: "one random change to each picture",
    Augmentation.RANDOM: "two random changes to each picture",
}
_TURNING = {"mirror", "upside_down", "quarter_turns"}  # know no strength


def show(
    pictures: Pixels,
    labels: Sequence[str],
    config: TrainConfig,
    *,
    kinds: Sequence[str],
    each: Callable[[], Mapping[str, Pixels]],
    key: str,
) -> str:
    """Draw originals and copies, and return which view is chosen: ``TOGETHER`` or ``ALONE``.

    ``pictures`` (1 + copies, N, S, S, 3) begin with the originals; ``labels`` name class and file of each of
    the N; ``kinds`` are the kinds of variation that act; ``each`` is asked for their pictures when needed.
    """
    st.markdown(esc(in_words(config, kinds)))
    if not len(labels):
        st.caption("There are no pictures to show yet.")
        return TOGETHER
    view = TOGETHER
    if kinds:
        chosen = st.segmented_control(
            "Variations", [TOGETHER, ALONE], default=TOGETHER, required=True, key=f"{key}_view"
        )
        view = ALONE if chosen == ALONE else TOGETHER
    _row("As they are", pictures[0], labels, "as it is")
    if view == ALONE:
        for kind, changed in each().items():
            _row(_title(kind), changed, labels, _title(kind).lower())
    elif kinds:
        for number, copies in enumerate(pictures[1:], start=1):
            _row(f"Varied, copy {number}", copies, labels, f"varied, copy {number}")
    return view


def in_words(config: TrainConfig, kinds: Sequence[str]) -> str:
    """Return in a sentence what is on, given the kinds of variation that act."""
    if not kinds:
        return "Nothing is varied: the model sees each picture the same way every time."
    names = ", ".join(_title(kind).lower() for kind in kinds)
    how = _STRENGTHS.get(config.augmentation) if set(kinds) - _TURNING else None
    return f"On: {names} ({how})." if how else f"On: {names}."


def _title(kind: str) -> str:
    return settings_of(TrainConfig)[kind].title


def _row(title: str, pictures: Pixels, labels: Sequence[str], how: str) -> None:
    st.caption(esc(title))
    alt = [f"{label}, {how}" for label in labels]
    st.image(list(pictures), width=_WIDTH, output_format="JPEG", alt=alt)
