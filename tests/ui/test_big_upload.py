"""The drop zone's Python side: what a page is given, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ui import services
from ui.components import big_upload
from ui.upload_route import address
from ui.upload_tickets import Tickets, Uploaded, tickets


def draw(project: str | None = None) -> None:
    """A page with nothing but the drop zone."""
    import streamlit as st

    from ui.components import big_upload

    zipped = big_upload.show(key="zip", label="Drop a zip", project_id=project)
    st.text(zipped.name if zipped else "nothing")


def begin() -> None:
    """A page with both ways to begin a project."""
    import streamlit as st

    from ui.components import big_upload, new_project

    new = new_project.show(lambda: big_upload.show(key="zip", label="Drop a zip"))
    st.text(new.upload.name if new and new.upload else "nothing")


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


def test_a_drawing_that_is_ended_in_the_zone_loses_nothing(tmp_path, monkeypatch):
    """The zip was taken before the zone was drawn: a newer drawing that ended this one lost it."""
    at = AppTest.from_function(draw)
    shown(at)
    arrive(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(big_upload, "_zone", lambda **_: st.stop())
        at.run()
    assert shown(at) == "garden.zip"


def test_the_zone_is_the_last_thing_drawn_before_a_zip_is_used(tmp_path, monkeypatch):
    """A form drawn after the zone could end the drawing in which the zip had been taken."""
    at = AppTest.from_function(begin)
    assert shown(at) == "nothing"
    arrive(tmp_path)
    with monkeypatch.context() as ended:
        ended.setattr(st, "form_submit_button", lambda *_, **__: st.stop())
        at.run()
    assert shown(at) == "garden.zip"


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
