"""The door to the work: small pictures are drawn once."""

from __future__ import annotations

from tests.ui.fake_studio import FakeStudio
from ui import services, thumbnails


def test_small_pictures_are_drawn_once_however_often_they_are_shown(monkeypatch):
    studio = FakeStudio("data")
    monkeypatch.setattr(services, "_HOLDER", type(services._HOLDER)("holder"))
    services._HOLDER.__dict__["studio"] = studio
    drawn: list[str] = []
    monkeypatch.setattr(studio, "thumbnail", lambda sha256, size: drawn.append(sha256))
    hashes = [sample.sha256 for sample in studio.dataset_.samples[:9]]
    thumbnails.draw(hashes)
    thumbnails.draw(hashes)
    assert sorted(drawn) == sorted(hashes)
