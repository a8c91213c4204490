"""The drop zone's Python side: what a page is given, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui import services
from ui.upload_route import address
from ui.upload_tickets import Tickets, Uploaded, tickets


def draw(project: str | None = None) -> None:
    """A page with nothing but the drop zone."""
    import streamlit as st

    from ui.components import big_upload

    zipped = big_upload.show(key="zip", label="Drop a zip", project_id=project)
    st.text(zipped.name if zipped else "nothing")


@pytest.fixture(autouse=True)
def _fresh_tickets(monkeypatch):
    monkeypatch.setitem(services._HOLDER.__dict__, "uploads", Tickets())


def shown(at: AppTest) -> str:
    at.run()
    assert not at.exception
    return at.text[0].value


def arrive(path: Path) -> None:
    """What the route does when a file has arrived whole, with the one token that was given out."""
    (token,) = tickets()._tickets
    attempt = tickets().begin(token)
    assert attempt is not None
    assert tickets().finish(token, attempt, Uploaded(path=path, name="garden.zip"))


def test_what_has_arrived_is_given_to_the_page_once(tmp_path):
    at = AppTest.from_function(draw)
    assert shown(at) == "nothing"
    assert shown(at) == "nothing"
    arrive(tmp_path)
    assert shown(at) == "garden.zip"
    assert shown(at) == "nothing"


def test_another_project_does_not_get_it(tmp_path):
    at = AppTest.from_function(draw, kwargs={"project": "p1"})
    shown(at)
    arrive(tmp_path)
    assert shown(AppTest.from_function(draw, kwargs={"project": "p2"})) == "nothing"
    assert shown(at) == "garden.zip"


def test_the_address_lies_below_the_folder_that_the_app_is_served_in(monkeypatch):
    assert address("abc") == "/api/upload/abc"
    monkeypatch.setattr("streamlit.get_option", {"server.baseUrlPath": "/tools/eye/"}.get)
    assert address("abc") == "/tools/eye/api/upload/abc"
