"""A data set leaves as a zip and comes back as itself."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from core.data.archive import unpack
from core.data.collect import Collected, examine
from core.data.group_names import as_written, given_name, joined
from core.data.scan import scan
from core.domain.dataset import Dataset, Sample, Split
from core.domain.errors import Cancelled, StoreError
from core.settings import Limits
from core.sharing.dataset_zip import HEADER, LABELS, _free, write_dataset_zip

MADE = (  # path in the upload, class, split, group, left out
    ("cat/1.png", "cat", Split.TRAIN, "burst 1", False),
    ("more/cat/1.png", "cat", Split.TRAIN, "burst 1", False),
    ("cat/3.png", "cat", Split.TEST, None, False),
    ("Cat/1.png", "Cat", Split.VALIDATION, None, False),
    ("-1/a:b.png", "-1", Split.TRAIN, "=series", False),
    ("-1/2.png", "-1", Split.TEST, None, False),
    ("test/ü 🦉.png", "test", Split.VALIDATION, None, False),
    ('n/a, "b"/x.png', 'n/a, "b"', Split.TRAIN, None, False),
    ("cat/bad.png", "cat", Split.TRAIN, None, True),
)


@pytest.fixture
def pictures() -> dict[str, bytes]:
    """The bytes of each picture in ``MADE``, by content hash, in its order."""
    return {hashlib.sha256(data).hexdigest(): data for data in map(drawn, range(len(MADE)))}


@pytest.fixture
def dataset(pictures: dict[str, bytes]) -> Dataset:
    samples = tuple(
        Sample(
            path=path,
            sha256=sha256,
            width=8,
            height=6,
            label=label,
            split=split,
            group=group,
            excluded=excluded,
        )
        for sha256, (path, label, split, group, excluded) in zip(pictures, MADE, strict=True)
    )
    return Dataset(
        id="d1",
        project_id="p1",
        version=1,
        classes=("-1", "cat", "Cat", 'n/a, "b"', "test"),
        samples=samples,
        fingerprint="",
        created_at=datetime(2026, 3, 1, 12, 30, 2, tzinfo=UTC),
    )


@pytest.fixture
def written(dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path) -> Path:
    target = tmp_path / "out" / "data.zip"
    write_dataset_zip(dataset, pictures.__getitem__, target)
    return target


def drawn(number: int) -> bytes:
    image = Image.new("RGB", (8, 6), (number * 20, 255 - number * 20, 128))
    image.putpixel((number % 8, number % 6), (255, 255, 255))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def imported(archive: Path, into: Path) -> Collected:
    """Read the zip in as an import does, up to the pictures with what was given for them."""
    limits = Limits()
    found = scan(unpack(archive, into, limits=limits).files)
    return examine(found.candidates, keep=lambda _data, _sha256: None, limits=limits)


def test_what_was_exported_is_imported_again_as_it_was(
    written: Path, dataset: Dataset, tmp_path: Path
) -> None:
    found = imported(written, tmp_path / "unpacked")
    assert {p.sha256: (p.label, p.split, p.group) for p in found.pictures} == {
        s.sha256: (s.label, s.split, s.group) for s in dataset.used()
    }


def test_several_classes_and_odd_names_of_series_come_back_as_they_were(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path
) -> None:
    further = ((), ("Cat", "test"), ("a|b", "c\\"), ("x;y",), ("=1",))
    groups = ("~rest", given_name("a + b"), "+", None, joined(("cow 7", "cow 8")))
    odd = tuple(
        replace(sample, also=also, group=group)
        for sample, also, group in zip(dataset.samples, further, groups, strict=False)
    )
    dataset = replace(dataset, samples=(*odd, *dataset.samples[len(odd) :]))
    write_dataset_zip(dataset, pictures.__getitem__, tmp_path / "data.zip")
    found = imported(tmp_path / "data.zip", tmp_path / "unpacked")
    assert {p.sha256: (p.labels, p.split) for p in found.pictures} == {
        s.sha256: (s.labels, s.split) for s in dataset.used()
    }
    assert {p.sha256: as_written(p.group) for p in found.pictures} == {
        s.sha256: as_written(s.group) for s in dataset.used()
    }


def test_further_columns_come_back_as_they_were(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path
) -> None:
    columns = ((("site", "North"), ("label", "-5")), (("age", "7"),), ())
    told = tuple(replace(s, columns=c) for s, c in zip(dataset.samples, columns, strict=False))
    dataset = replace(dataset, samples=(*told, *dataset.samples[len(told) :]))
    write_dataset_zip(dataset, pictures.__getitem__, tmp_path / "data.zip")
    found = imported(tmp_path / "data.zip", tmp_path / "unpacked")
    assert {p.sha256: (p.label, p.columns) for p in found.pictures} == {
        s.sha256: (s.label, s.columns) for s in dataset.used()
    }


def test_pictures_lie_in_class_folders_under_their_own_names(written: Path) -> None:
    with zipfile.ZipFile(written) as archive:
        assert archive.namelist() == [
            LABELS,
            "cat/1.png",
            "cat/1 (2).png",
            "cat/3.png",
            "Cat (2)/1.png",
            "_-1/a_b.png",
            "_-1/2.png",
            "test_/ü 🦉.png",
            "n_a, _b_/x.png",
        ]
        assert archive.testzip() is None


def test_the_table_tells_class_group_and_split_and_runs_nothing(written: Path) -> None:
    with zipfile.ZipFile(written) as archive:
        table = archive.read(LABELS).decode("utf-8")
    header, *rows = csv.reader(io.StringIO(table))
    assert tuple(header) == HEADER
    assert rows[0] == ["cat/1.png", "cat", "burst 1", "train"]
    assert rows[2] == ["cat/3.png", "cat", "", "test"]
    assert rows[4] == ["_-1/a_b.png", "'-1", "'=series", "train"]
    assert len(rows) == len(MADE) - 1  # one is left out


def test_pictures_are_the_uploaded_bytes(written: Path, pictures: dict[str, bytes]) -> None:
    with zipfile.ZipFile(written) as archive:
        contents = [archive.read(name) for name in archive.namelist()[1:]]
    assert contents == list(pictures.values())[:-1]


def test_the_same_data_set_is_written_as_the_same_bytes(
    written: Path, dataset: Dataset, pictures: dict[str, bytes]
) -> None:
    again = written.with_name("again.zip")
    write_dataset_zip(dataset, pictures.__getitem__, again)
    assert again.read_bytes() == written.read_bytes()


def test_a_picture_that_cannot_be_read_leaves_no_half_zip(dataset: Dataset, tmp_path: Path) -> None:
    def missing(sha256: str) -> bytes:
        raise StoreError(f"{sha256} is missing from the workspace.")

    with pytest.raises(StoreError, match="is missing"):
        write_dataset_zip(dataset, missing, tmp_path / "data.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_zip_that_is_stopped_midway_leaves_nothing(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path
) -> None:
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        write_dataset_zip(dataset, pictures.__getitem__, tmp_path / "data.zip", stopped=lambda: next(asked))
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "data.zip").mkdir()
    with pytest.raises(StoreError, match="cannot be written") as told:
        write_dataset_zip(dataset, pictures.__getitem__, tmp_path / "data.zip")
    assert told.value.hint.startswith("Choose another place")


def test_one_picture_at_a_time_is_in_memory(dataset: Dataset, tmp_path: Path) -> None:
    """Each picture is asked for when its turn has come, and only then."""
    sizes: list[int] = []
    target = tmp_path / "data.zip"

    def read(_sha256: str) -> bytes:
        (part,) = tmp_path.glob("*.part")
        sizes.append(part.stat().st_size)
        return b"x" * 100_000

    write_dataset_zip(dataset, read, target)
    assert sizes == sorted(sizes)
    assert sizes[-1] > 500_000


def test_a_picture_of_a_class_that_is_not_listed_is_written_as_well(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path
) -> None:
    read: Callable[[str], bytes] = pictures.__getitem__
    write_dataset_zip(replace(dataset, classes=()), read, tmp_path / "data.zip")
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        assert len(archive.namelist()) == len(MADE)


def test_what_cameras_wrote_is_left_out_where_that_is_asked(dataset: Dataset, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Ada Lovelace"

    def read(_sha256: str) -> bytes:
        file = io.BytesIO()
        Image.new("RGB", (8, 6), "teal").save(file, kind, exif=exif)
        return file.getvalue()

    for kind in ("JPEG", "TIFF"):
        target = tmp_path / f"{kind}.zip"
        write_dataset_zip(dataset, read, target, camera_data=False)
        with zipfile.ZipFile(target) as archive:
            pictures = [name for name in archive.namelist() if name != LABELS]
            assert not any(b"Lovelace" in archive.read(name) for name in archive.namelist())
            rows = list(csv.DictReader(io.StringIO(archive.read(LABELS).decode("utf-8"))))
        assert [row["file"] for row in rows] == pictures
        assert all(name.endswith(".png.png") for name in pictures) == (kind == "TIFF")
        assert len({name.casefold() for name in pictures}) == len(dataset.used())


def test_a_picture_that_becomes_another_form_takes_no_name_that_is_taken() -> None:
    taken = {"cat/1.tif", "cat/1.tif.png"}
    assert _free("cat/1.tif.png", taken) == "cat/1.tif (2).png"
    assert _free("Cat/1.TIF.png", taken) == "Cat/1.TIF (3).png"
