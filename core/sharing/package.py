"""The one portable form of a trained model: a zip whose every part is checked before anything is loaded.

It holds numbers and plain text only, never pickles: ``model.json`` (a PackageInfo), ``weights.safetensors``,
maybe ``memory.safetensors``, and last ``manifest.json`` with the size and sha256 of each. Members are stored
unpacked, so nothing in it can be larger than the file itself.
"""

from __future__ import annotations

import hashlib
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
from core.domain.decision import Memory
from core.domain.errors import DatasetError, PackageError, StoreError
from core.domain.package import PackageInfo
from core.files import whole_file
from core.models.shapes import Shapes
from core.settings import Limits
from core.sharing.package_checks import HINT, check_info, check_weights, refused
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
_LIMITS: Final = Limits(archive_entries=16, directory_bytes=16 * 1024)  # a few, to tell what is too many
_EARLIEST: Final = 1980  # no zip knows earlier years
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
    check_info(info)
    features = check_weights(info, shapes_in(contents[WEIGHTS], WEIGHTS))
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
    check_info(info)
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
        raise refused(f"it cannot be read ({error.strerror or error})") from error
    except DatasetError as error:
        raise PackageError(f"This is no model package. {error.message}", hint=HINT) from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise refused("it is damaged: a part of it cannot be read") from error


def _check_list(entries: tuple[Entry, ...]) -> None:
    names = [entry.name for entry in entries]
    for name in names:
        if name not in _MOST:
            raise refused(f"it holds {name[:80]!r}, which is no part of a model package")
        if names.count(name) > 1:
            raise refused(f"it holds {name} twice")
    for name in (INFO, WEIGHTS, MANIFEST):
        if name not in names:
            raise refused(f"{name} is missing in it")
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: Entry) -> None:
    if entry.size > _MOST[entry.name]:
        raise refused(f"{entry.name} would take {entry.size:,} bytes; the most is {_MOST[entry.name]:,}")
    if entry.method != zipfile.ZIP_STORED or entry.packed != entry.size:
        raise refused(f"{entry.name} is packed, which a model package never is")


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
        raise refused("its manifest does not list exactly what it holds")
    for name, content in contents.items():
        _check_member(name, content, promised)


def _check_member(name: str, content: bytes, promised: Mapping[str, _Member]) -> None:
    member = promised.get(name)
    if member is None or (member.size, member.sha256) != (len(content), _hash_of(content)):
        raise refused(f"{name} is not what was written (its checksum differs)")


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
        raise refused("what it remembers of its training pictures does not fit its network")
    tensors = from_safetensors(content)
    labels = tensors["labels"]
    if labels.min() < 0 or labels.max() >= classes or not np.isfinite(tensors["features"]).all():
        raise refused("what it remembers of its training pictures cannot be")
    hashes = tuple(row.tobytes().hex() for row in tensors["sha256"])
    return Memory(features=tensors["features"], sha256=hashes, labels=labels)


def _decoded(content: bytes, kind: type[Record], name: str) -> Record:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise refused(f"{name} cannot be understood: {error}") from error


def _hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
