"""The choices by which a list to review is filtered."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from core.domain.dataset import Split
from ui.review_items import Item


def filters():
    import streamlit as st

    from ui.components import review_filters

    review_filters.show(st.session_state["items"], key="k")


def test_a_series_is_called_as_its_first_picture_is():
    """Options of a list are plain text: with backslashes before “_” and “.” names were hard to know again."""
    at = AppTest.from_function(filters)
    at.session_state["items"] = [
        Item(
            sha256="a" * 64,
            path="leaves/plant_7.a.jpg",
            split=Split.TEST,
            labels=("ash",),
            other=("oak",),
            sure=0.8,
            group="g1",
        )
    ]
    at.run()
    assert not at.exception
    assert at.selectbox(key="k_group").options == ["that of plant_7.a.jpg"]
