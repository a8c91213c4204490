"""Decoding processes that crash, hang, hunger or are killed: each costs one file at most."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from core.data import sandbox
from core.data.sandbox import Bounds, measured
from core.domain.errors import AppError, Cancelled, PictureError
from core.domain.facts import PictureFacts
from core.settings import Limits

CRASHED = "Damaged: decoding it crashes the decoder."
Write = Callable[..., list[Path]]
posix = pytest.mark.skipif(os.name != "posix", reason="this system has no such limits")


def picture_bytes(seed: int, size: tuple[int, int] = (12, 8)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (seed % 256, seed // 256, 7)).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> Write:
    """Write files: pictures, except those at given places."""

    def write(number: int, **odd: bytes) -> list[Path]:
        paths = [tmp_path / f"{index:03d}" for index in range(number)]
        for index, path in enumerate(paths):
            path.write_bytes(odd.get(f"at{index}", picture_bytes(index)))
        return paths

    return write


@pytest.fixture
def odd_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "COMMAND", (sys.executable, str(Path(__file__).with_name("odd_worker.py"))))


def outcomes(paths: list[Path], bounds: Bounds | None = None) -> list[str]:
    found = measured(paths, limits=Limits(), bounds=bounds)
    return ["" if isinstance(one, PictureFacts) else one.message for one in found]


def test_answers_come_in_the_order_of_files(files: Write) -> None:
    facts = list(measured(files(70, at3=b"broken"), limits=Limits()))
    assert isinstance(facts[3], PictureError)
    reds = [round(one.mean_color[0] * 255) for one in facts if isinstance(one, PictureFacts)]
    assert reds == [index for index in range(70) if index != 3]


def test_no_file_is_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "COMMAND", ("nothing that exists",))
    assert list(measured([], limits=Limits())) == []


@pytest.mark.parametrize("place", [0, 20, 39])
@posix
def test_a_crash_at_any_file_costs_that_file_alone(place: int, files: Write, odd_worker: None) -> None:
    told = outcomes(files(40, **{f"at{place}": b"SEGV"}))
    assert told == [CRASHED if index == place else "" for index in range(40)]


@posix
def test_files_that_crash_in_a_row_are_each_told(files: Write, odd_worker: None) -> None:
    told = outcomes(files(6, at1=b"SEGV", at2=b"SEGV", at5=b"SEGV"))
    assert told == ["", CRASHED, CRASHED, "", "", CRASHED]


def test_a_hang_is_ended_after_the_allowed_seconds(files: Write, odd_worker: None) -> None:
    begun = time.monotonic()
    told = outcomes(files(9, at4=b"HANG"), Bounds(seconds=1))
    assert told[4] == "Decoding it takes more than 1 s."
    assert told.count("") == 8
    assert time.monotonic() - begun < 20


@posix
def test_hunger_for_memory_is_told_and_others_go_on(files: Write, odd_worker: None) -> None:
    told = outcomes(files(9, at4=b"EATS"))
    assert told[4] == "It needs more memory to be decoded than one picture may take."
    assert told.count("") == 8


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit is not known to hold")
def test_a_real_picture_beyond_the_memory_limit_is_told(files: Write) -> None:
    told = outcomes(files(5, at2=picture_bytes(0, (7000, 5000))), Bounds(memory_bytes=48 * 1024**2))
    assert told == ["", "", "It needs more memory to be decoded than one picture may take.", "", ""]


def test_a_process_that_talks_nonsense_is_ended(files: Write, odd_worker: None) -> None:
    assert outcomes(files(3, at1=b"BABBLE")) == ["", CRASHED, ""]


@posix
def test_a_decoder_cannot_write_files(files: Write, odd_worker: None, tmp_path: Path) -> None:
    (told,) = outcomes(files(1, at0=b"WRITE"))
    assert told == "refused: File too large"
    assert sum(path.stat().st_size for path in tmp_path.glob("*.escaped")) == 0


@posix
def test_killing_the_processes_from_outside_costs_no_picture(
    files: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an impatient system does when memory is short must not be blamed on the picture in hand."""
    started: list[int] = []
    start: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen

    def noted(*args: object, **options: object) -> subprocess.Popen[bytes]:
        process = start(*args, **options)
        started.append(process.pid)
        return process

    monkeypatch.setattr(subprocess, "Popen", noted)
    told = []
    for number, one in enumerate(measured(files(200), limits=Limits())):
        told.append(one)
        if number == 5:
            for pid in tuple(started):
                os.kill(pid, signal.SIGKILL)
    assert all(isinstance(one, PictureFacts) for one in told)
    assert len(told) == 200
    assert len(started) > 2


def test_stopping_does_not_wait_for_a_hanging_file(files: Write, odd_worker: None) -> None:
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        list(measured(files(1, at0=b"HANG"), limits=Limits(), stopped=lambda: time.monotonic() - begun > 1))
    assert time.monotonic() - begun < 8


def test_leaving_early_ends_the_processes(files: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen

    def noted(*args: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(start(*args, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    found = measured(files(50), limits=Limits())
    next(found)
    found.close()
    assert started
    assert all(process.returncode is not None for process in started)


def test_a_process_that_cannot_be_started_is_no_fault_of_the_pictures(
    files: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in (("nothing that exists",), (sys.executable, "-c", "pass")):
        monkeypatch.setattr(sandbox, "COMMAND", command)
        with pytest.raises(AppError, match="could not be started"):
            list(measured(files(3), limits=Limits()))


def test_secrets_and_memory_settings_are_not_passed_on(monkeypatch: pytest.MonkeyPatch, files: Write) -> None:
    seen: list[dict[str, str]] = []
    start: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen

    def noted(*args: object, env: dict[str, str], **options: object) -> subprocess.Popen[bytes]:
        seen.append(env)
        return start(*args, env=env, **options)

    monkeypatch.setattr(subprocess, "Popen", noted)
    monkeypatch.setenv("SOME_TOKEN", "secret")
    monkeypatch.setenv("MALLOC_TOP_PAD_", "268435456")
    outcomes(files(1))
    assert not {"SOME_TOKEN", "MALLOC_TOP_PAD_"} & seen[0].keys()


def test_photos_are_decoded_with_small_memory(files: Write) -> None:
    """Large photos go alone in a batch; many small ones share one."""
    sizes = [len(batch) for batch in sandbox._batches(files(100))]
    assert sum(sizes) == 100
    assert max(sizes) <= sandbox.BATCH_FILES
    big = files(8, **{f"at{index}": bytes(sandbox.BATCH_BYTES) for index in range(8)})
    assert [len(batch) for batch in sandbox._batches(big)] == [1] * 8
