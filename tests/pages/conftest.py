"""Screens in a process of their own mind: no server, no browser, a studio that only pretends."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.fake_several import SeveralStudio
from tests.ui.fake_studio import FakeStudio
from ui import results, room_desk, services, slicing, thumbnails

ROOT = Path(__file__).resolve().parents[2]


class Screen:
    """A visitor's browser, without the browser."""

    def __init__(self, studio: FakeStudio) -> None:
        self.studio = studio
        self.at = AppTest.from_file(str(ROOT / "ui" / "shell" / "main.py"), default_timeout=30)

    def open(self, page: str, *, project: str | None = None, **session: object) -> AppTest:
        """Draw a page as the first one of a visit; the project is the one there is, if there is one."""
        name = project or next((p.name for p in self.studio.projects.values()), None)
        if name is not None:
            self.at.query_params["project"] = name
        for key, value in session.items():
            self.at.session_state[key] = value
        self.at.run()
        if page != "home":
            self.at.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
        assert not self.at.exception, [e.message for e in self.at.exception]
        return self.at


@pytest.fixture
def visit(monkeypatch):
    """A function that gives a visitor of a studio in a given state."""

    def begin(state: str = "empty", **options: object) -> Screen:
        studio = FakeStudio(state, **options)
        monkeypatch.setitem(services._HOLDER.__dict__, "studio", studio)
        monkeypatch.setitem(services._HOLDER.__dict__, "drawn", set())
        thumbnails.kept_uri.clear()
        results.report.clear()
        slicing.report_of.clear()
        room_desk.taken.clear()
        return Screen(studio)

    return begin


@pytest.fixture
def several(monkeypatch):
    """A visitor of a project whose pictures may show several classes."""
    studio = SeveralStudio("done")
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", studio)
    monkeypatch.setitem(services._HOLDER.__dict__, "drawn", set())
    thumbnails.kept_uri.clear()
    results.report.clear()
    yield Screen(studio)
    results.report.clear()


def text_of(at: AppTest) -> str:
    """All words of a page, as Markdown."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "warning", "success", "info")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(at, kind))
