"""Which variations would change what the pictures show, with the pictures that prove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.domain.config import TrainConfig
from core.domain.safety import ClassCheck, Flip, KindCheck
from ui.words import count, esc

Pixels = npt.NDArray[np.uint8]

DOING = {
    "mirror": "Mirroring left and right",
    "upside_down": "Turning upside down",
    "quarter_turns": "Turning by quarters",
    "vary_crop": "Cropping and scaling",
    "vary_rotation": "Turning a little",
    "vary_light": "Changing brightness and contrast",
    "vary_colour": "Changing colours",
    "vary_blur": "Blurring",
    "vary_erase": "Erasing a piece",
}
MOST_CLASSES = 4  # told for each kind; the others are counted
_WIDTH = 112  # pixels


def show(
    checks: Sequence[KindCheck],
    config: TrainConfig,
    *,
    pairs: Mapping[str, Pixels],
    files: Mapping[int, str],
) -> tuple[str, ...]:
    """Draw what was found, and return the kinds of variation that are to be switched off, on a click.

    ``pairs`` has for a harmful kind its examples before and behind the variation, (E, 2, S, S, 3); ``files``
    names the file of a row.
    """
    harmful = [check for check in checks if check.harmful]
    on = tuple(check.kind for check in harmful if getattr(config, check.kind))
    for check in harmful:
        with st.container(border=True, key=f"harm_{check.kind}", gap="small"):
            _harm(check, on=check.kind in on)
            _examples(check, pairs.get(check.kind), files)
    clicked = bool(on) and st.button(
        "Switch off what does harm", key="switch_off_harm", icon=":material/healing:", type="primary"
    )
    if safe := [check for check in checks if not check.harmful]:
        st.markdown("  \n".join(f":material/check: {esc(sentences(check)[0])}" for check in safe))
    return on if clicked else ()


def sentences(check: KindCheck) -> tuple[str, ...]:
    """Return what was found about a kind of variation, the worst class first."""
    doing = DOING[check.kind]
    if not check.harmful:
        if check.sure:
            return (f"{doing} does no harm here.",)
        if not check.tried:
            return (f"{doing} could not be tried: there are too few pictures to judge on.",)
        return (f"{doing} shows no harm, but there are too few pictures to be sure.",)
    harmed = check.harmed
    if not harmed:
        return (f"{doing} does harm: {check.flipped:,} of {count(check.tried, 'picture')} would be misread.",)
    told = [f"{doing} harms “{one.name}”: {_flipped(one)}" for one in harmed[:MOST_CLASSES]]
    if (more := len(harmed) - MOST_CLASSES) > 0:
        told.append(f"It harms {count(more, 'more class')} as well.")
    return tuple(told)


def _flipped(one: ClassCheck) -> str:
    some = f"{one.flipped:,} of {count(one.tried, 'picture')} would"
    if one.taken_for is None:
        return f"{some} no longer be recognised."
    if one.taken == one.flipped:
        return f"{some} be taken for “{one.taken_for}”."
    return f"{some} be taken for something else, most often for “{one.taken_for}” ({one.taken:,})."


def _harm(check: KindCheck, *, on: bool) -> None:
    first, *others = sentences(check)
    state = "On, and does harm" if on else "Off, and should stay off"
    colour, icon = ("orange", ":material/warning:") if on else ("gray", ":material/info:")
    st.markdown(f":{colour}-badge[{icon} {state}] **{esc(first)}**")
    if others:
        st.markdown("  \n".join(map(esc, others)))


def _examples(check: KindCheck, pairs: Pixels | None, files: Mapping[int, str]) -> None:
    if pairs is None or not len(pairs):
        return
    grid = st.grid(3, min_column_width=2 * _WIDTH + 24)
    for flip, pair in zip(check.examples, pairs, strict=True):
        with grid.cell():
            _pair(flip, pair, files.get(flip.row, ""))


def _pair(flip: Flip, pair: Pixels, file: str) -> None:
    taken = f"taken for “{flip.called}”" if flip.called is not None else "not recognised"
    shown = ", ".join(part for part in (flip.actual, file) if part)
    st.image(
        list(pair),
        caption=[esc(f"“{flip.actual}”"), esc(taken)],
        width=_WIDTH,
        output_format="JPEG",
        alt=[f"{shown}, as it is", f"{shown}, varied: {taken}"],
    )
