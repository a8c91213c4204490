"""Further tests are kept whole beside the run's result, and their pictures with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from core.domain.dataset import Sample, Split
from core.domain.errors import RunError, StoreError
from core.domain.further_test import FurtherTest
from core.domain.report import Predictions
from core.settings import Settings
from core.store.workspace import Workspace
from tests.store.made import NOON, report_of

RUN = "0123456789abcdef"
TEST = "a" * 32
CONTENTS = (b"one", b"two")
TOLD = FurtherTest(
    id=TEST,
    run_id=RUN,
    name="more.zip",
    created_at=NOON,
    pictures=2,
    left_out=(("owl/1.png", "The run does not know the class “owl”."),),
    unknown_classes=("owl",),
)


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


ANSWERS = Predictions(
    paths=("a/1.jpg", "b/2.jpg"),
    sha256=tuple(map(hash_of, CONTENTS)),
    splits=(Split.TEST, Split.TEST),
    labels=np.array([0, 1]),
    probabilities=np.array([[0.75, 0.25], [0.6, 0.4]], dtype=np.float32),
)


SAMPLES = tuple(
    Sample(
        path=path, sha256=sha256, width=8, height=6, label=label, split=Split.TEST, columns=(("site", "x"),)
    )
    for path, sha256, label in zip(ANSWERS.paths, ANSWERS.sha256, "ab", strict=True)
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(Settings.from_environment({}, home=tmp_path / "home")) as opened:
        yield opened


def add(workspace: Workspace, test: FurtherTest = TOLD) -> None:
    for content in CONTENTS:
        workspace.datasets.keep_picture(content, hash_of(content))
    workspace.further_tests.add(test, report_of(RUN), ANSWERS, SAMPLES)


def left_in_staging(workspace: Workspace) -> list[Path]:
    return [path for path in workspace.paths.staging.rglob("*") if path.is_file()]


def test_gives_back_what_was_kept(workspace: Workspace):
    add(workspace)
    tests = workspace.further_tests
    assert tests.get(TEST) == TOLD
    assert tests.of_run(RUN) == (TOLD,)
    assert tests.report(RUN, TEST) == report_of(RUN)
    found = tests.predictions(RUN, TEST)
    assert (found.paths, found.sha256, found.splits) == (ANSWERS.paths, ANSWERS.sha256, ANSWERS.splits)
    assert np.array_equal(found.probabilities, ANSWERS.probabilities)
    assert tests.samples(RUN, TEST) == SAMPLES
    assert left_in_staging(workspace) == []


def test_the_newest_comes_first(workspace: Workspace):
    later = replace(TOLD, id="b" * 32, created_at=NOON + timedelta(minutes=1))
    add(workspace)
    add(workspace, later)
    assert workspace.further_tests.of_run(RUN) == (later, TOLD)
    assert workspace.further_tests.of_run("f" * 16) == ()


def test_without_its_pictures_there_is_no_test(workspace: Workspace):
    with pytest.raises(StoreError, match="A picture of this data set is missing"):
        workspace.further_tests.add(TOLD, report_of(RUN), ANSWERS)
    assert workspace.further_tests.of_run(RUN) == ()
    assert left_in_staging(workspace) == []


@pytest.mark.parametrize("writes", range(4))
def test_one_that_is_cut_off_at_any_file_is_not_there(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, writes: int
):
    left = iter(range(writes))

    def cut_off(path: Path, content: bytes) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        path.write_bytes(content)

    monkeypatch.setattr("core.store.results.write_whole", cut_off)
    monkeypatch.setattr("core.store.further_tests.write_whole", cut_off)
    with pytest.raises(KeyboardInterrupt):
        add(workspace)
    assert workspace.further_tests.get(TEST) is None
    assert left_in_staging(workspace) == []


@pytest.mark.parametrize("name", ["report.json", "predictions.parquet"])
def test_one_flipped_bit_is_noticed(workspace: Workspace, name: str):
    add(workspace)
    path = workspace.paths.further_test(RUN, TEST) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    read = workspace.further_tests.report if name == "report.json" else workspace.further_tests.predictions
    with pytest.raises(StoreError, match="A further test is damaged") as told:
        read(RUN, TEST)
    assert "Delete this further test" in told.value.hint


def test_what_is_gone_is_told(workspace: Workspace):
    with pytest.raises(RunError, match="does not exist any more"):
        workspace.further_tests.report(RUN, TEST)
    with pytest.raises(StoreError, match="is not the id of anything"):
        workspace.further_tests.get("../elsewhere")


def test_its_pictures_stay_until_it_is_deleted(workspace: Workspace):
    add(workspace)
    hashes = set(map(hash_of, CONTENTS))
    workspace.datasets.drop_pictures(hashes)
    assert workspace.datasets.picture(hash_of(b"one")) == b"one"
    assert workspace.further_tests.delete(TEST) == hashes
    assert workspace.further_tests.delete(TEST) == frozenset()
    assert workspace.further_tests.of_run(RUN) == ()
    workspace.datasets.drop_pictures(hashes)
    with pytest.raises(StoreError):
        workspace.datasets.picture(hash_of(b"one"))


def test_where_not_all_names_are_known_no_picture_is_removed(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
):
    """A damaged further test must not cost the pictures of others, nor keep the app from starting."""
    add(workspace)
    (workspace.paths.further_test(RUN, TEST) / "pictures.json").write_bytes(b"[]")
    workspace.datasets.keep_picture(b"orphan", hash_of(b"orphan"))
    workspace.datasets.drop_pictures([hash_of(b"orphan")])
    assert workspace.datasets.picture(hash_of(b"orphan")) == b"orphan"
    assert "no picture is removed" in caplog.text
