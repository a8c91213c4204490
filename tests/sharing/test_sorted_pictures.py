"""Answered pictures sorted into a folder per answer, in a zip and on the disk."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from core.domain.errors import Cancelled, PictureError, StoreError
from core.domain.report import Answer, Doubt
from core.domain.trying import Tried
from core.sharing.sorted_pictures import TABLE, answer_table, placed, write_sorted_folder, write_sorted_zip


def answer(said: str, doubt: Doubt | None = None) -> Answer:
    return Answer(path="", label=None, predicted=said, confidence=0.9, doubt=doubt)


@pytest.fixture
def tried(tmp_path: Path) -> list[Tried]:
    """Two leaves of one name from two folders, a stone that is left to a person, and no picture."""
    found = []
    for number, (name, told) in enumerate(
        [
            ("day 1/a.png", answer("leaf / stem")),
            ("day 2/a.png", answer("leaf / stem")),
            ("b.png", answer("stone", Doubt.NOT_SURE)),
        ]
    ):
        place = tmp_path / f"{number}"
        place.write_bytes(bytes([number]) * 50)
        found.append(Tried(name=name, location=place, answer=told))
    return [*found, Tried(name="=x.png", location=tmp_path / "x", problem="It is cut off.")]


SORTED = {"leaf _ stem/a.png": 0, "leaf _ stem/a (2).png": 1, "_Not sure/b.png": 2}


def rows_of(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))


def test_each_lies_in_the_folder_of_its_answer_and_doubtful_ones_apart(tried):
    assert {place: int(one.location.name) for place, one in placed(tried)} == SORTED


def test_the_zip_has_the_files_as_they_are_and_where_each_went(tried, tmp_path):
    write_sorted_zip(tried, tmp_path / "sorted.zip")
    with zipfile.ZipFile(tmp_path / "sorted.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name)[0] for name in archive.namelist() if name != TABLE} == SORTED
        _, *rows = rows_of(archive.read(TABLE))
    assert rows == [
        ["leaf _ stem/a.png", "day 1/a.png", "leaf / stem", "0.9000", "", ""],
        ["leaf _ stem/a (2).png", "day 2/a.png", "leaf / stem", "0.9000", "", ""],
        ["_Not sure/b.png", "b.png", "stone", "0.9000", Doubt.NOT_SURE, ""],
        ["", "'=x.png", "", "", "", "It is cut off."],
    ]
    assert rows_of(answer_table(tried))[1:] == [row[1:] for row in rows]


def test_the_folder_holds_the_same(tried, tmp_path):
    write_sorted_folder(tried, tmp_path / "out" / "sorted")
    there = {p.relative_to(tmp_path / "out/sorted").as_posix() for p in (tmp_path / "out").rglob("*.*")}
    assert there == {*SORTED, TABLE}
    assert (tmp_path / "out/sorted/_Not sure/b.png").read_bytes() == bytes([2]) * 50


def test_nothing_stays_where_a_picture_is_gone_or_it_is_stopped(tried, tmp_path):
    with pytest.raises(Cancelled):
        write_sorted_zip(tried, tmp_path / "sorted.zip", stopped=lambda: True)
    tried[1].location.unlink()
    with pytest.raises(PictureError, match=r"day 2/a.png: the picture is not there any more"):
        write_sorted_zip(tried, tmp_path / "sorted.zip")
    with pytest.raises(StoreError, match="cannot be copied"):
        write_sorted_folder(tried, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "2"]
