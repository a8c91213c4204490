"""Colours and line styles that charts share; the rest of the look is in .streamlit/config.toml."""

from __future__ import annotations

import streamlit as st

from ui import state

BLUE = "#2272C3"  # readable on white and on the dark background
ORANGE = "#D55E00"
GREY = "#8A94A0"

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

# Okabe and Ito's palette, the darkest and the lightest of it moved so that each is seen on white and on black
CURVES = ("#2C8BC9", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800")


def ink() -> str:
    """Return the colour of text on the page's own background, in the theme that the visitor sees."""
    return "#E6EAF0" if st.context.theme.type == "dark" else "#0F1720"


def dash(index: int) -> str:
    """Return the line style of the curve at this place: it changes whenever the colours come again."""
    return DASHES[(index // len(CURVES)) % len(DASHES)]


def colour(index: int) -> str:
    """Return the colour of the curve at this place; colours come again after seven."""
    return CURVES[index % len(CURVES)]


def camera(name: str) -> dict[str, object]:
    """Return how Plotly draws a figure: with one button, which saves it as a picture called ``name``."""
    picture = {"format": state.picture_format(), "filename": name, "scale": 2}
    return {"displaylogo": False, "modeBarButtons": [["toImage"]], "toImageButtonOptions": picture}
