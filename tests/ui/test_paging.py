"""Long lists are shown a page at a time, and say which part it is."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def listing():
    import streamlit as st

    from ui.paging import page_of

    st.write(list(page_of(range(st.session_state["items"]), 10, noun="things", key="page")))


def shown(items: int, **session) -> AppTest:
    at = AppTest.from_function(listing)
    at.session_state["items"] = items
    for key, value in session.items():
        at.session_state[key] = value
    at.run()
    assert not at.exception
    return at


def test_a_short_list_is_shown_whole_without_a_choice():
    at = shown(10)
    assert not at.caption
    assert "9" in at.json[0].value


def test_the_last_page_has_what_is_left():
    at = shown(25, page=3)
    assert at.caption[0].value == "Things 21 to 25 of 25"
    assert "24" in at.json[0].value
    assert "20" in at.json[0].value
    assert "19" not in at.json[0].value
