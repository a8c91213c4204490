"""A picture of a gallery, opened large."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from core.domain.errors import PictureError
from tests.ui.fake_studio import FakeStudio
from ui import services


def opened():
    from ui.picture_grid import Tile, _enlarged

    _enlarged(Tile(sha256="0" * 64, path="owls/7.jpg", title="owl"), None)


def test_a_picture_that_cannot_be_read_says_so_and_is_still_named(monkeypatch):
    studio = FakeStudio("data")

    def thumbnail(_sha256: str, _size: int = 256) -> bytes:
        raise PictureError("The disk cannot read this file.", hint="Copy it again.")

    monkeypatch.setattr(studio, "thumbnail", thumbnail)
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", studio)
    at = AppTest.from_function(opened, default_timeout=30).run()
    assert not at.exception
    assert "cannot read this file" in at.error[0].value
    assert "owls" in at.caption[0].value
