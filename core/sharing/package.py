"""The one portable form of a trained model: a zip whose every part is checked before anything is loaded.

It holds numbers and plain text only, never pickles: ``model.json`` (a PackageInfo), ``weights.safetensors``,
maybe ``memory.safetensors``, and last ``manifest.json`` with the size and sha256 of each. Members are stored
unpacked, so nothing in it can be larger than the file itself.
"""

from __future__ import annotations

import hashlib
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypeVar

import msgspec
import numpy as np
from safetensors.numpy import load as from_safetensors
from safetensors.numpy import save as as_safetensors

from core.data.ziplist import Entry, read_entries
from core.domain.config import TrainConfig
from core.domain.decision import Memory
from core.domain.errors import AppError, DatasetError, PackageError, StoreError
from core.domain.package import PackageInfo
from core.domain.setting import settings_of
from core.files import whole_file
from core.models.shapes import Shapes, weight_shapes
from core.models.zoo import spec_of
from core.settings import Limits
from core.sharing.predictor import TrainedModel
from core.sharing.tensor_header import shapes_in

ENDING: Final = ".sightsmith"
INFO, WEIGHTS, MEMORY, MANIFEST = "model.json", "weights.safetensors", "memory.safetensors", "manifest.json"
_LAYOUT: Final = 1  # counts up when members change their meaning
_MOST: Final = {  # bytes
    INFO: 8 * 1024**2,
    WEIGHTS: 1536 * 1024**2,
    MEMORY: 64 * 1024**2,
    MANIFEST: 64 * 1024,
}
_LIMITS: Final = Limits(archive_entries=len(_MOST), directory_bytes=16 * 1024)
_HINT: Final = "Ask for the package again, or make it again with: sightsmith pack RUN"
_EARLIEST: Final = 1980  # no zip knows earlier years
_MOST_CLASSES: Final = _LIMITS.classes
_MOST_REMEMBERED: Final = 10_000  # pictures

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPackage:
    """A package that was read and found whole."""

    info: PackageInfo
    model: TrainedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """What the manifest says of one member."""

    name: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    """What the package consists of, besides the manifest."""

    layout: int
    members: tuple[_Member, ...]


def write_package(target: Path, info: PackageInfo, *, weights: bytes, memory: Memory | None) -> None:
    """Write a model as a package; the same model gives the same bytes. It appears whole or not at all.

    Raises:
        StoreError: the file cannot be written.
    """
    contents = {INFO: msgspec.json.encode(info), WEIGHTS: weights}
    if memory is not None:
        contents[MEMORY] = _as_tensors(memory)
    members = tuple(
        _Member(name=name, size=len(content), sha256=_hash_of(content)) for name, content in contents.items()
    )
    contents[MANIFEST] = msgspec.json.encode(_Manifest(layout=_LAYOUT, members=members))
    made = (max(_EARLIEST, info.created_at.year), *info.created_at.timetuple()[1:6])
    try:
        with whole_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, content in contents.items():
                archive.writestr(zipfile.ZipInfo(name, made), content)
    except OSError as error:
        raise StoreError(
            f"{target} cannot be written: {error.strerror or error}.",
            hint="Choose another place, or free some space there.",
        ) from error


def read_package(path: Path) -> ModelPackage:
    """Return the model in a package, after everything in it was checked.

    Raises:
        PackageError: it is no package, damaged, or holds anything it should not.
    """
    contents = _contents(path)
    info = _decoded(contents[INFO], PackageInfo, INFO)
    _check_info(info)
    features = _check_weights(info, contents[WEIGHTS])
    memory = contents.get(MEMORY)
    model = TrainedModel(
        network=info.network,
        preprocessing=info.preprocessing,
        classes=info.classes,
        decision=info.decision,
        memory=None if memory is None else _from_tensors(memory, features, len(info.classes)),
        weights=contents[WEIGHTS],
    )
    return ModelPackage(info=info, model=model)


def read_info(path: Path) -> PackageInfo:
    """Return what a package says of its model, without reading its weights: for lists.

    Raises:
        PackageError: it is no package, or damaged where this is written.
    """
    contents = _members(path, only=(INFO, MANIFEST))
    manifest = _decoded(contents[MANIFEST], _Manifest, MANIFEST)
    _check_member(INFO, contents[INFO], {member.name: member for member in manifest.members})
    info = _decoded(contents[INFO], PackageInfo, INFO)
    _check_info(info)
    return info


def _contents(path: Path) -> dict[str, bytes]:
    """Return the members by name, each as the manifest promises it."""
    contents = _members(path)
    manifest = _decoded(contents.pop(MANIFEST), _Manifest, MANIFEST)
    _check_manifest(manifest, contents)
    return contents


def _members(path: Path, *, only: tuple[str, ...] = tuple(_MOST)) -> dict[str, bytes]:
    """Return these members by name, after the list of all was checked."""
    try:
        with path.open("rb") as stream:
            _check_list(read_entries(stream, limits=_LIMITS))
            return _read(stream, only)
    except OSError as error:
        raise _refused(f"it cannot be read ({error.strerror or error})") from error
    except DatasetError as error:
        raise PackageError(f"This is no model package. {error.message}", hint=_HINT) from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _refused("it is damaged: a part of it cannot be read") from error


def _check_list(entries: tuple[Entry, ...]) -> None:
    names = [entry.name for entry in entries]
    for name in names:
        if name not in _MOST:
            raise _refused(f"it holds {name[:80]!r}, which is no part of a model package")
        if names.count(name) > 1:
            raise _refused(f"it holds {name} twice")
    for name in (INFO, WEIGHTS, MANIFEST):
        if name not in names:
            raise _refused(f"{name} is missing in it")
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: Entry) -> None:
    if entry.size > _MOST[entry.name]:
        raise _refused(f"{entry.name} would take {entry.size:,} bytes; the most is {_MOST[entry.name]:,}")
    if entry.method != zipfile.ZIP_STORED or entry.packed != entry.size:
        raise _refused(f"{entry.name} is packed, which a model package never is")


def _read(stream: IO[bytes], only: tuple[str, ...]) -> dict[str, bytes]:
    with zipfile.ZipFile(stream) as archive:
        return {one.filename: archive.read(one) for one in archive.infolist() if one.filename in only}


def _check_manifest(manifest: _Manifest, contents: Mapping[str, bytes]) -> None:
    if manifest.layout != _LAYOUT:
        raise PackageError(
            f"The package has layout {manifest.layout}, and this Sightsmith reads layout {_LAYOUT}.",
            hint="Install a newer Sightsmith.",
        )
    promised = {member.name: member for member in manifest.members}
    if len(promised) != len(manifest.members) or set(promised) != set(contents):
        raise _refused("its manifest does not list exactly what it holds")
    for name, content in contents.items():
        _check_member(name, content, promised)


def _check_member(name: str, content: bytes, promised: Mapping[str, _Member]) -> None:
    member = promised.get(name)
    if member is None or (member.size, member.sha256) != (len(content), _hash_of(content)):
        raise _refused(f"{name} is not what was written (its checksum differs)")


def _check_info(info: PackageInfo) -> None:
    """Refuse what no training could have made; in particular what would take all memory."""
    if wrong := [name for name, fine in _bounds(info).items() if not fine]:
        raise _refused(f"what it says of {', '.join(wrong)} cannot be")


def _bounds(info: PackageInfo) -> dict[str, bool]:
    network, look, rule = info.network, info.preprocessing, info.decision
    classes = info.classes
    costs_known = all(
        cost.actual in classes and cost.said in classes and cost.cost >= 0 for cost in rule.costs
    )
    return {
        "its classes": 2 <= len(classes) <= _MOST_CLASSES
        and len(set(classes)) == len(classes)
        and all(classes),
        "its hidden units": _within("hidden_units", network.hidden_units),
        "its dropout": _within("dropout", network.dropout),
        "the size of its pictures": 0 < look.image_size <= 2 * _highest("image_size"),
        "the scale of its pictures": all(math.isfinite(mean) for mean in look.mean)
        and all(math.isfinite(one) and one > 0 for one in look.std),
        "its temperature": math.isfinite(rule.temperature) and rule.temperature > 0,
        "what mistakes cost": costs_known and len(rule.costs) <= len(classes) ** 2,
    }


def _within(name: str, value: float) -> bool:
    setting = settings_of(TrainConfig)[name]
    return float(setting.low or 0) <= value <= _highest(name)


def _highest(name: str) -> float:
    return float(settings_of(TrainConfig)[name].high or 0)


def _check_weights(info: PackageInfo, weights: bytes) -> int:
    """Return how long the features are; PackageError where the weights are not those of this network."""
    try:
        spec = spec_of(info.network.backbone)
    except AppError as error:
        raise PackageError(
            f"The package is built on a network that this Sightsmith does not know. {error.message}",
            hint="Install a newer Sightsmith.",
        ) from error
    wanted = weight_shapes(
        spec,
        classes=len(info.classes),
        hidden_units=info.network.hidden_units,
        output=info.network.output,
        several=info.network.several,
    )
    _check_shapes(shapes_in(weights, WEIGHTS), wanted)
    return spec.features


def _check_shapes(found: Shapes, wanted: Shapes) -> None:
    for name in wanted.keys() | found.keys():
        if found.get(name) != wanted.get(name):
            told = {True: "is missing", False: f"has the shape {found.get(name)}"}[name not in found]
            needs = f"it should be {wanted[name]}" if name in wanted else "the network has none of this name"
            raise _refused(f"its weights do not fit its network: {name[:80]!r} {told}, and {needs}")


def _as_tensors(memory: Memory) -> bytes:
    return as_safetensors(
        {
            "features": memory.features,
            "sha256": np.frombuffer(bytes.fromhex("".join(memory.sha256)), np.uint8).reshape(-1, 32),
            "labels": memory.labels,
        }
    )


def _from_tensors(content: bytes, features: int, classes: int) -> Memory:
    found = shapes_in(content, MEMORY)
    rows = next(iter(found.get("labels", ("", (0,)))[1]), 0)
    wanted: Shapes = {
        "features": ("F16", (rows, features)),
        "sha256": ("U8", (rows, 32)),
        "labels": ("I64", (rows,)),
    }
    if found != wanted or not 0 < rows <= _MOST_REMEMBERED:
        raise _refused("what it remembers of its training pictures does not fit its network")
    tensors = from_safetensors(content)
    labels = tensors["labels"]
    if labels.min() < 0 or labels.max() >= classes or not np.isfinite(tensors["features"]).all():
        raise _refused("what it remembers of its training pictures cannot be")
    hashes = tuple(row.tobytes().hex() for row in tensors["sha256"])
    return Memory(features=tensors["features"], sha256=hashes, labels=labels)


def _decoded(content: bytes, kind: type[Record], name: str) -> Record:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _refused(f"{name} cannot be understood: {error}") from error


def _hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _refused(why: str) -> PackageError:
    return PackageError(f"The model package is refused: {why}.", hint=_HINT)
