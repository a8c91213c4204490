"""Rows found by their keys, whatever other processes, crashes and bad disks do to the files."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.data import segments
from core.data.rows import Computed, Rows, RowStore, filled
from core.data.segments import INDEX, ROWS, evict, most_rows

SHAPE = (3, 2)
KEYS = [f"picture {number}" for number in range(20)]
VALUES = np.arange(20 * 6, dtype=np.float32).reshape(20, *SHAPE)


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight rows a segment: a few rows need several files."""
    monkeypatch.setattr(segments, "MOST_ROWS", 8)


def store_in(folder: Path) -> RowStore:
    return RowStore(folder, row_shape=SHAPE, dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of twenty rows in three segments."""
    store_in(tmp_path / "rows").append(KEYS, VALUES)
    return tmp_path / "rows"


def files(folder: Path, suffix: str) -> list[Path]:
    return sorted(folder.glob(f"*/*{suffix}"))


def segment_of(folder: Path, position: int) -> Path:
    """Return the file in which the row at this position lies."""
    wanted = VALUES[position].tobytes()
    return next(path for path in files(folder, ROWS) if wanted in path.read_bytes())


def change(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))


def test_rows_come_back_in_the_order_asked_for(folder: Path):
    order = [7, 19, 0, 7, 12]
    rows = store_in(folder).rows([KEYS[position] for position in order])
    np.testing.assert_array_equal(rows[:], VALUES[order])


def test_indexes_as_an_array_does(folder: Path):
    rows = store_in(folder).rows(KEYS)
    assert (len(rows), rows.shape, rows.ndim, rows.dtype) == (20, (20, 3, 2), 3, np.dtype(np.float32))
    mask = np.arange(20) % 3 == 0
    for chosen in (
        4,
        -1,
        np.int64(5),
        slice(3, 17),
        slice(None, None, -2),
        [1, 18, 1],
        np.array([9, 8]),
        mask,
    ):
        np.testing.assert_array_equal(rows[chosen], VALUES[chosen])
    assert rows[[]].shape == rows[np.zeros(20, bool)].shape == (0, 3, 2)
    np.testing.assert_array_equal(np.asarray(rows), VALUES)
    assert np.asarray(rows, np.float64).dtype == np.float64


def test_what_an_array_would_take_but_rows_cannot_is_refused(folder: Path):
    rows = store_in(folder).rows(KEYS)
    with pytest.raises(IndexError):
        rows[20]
    with pytest.raises(IndexError, match="one index"):
        rows[3, 1]  # type: ignore[call-overload]


def test_a_copy_belongs_to_who_asked(folder: Path):
    rows = store_in(folder).rows(KEYS)
    rows[2][:] = -1
    np.testing.assert_array_equal(rows[2], VALUES[2])


def test_a_selection_reads_nothing_until_it_is_indexed(folder: Path):
    chosen = store_in(folder).rows(KEYS).only([3, 17, 5])
    assert isinstance(chosen, Rows)
    assert chosen.shape == (3, 3, 2)
    np.testing.assert_array_equal(chosen[1:], VALUES[[17, 5]])


def test_no_segment_is_larger_than_it_may_be(folder: Path):
    assert sorted(path.stat().st_size // 24 for path in files(folder, ROWS)) == [4, 8, 8]


@pytest.mark.parametrize(("row_bytes", "rows"), [(24, 8), (10**9, 8)])
def test_rows_of_a_segment_are_limited(row_bytes: int, rows: int):
    assert most_rows(row_bytes) == rows


def test_segments_take_about_64_megabytes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(segments, "MOST_ROWS", 4096)
    assert [most_rows(size) for size in (5120, 65536, 150528, 10**6)] == [4096, 1024, 512, 512]


def test_only_unknown_keys_are_missing_and_each_once(folder: Path):
    assert store_in(folder).missing(["new", KEYS[3], "other", "new", KEYS[4]]) == [0, 2]


def test_a_key_keeps_its_first_row(folder: Path):
    store = store_in(folder)
    store.append([KEYS[5], "new", "new"], np.stack([VALUES[0], VALUES[1], VALUES[2]]))
    np.testing.assert_array_equal(store.rows([KEYS[5], "new"])[:], VALUES[[5, 2]])
    assert sum(path.stat().st_size for path in files(folder, ROWS)) == 21 * 24


def test_rows_of_another_shape_are_refused(folder: Path):
    with pytest.raises(ValueError, match="1 rows of"):
        store_in(folder).append(["new"], np.zeros((1, 2, 3), np.float32))


def test_asking_for_a_missing_row_is_an_error(folder: Path):
    with pytest.raises(LookupError, match="1 of 2"):
        store_in(folder).rows([KEYS[0], "new"])


def test_a_store_is_found_with_its_shape_and_type(folder: Path, tmp_path: Path):
    found = RowStore.found(folder)
    assert found is not None
    assert (found.row_shape, found.dtype) == (SHAPE, np.dtype(np.float32))
    assert found.missing(KEYS) == []
    assert RowStore.found(tmp_path / "nothing") is None


def test_another_shape_in_the_same_folder_stays_apart(folder: Path):
    other = RowStore(folder, row_shape=(4,), dtype=np.uint8)
    assert other.missing(KEYS) == list(range(20))
    other.append(KEYS[:1], np.ones((1, 4), np.uint8))
    np.testing.assert_array_equal(store_in(folder).rows(KEYS)[:], VALUES)


def test_what_another_store_appends_is_seen(folder: Path):
    here, there = store_in(folder), store_in(folder)
    assert here.missing(["new"]) == [0]
    there.append(["new"], VALUES[:1])
    assert here.missing(["new"]) == []
    np.testing.assert_array_equal(here.rows(["new"])[0], VALUES[0])


def test_a_damaged_row_is_told_dropped_and_can_be_stored_again(
    folder: Path, caplog: pytest.LogCaptureFixture
):
    change(segment_of(folder, 6), VALUES[6].tobytes(), bytes(24))
    store = store_in(folder)
    with caplog.at_level(logging.WARNING):
        assert store.missing(KEYS) == [6]
    assert "1 damaged rows" in caplog.text
    assert store_in(folder).missing(KEYS) == [6]
    store.append([KEYS[6]], VALUES[6:7])
    np.testing.assert_array_equal(store_in(folder).rows(KEYS)[:], VALUES)


def test_damage_is_found_by_who_only_reads(folder: Path):
    change(segment_of(folder, 6), VALUES[6].tobytes(), bytes(24))
    with pytest.raises(LookupError, match="1 of 20"):
        store_in(folder).rows(KEYS)


def test_a_damaged_record_costs_its_row_alone(folder: Path):
    index = files(folder, INDEX)[0]
    content = bytearray(index.read_bytes())
    content[35] ^= 1  # in the second record
    index.write_bytes(content)
    assert len(store_in(folder).missing(KEYS)) == 1


@pytest.mark.parametrize("suffix", [ROWS, INDEX])
@pytest.mark.parametrize("cut", [1, 23, 33, 10_000])
def test_a_file_cut_short_costs_what_was_cut(folder: Path, suffix: str, cut: int):
    path = max(files(folder, suffix), key=lambda path: path.stat().st_size)
    path.write_bytes(path.read_bytes()[:-cut] if cut < path.stat().st_size else b"")
    lost = min(8, -(-cut // {ROWS: 24, INDEX: 32}[suffix]))
    store = store_in(folder)
    missing = store.missing(KEYS)
    assert len(missing) == lost
    store.append([KEYS[position] for position in missing], VALUES[missing])
    np.testing.assert_array_equal(store_in(folder).rows(KEYS)[:], VALUES)


@pytest.mark.parametrize("suffix", [ROWS, INDEX])
def test_garbage_behind_the_last_row_is_written_over(folder: Path, suffix: str):
    """An append that was torn by a crash leaves half a row, or half a record."""
    for path in files(folder, suffix):
        path.write_bytes(path.read_bytes() + b"garbage")
    store = store_in(folder)
    assert store.missing(KEYS) == []
    store.append(["a", "b"], VALUES[:2])
    np.testing.assert_array_equal(store_in(folder).rows([*KEYS, "a", "b"])[20:], VALUES[:2])


def test_rows_without_their_file_are_missing(folder: Path):
    files(folder, ROWS)[0].unlink()
    assert len(store_in(folder).missing(KEYS)) in {4, 8}


def test_a_folder_emptied_at_any_time_is_begun_anew(folder: Path):
    store = store_in(folder)
    assert store.missing(KEYS) == []
    for path in folder.glob("*/*"):
        path.unlink()
    assert store.missing(KEYS) == list(range(20))
    store.append(KEYS, VALUES)
    np.testing.assert_array_equal(store.rows(KEYS)[:], VALUES)


def test_rows_that_are_open_are_not_evicted_until_nobody_holds_them(folder: Path):
    rows: Rows | None = store_in(folder).rows(KEYS)
    assert [evict(path) for path in files(folder, ROWS)] == [False] * 3
    assert rows is not None
    np.testing.assert_array_equal(rows[:], VALUES)
    rows = None
    assert [evict(path) for path in files(folder, ROWS)] == [True] * 3
    assert files(folder, ROWS) == files(folder, INDEX) == []
    assert store_in(folder).missing(KEYS) == list(range(20))


def test_what_is_not_missing_can_be_read_though_another_process_evicts_it(folder: Path):
    store = store_in(folder)
    assert store.missing(KEYS) == []
    for path in folder.glob("*/*"):
        path.unlink()
    np.testing.assert_array_equal(store.rows(KEYS)[:], VALUES)


def test_using_rows_moves_their_segment_to_the_end_of_the_line(folder: Path):
    for path in files(folder, ROWS):
        os.utime(path, (1, 1))
    used = segment_of(folder, 0)
    store_in(folder).rows(KEYS[:1])
    assert [path for path in files(folder, ROWS) if path.stat().st_mtime > 1] == [used]


def test_a_failed_append_leaves_what_was_there(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A full disk: the index cannot grow, so the rows before it belong to nobody."""
    write = segments._write

    def full(path: Path, offset: int, content: bytes | memoryview) -> None:
        if path.suffix == INDEX:
            raise OSError(28, "No space left on device")
        write(path, offset, content)

    store = store_in(folder)
    with monkeypatch.context() as patch:
        patch.setattr(segments, "_write", full)
        with pytest.raises(OSError, match="No space"):
            store.append(["a"], VALUES[:1])
    assert store.missing([*KEYS, "a"]) == [20]
    store.append(["b"], VALUES[1:2])
    np.testing.assert_array_equal(store_in(folder).rows([*KEYS, "b"])[20], VALUES[1])


def test_filling_computes_only_what_is_missing_and_keeps_each_part(folder: Path):
    asked: list[list[int]] = []

    def compute(missing: Sequence[int]) -> Computed:
        asked.append(list(missing))
        yield missing[:1], VALUES[:1]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filled(store_in(folder), [KEYS[0], "a", "b"], compute)
    assert store_in(folder).missing(["a", "b"]) == [1]
    rows = filled(store_in(folder), [KEYS[0], "a", "b"], lambda missing: [(missing, VALUES[9:10])])
    assert asked == [[1, 2]]
    np.testing.assert_array_equal(rows[:], VALUES[[0, 0, 9]])


def test_filling_survives_rows_that_vanish_between_storing_and_reading(tmp_path: Path):
    tries: list[int] = []

    def compute(missing: Sequence[int]) -> Computed:
        tries.append(len(missing))
        yield missing, VALUES[missing]
        if len(tries) == 1:
            for path in tmp_path.glob("*/*"):
                path.unlink()

    np.testing.assert_array_equal(filled(store_in(tmp_path), KEYS, compute)[:], VALUES)
    assert tries == [20, 20]


def append_many(folder: Path, first: int) -> None:
    """Run in another process: append forty rows, half of them the other process's as well."""
    store = RowStore(folder, row_shape=(5,), dtype=np.int64)
    for number in range(first, first + 40):
        store.append([str(number)], np.full((1, 5), number))


def test_several_processes_append_at_the_same_time(tmp_path: Path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=append_many, args=(tmp_path, first)) for first in (0, 20, 40)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    rows = RowStore(tmp_path, row_shape=(5,), dtype=np.int64).rows([str(number) for number in range(80)])
    np.testing.assert_array_equal(rows[:], np.repeat(np.arange(80)[:, None], 5, axis=1))
    assert sum(path.stat().st_size for path in files(tmp_path, ROWS)) == 80 * 40
