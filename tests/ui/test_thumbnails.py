"""The door to the work: small pictures are drawn once."""

from __future__ import annotations

import pytest

from core.domain.errors import PictureError
from tests.ui.fake_studio import FakeStudio
from ui import services, thumbnails


@pytest.fixture
def studio(monkeypatch):
    made = FakeStudio("data")
    monkeypatch.setattr(services, "_HOLDER", type(services._HOLDER)("holder"))
    services._HOLDER.__dict__["studio"] = made
    thumbnails.kept_uri.clear()
    yield made
    thumbnails.kept_uri.clear()


def test_small_pictures_are_drawn_once_however_often_they_are_shown(studio, monkeypatch):
    drawn: list[str] = []
    monkeypatch.setattr(studio, "thumbnail", lambda sha256, size: drawn.append(sha256))
    hashes = [sample.sha256 for sample in studio.dataset_.samples[:9]]
    thumbnails.draw(hashes)
    thumbnails.draw(hashes)
    assert sorted(drawn) == sorted(hashes)


def test_a_picture_that_cannot_be_read_takes_no_other_away_and_comes_back(studio, monkeypatch):
    """One bad sector took every card from Home, and the gallery in which the picture could be left out."""
    bad, *good = [sample.sha256 for sample in studio.dataset_.samples[:9]]
    whole = studio.thumbnail

    def thumbnail(sha256: str, size: int = 256) -> bytes:
        if sha256 == bad:
            raise PictureError("The file cannot be opened: Input/output error.")
        return whole(sha256, size)

    monkeypatch.setattr(studio, "thumbnail", thumbnail)
    thumbnails.draw([bad, *good])
    assert thumbnails.uri(bad) == thumbnails.UNREADABLE
    assert all(thumbnails.uri(sha256).startswith("data:image/jpeg") for sha256 in good)
    monkeypatch.setattr(studio, "thumbnail", whole)
    thumbnails.draw([bad])
    assert thumbnails.uri(bad).startswith("data:image/jpeg")
