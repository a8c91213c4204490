"""An import draws the thumbnails of large pictures while it has them open."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from core.data.sandbox import LARGE
from core.domain.facts import GALLERY
from core.domain.run import JobSnapshot, JobStatus
from core.jobs import picture_desk
from core.jobs.studio import Studio
from core.jobs.thumbnails import keep_thumbnail
from core.store.workspace import Workspace

SIDES = (900, 700)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name, colour in (("red", (200, 30, 30)), ("blue", (30, 30, 200))):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(3):
            image = Image.new("RGB", SIDES, colour)
            image.paste((number * 60, 255, 0), (0, 0, 450, 350))
            image.save(tmp_path / "photos" / name / f"{number}.jpg")
    return tmp_path / "photos"


def test_large_pictures_are_there_before_anybody_looks(
    studio: Studio,
    finish: Callable[[JobSnapshot], JobSnapshot],
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    assert SIDES[0] * SIDES[1] > LARGE
    project = studio.create_project("Photos")
    assert finish(studio.import_folder(project.id, photos)).status == JobStatus.DONE
    dataset = studio.dataset(project.id)
    assert dataset is not None
    monkeypatch.setattr(picture_desk, "draw_thumbnail", lambda *_, **__: pytest.fail("drawn a second time"))
    for sample in dataset.samples:
        image = Image.open(io.BytesIO(studio.thumbnail(sample.sha256, GALLERY)))
        assert image.size == (GALLERY, 124)
        red, green, blue = image.getpixel((150, 110))
        assert (red > 150, blue > 150) == (sample.label == "red", sample.label == "blue")
        assert green < 60
        assert image.getpixel((20, 20))[1] > 200


def test_small_pictures_are_left_to_be_drawn(
    studio: Studio, finish: Callable[[JobSnapshot], JobSnapshot], stripes: Path, home: Path
):
    project = studio.create_project("Stripes")
    finish(studio.import_folder(project.id, stripes))
    dataset = studio.dataset(project.id)
    assert dataset is not None
    made = {path.name for path in (home / "cache" / "thumbnails").glob("*")}
    assert not [s for s in dataset.samples if f"{s.sha256}-{GALLERY}.jpg" in made]


def test_one_that_is_there_stays(studio: Studio):
    workspace: Workspace = studio._workspace
    keep_thumbnail(workspace, b"first", "a" * 64)
    keep_thumbnail(workspace, b"second", "a" * 64)
    assert workspace.paths.thumbnail("a" * 64, GALLERY).read_bytes() == b"first"


def test_one_that_cannot_be_kept_costs_no_import(studio: Studio, caplog: pytest.LogCaptureFixture):
    workspace: Workspace = studio._workspace
    place = workspace.paths.thumbnail("b" * 64, GALLERY)
    folder = place.parent
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder.rename(folder.with_name("aside"))
    folder.write_bytes(b"a file where the folder should be")
    try:
        keep_thumbnail(workspace, b"jpeg", "b" * 64)
    finally:
        folder.unlink()
        aside.rename(folder)
    assert "a thumbnail was not kept" in caplog.text
