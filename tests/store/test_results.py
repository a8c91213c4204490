from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from safetensors.numpy import load as from_safetensors

from core.domain.dataset import Split
from core.domain.decision import Cost, Decision, Memory
from core.domain.errors import StoreError
from core.domain.report import Predictions
from core.store import files
from core.store.paths import Paths
from core.store.results import Results, Weights
from tests.store.made import PREDICTIONS, PREPROCESSING, WEIGHTS, report_of

RUN = "0123456789abcdef"
READERS: list[Callable[[Results, str], object]] = [
    Results.report,
    Results.predictions,
    Results.weights,
    Results.preprocessing,
]
FILES = ["report.json", "predictions.parquet", "weights.safetensors", "preprocessing.json"]


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(Paths(tmp_path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Paths(tmp_path).run(RUN)


def save(
    results: Results,
    *,
    accuracy: float = 0.5,
    predictions: Predictions = PREDICTIONS,
    weights: Weights = WEIGHTS,
) -> None:
    results.save(
        RUN,
        report=report_of(RUN, accuracy),
        predictions=predictions,
        weights=weights,
        preprocessing=PREPROCESSING,
    )


def test_gives_back_the_targets_of_several_classes(results: Results) -> None:
    targets = np.array([[True, False], [True, True], [False, True]])
    save(results, predictions=replace(PREDICTIONS, targets=targets))
    found = results.predictions(RUN).targets
    assert found is not None
    assert found.dtype == np.bool_
    assert np.array_equal(found, targets)


def test_one_class_to_a_picture_has_no_targets(results: Results) -> None:
    save(results)
    assert results.predictions(RUN).targets is None


def test_gives_back_series_and_distances_where_they_are_known(results: Results) -> None:
    groups, strange = np.array([4, 4, 2]), np.array([0.1, 0.2, 0.3], dtype=np.float32)
    save(results, predictions=replace(PREDICTIONS, groups=groups, strangeness=strange))
    found = results.predictions(RUN)
    assert np.array_equal(found.groups, groups)
    assert np.array_equal(found.strangeness, strange)
    save(results)
    assert results.predictions(RUN).groups is None
    assert results.predictions(RUN).strangeness is None


def test_a_result_from_before_rules_answers_everything(results: Results) -> None:
    save(results)
    assert results.memory(RUN) is None
    assert results.decision(RUN) == Decision()


def test_the_rule_can_be_changed_and_the_memory_not(results: Results) -> None:
    memory = Memory(
        features=np.eye(2, 3, dtype=np.float16), sha256=("ab" * 32, "cd" * 32), labels=np.array([1, 0])
    )
    results.save(
        RUN,
        report=report_of(RUN, 0.5),
        predictions=PREDICTIONS,
        weights=WEIGHTS,
        preprocessing=PREPROCESSING,
        memory=memory,
        decision=Decision(temperature=2.0, farthest=0.4),
    )
    found = results.memory(RUN)
    assert found is not None
    assert np.array_equal(found.features, memory.features)
    assert found.sha256 == memory.sha256
    assert found.labels.tolist() == [1, 0]
    assert results.decision(RUN).temperature == 2.0
    changed = Decision(temperature=2.0, costs=(Cost(actual="ant", said="bee", cost=9.0),))
    results.decide(RUN, changed)
    assert results.decision(RUN) == changed


def test_gives_back_exactly_what_was_saved(results: Results) -> None:
    save(results)
    assert results.report(RUN) == report_of(RUN)
    assert results.preprocessing(RUN) == PREPROCESSING
    assert np.array_equal(from_safetensors(results.weights(RUN))["head.weight"], WEIGHTS["head.weight"])
    answers = results.predictions(RUN)
    assert (answers.paths, answers.sha256, answers.splits) == (
        PREDICTIONS.paths,
        PREDICTIONS.sha256,
        PREDICTIONS.splits,
    )
    for name in ("labels", "probabilities"):
        ours, theirs = getattr(answers, name), getattr(PREDICTIONS, name)
        assert np.array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype
        assert ours.flags.writeable  # torch warns about arrays that are not


def test_weights_may_come_as_bytes(results: Results) -> None:
    save(results, weights=b"as they are")
    assert results.weights(RUN) == b"as they are"


def test_keeps_predictions_of_no_picture(results: Results) -> None:
    none = Predictions(
        paths=(),
        sha256=(),
        splits=(),
        labels=np.zeros(0, np.int64),
        probabilities=np.zeros((0, 2), np.float32),
    )
    save(results, predictions=none)
    assert results.predictions(RUN).probabilities.shape == (0, 2)


def test_the_table_of_predictions_explains_itself(results: Results, folder: Path) -> None:
    save(results)
    table = pq.read_table(folder / "predictions.parquet")
    assert table.column_names == ["path", "sha256", "split", "label", "probabilities"]
    assert msgspec.json.decode(table.schema.metadata[b"classes"]) == ["bolt", "nut"]
    assert table["split"].to_pylist() == [Split.VALIDATION, Split.TEST, Split.TEST]


@pytest.mark.parametrize(("read", "name"), list(zip(READERS, FILES, strict=True)))
def test_one_flipped_bit_is_noticed(
    results: Results, folder: Path, read: Callable[[Results, str], object], name: str
) -> None:
    save(results)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(StoreError, match=f"is damaged: {name} is not what was saved") as told:
        read(results, RUN)
    assert "train again" in told.value.hint


@pytest.mark.parametrize(("read", "name"), list(zip(READERS, FILES, strict=True)))
def test_a_missing_file_is_noticed(
    results: Results, folder: Path, read: Callable[[Results, str], object], name: str
) -> None:
    save(results)
    (folder / name).unlink()
    with pytest.raises(StoreError, match="is damaged"):
        read(results, RUN)


def test_a_damaged_manifest_is_noticed(results: Results, folder: Path) -> None:
    save(results)
    (folder / "manifest.json").write_bytes(b'{"files"')
    with pytest.raises(StoreError, match=r"manifest\.json is not what was saved"):
        results.report(RUN)


@pytest.mark.parametrize("writes", range(5))
def test_a_result_cut_off_at_any_file_is_no_result(
    results: Results, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Also when an earlier result of the same run was there: no mixture of both is ever read."""
    save(results, accuracy=0.25)
    write, left = files.write_whole, iter(range(writes))

    def cut_off(path: Path, content: bytes) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr("core.store.results.write_whole", cut_off)
    with pytest.raises(KeyboardInterrupt):
        save(results, accuracy=0.75)
    assert results.manifest(RUN) is None
    for read in READERS:
        with pytest.raises(StoreError, match="has no result"):
            read(results, RUN)
    monkeypatch.setattr("core.store.results.write_whole", write)
    save(results, accuracy=0.75)
    assert results.report(RUN) == report_of(RUN, 0.75)
