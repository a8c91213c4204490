"""The result of a training run: a folder of files with their hashes, complete or not there at all.

The manifest names every file with its sha256 and is written last: without it there is no result, and with it
every file is known to be on the disk. Readers compare the hash, because disks forget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from safetensors.numpy import load as from_safetensors
from safetensors.numpy import save as as_safetensors

from core.domain.dataset import Split
from core.domain.decision import Decision, Memory
from core.domain.errors import StoreError
from core.domain.preprocess import Preprocessing
from core.domain.report import Interval, Predictions, Report
from core.store.files import hash_of, make_folder, read_whole, remove_tree, told, write_whole
from core.store.paths import Paths

Weights = Mapping[str, np.ndarray] | bytes

Record = TypeVar("Record")

_MANIFEST = "manifest.json"
_REPORT = "report.json"
_PREDICTIONS = "predictions.parquet"
_WEIGHTS = "weights.safetensors"
_PREPROCESSING = "preprocessing.json"
_MEMORY = "memory.safetensors"
_DECISION = "decision.json"  # not in the manifest: the user changes it


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """One file of a result."""

    name: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a result consists of, and its accuracy on the test pictures, for lists."""

    run_id: str
    files: tuple[KeptFile, ...]
    accuracy: Interval | None
    layout: int = 1  # counts up when files change their meaning


class Results:
    """The results of all runs."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def save(  # noqa: PLR0913 - all that a result consists of, by name
        self,
        run_id: str,
        *,
        report: Report,
        predictions: Predictions,
        weights: Weights,
        preprocessing: Preprocessing,
        memory: Memory | None = None,
        decision: Decision | None = None,
    ) -> None:
        """Keep the result of a run in place of an earlier one of the same run."""
        folder = self._paths.run(run_id)
        _begin_anew(folder)
        contents = {
            _REPORT: msgspec.json.encode(report),
            _PREDICTIONS: as_parquet(predictions, report.classes),
            _WEIGHTS: weights if isinstance(weights, bytes) else as_safetensors(dict(weights)),
            _PREPROCESSING: msgspec.json.encode(preprocessing),
            **({_MEMORY: _as_tensors(memory)} if memory else {}),
        }
        if decision:
            write_whole(folder / _DECISION, msgspec.json.encode(decision))
        manifest = Manifest(run_id=run_id, files=keep_files(folder, contents), accuracy=report.test.accuracy)
        write_whole(folder / _MANIFEST, msgspec.json.encode(manifest))

    def manifest(self, run_id: str) -> Manifest | None:
        """Return what the run's result consists of; None when it has no complete result."""
        path = self._paths.run(run_id) / _MANIFEST
        if not path.exists():
            return None
        return _decoded(read_whole(path), Manifest, _MANIFEST)

    def report(self, run_id: str) -> Report:
        """Return the evaluation; StoreError when there is none or it is damaged."""
        return _decoded(self._read(run_id, _REPORT), Report, _REPORT)

    def predictions(self, run_id: str) -> Predictions:
        """Return the answers for each validation and test picture, in the order they were saved."""
        return from_parquet(self._read(run_id, _PREDICTIONS))

    def weights(self, run_id: str) -> bytes:
        """Return the trained network's weights, in the safetensors format."""
        return self._read(run_id, _WEIGHTS)

    def preprocessing(self, run_id: str) -> Preprocessing:
        """Return how pictures are brought to the network's input."""
        return _decoded(self._read(run_id, _PREPROCESSING), Preprocessing, _PREPROCESSING)

    def memory(self, run_id: str) -> Memory | None:
        """Return what the pictures learnt from look like; None for a run from before that was kept."""
        manifest = self.manifest(run_id)
        if manifest is None or all(file.name != _MEMORY for file in manifest.files):
            return None
        return _from_tensors(self._read(run_id, _MEMORY))

    def decision(self, run_id: str) -> Decision:
        """Return the rule by which the run answers; one that answers everything where none was kept."""
        path = self._paths.run(run_id) / _DECISION
        return _decoded(read_whole(path), Decision, _DECISION) if path.is_file() else Decision()

    def decide(self, run_id: str, decision: Decision) -> None:
        """Keep another rule for the run."""
        write_whole(self._paths.run(run_id) / _DECISION, msgspec.json.encode(decision))

    def _read(self, run_id: str, name: str) -> bytes:
        manifest = self.manifest(run_id)
        if manifest is None:
            raise StoreError("This training run has no result.", hint="Start it again.")
        content = kept_content(self._paths.run(run_id), manifest.files, name)
        if content is None:
            raise _damaged(name)
        return content


def keep_files(folder: Path, contents: Mapping[str, bytes]) -> tuple[KeptFile, ...]:
    """Write these files, by name, and return what a manifest says of them."""
    for name, content in contents.items():
        write_whole(folder / name, content)
    return tuple(KeptFile(name=n, size=len(c), sha256=hash_of(c)) for n, c in contents.items())


def kept_content(folder: Path, files: Sequence[KeptFile], name: str) -> bytes | None:
    """Return what was written to the file; None where it is gone, or not what was written any more."""
    expected = next((file for file in files if file.name == name), None)
    path = folder / name
    if expected is None or not path.is_file():
        return None
    content = read_whole(path)
    return content if hash_of(content) == expected.sha256 else None


def _begin_anew(folder: Path) -> None:
    with told(folder):
        (folder / _MANIFEST).unlink(missing_ok=True)  # first: from here on there is no result
    remove_tree(folder)
    make_folder(folder)


def as_parquet(predictions: Predictions, classes: tuple[str, ...]) -> bytes:
    """Return the answers as a table that explains itself."""
    by_class = {"probabilities": _lists(predictions.probabilities.astype(np.float32), len(classes))}
    if predictions.targets is not None:
        by_class["targets"] = _lists(predictions.targets.astype(np.bool_), len(classes))
    table = pa.table(
        {
            "path": pa.array(predictions.paths, pa.string()),
            "sha256": pa.array(predictions.sha256, pa.string()),
            "split": pa.array([split.value for split in predictions.splits], pa.string()),
            "label": pa.array(predictions.labels, pa.int64()),
            **by_class,
            **{
                name: pa.array(column)
                for name, column in _optional(predictions).items()
                if column is not None
            },
        },
        metadata={"classes": msgspec.json.encode(classes)},  # so that the file explains itself elsewhere
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def from_parquet(content: bytes) -> Predictions:
    """Return the answers of such a table."""
    table = pq.read_table(pa.BufferReader(content)).combine_chunks()
    return Predictions(
        paths=tuple(table["path"].to_pylist()),
        sha256=tuple(table["sha256"].to_pylist()),
        splits=tuple(Split(value) for value in table["split"].to_pylist()),
        labels=table["label"].to_numpy().copy(),  # arrow's own memory is read-only
        probabilities=_by_class(table["probabilities"]),
        targets=_by_class(table["targets"]) if "targets" in table.column_names else None,
        groups=_column(table, "group"),
        strangeness=_column(table, "strangeness"),
    )


def _optional(predictions: Predictions) -> dict[str, np.ndarray | None]:
    """Return what is known of some runs' pictures only, by column."""
    return {"group": predictions.groups, "strangeness": predictions.strangeness}


def _column(table: Any, name: str) -> np.ndarray | None:  # noqa: ANN401 - pyarrow has no types
    """Return a column as (N,), None where there is none."""
    return table[name].to_numpy().copy() if name in table.column_names else None


def _as_tensors(memory: Memory) -> bytes:
    hashes = np.frombuffer(bytes.fromhex("".join(memory.sha256)), dtype=np.uint8).reshape(-1, 32)
    return as_safetensors({"features": memory.features, "sha256": hashes, "labels": memory.labels})


def _from_tensors(content: bytes) -> Memory:
    tensors = from_safetensors(content)
    hashes = tuple(row.tobytes().hex() for row in tensors["sha256"])
    return Memory(features=tensors["features"], sha256=hashes, labels=tensors["labels"])


def _lists(values: np.ndarray, width: int) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(values).reshape(-1)), width)


def _by_class(column: Any) -> np.ndarray:  # noqa: ANN401 - pyarrow has no types
    """Return a column of lists as (N, C)."""
    flat = column.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    values: np.ndarray = flat.reshape(-1, column.type.list_size).copy()  # arrow's own memory is read-only
    return values


def _decoded(content: bytes, kind: type[Record], name: str) -> Record:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise _damaged(name) from error


def _damaged(name: str) -> StoreError:
    return StoreError(
        f"The result of this training run is damaged: {name} is not what was saved.",
        hint="Put the workspace folder back from a copy, or train again with the same settings.",
    )
