"""Checkpoints of runs under way: folders that are complete or not there, of which the last two are kept.

The manifest names both files with their sha256 and is written last: it is the commit point. A reader
compares the hashes, and takes the checkpoint before where the newest is not what was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from core.domain.errors import StoreError
from core.store.files import (
    free_bytes,
    full_disk,
    hash_of,
    make_folder,
    read_whole,
    remove_tree,
    write_whole,
)
from core.store.paths import Paths

KEPT = 2
_SPARE_BYTES = 16 * 1024**2  # for the database, which must still be able to say what happened
_TENSORS = "tensors.safetensors"
_STATE = "state.json"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far a run was: ``tensors`` in the safetensors format, ``state`` as JSON."""

    tensors: bytes
    state: bytes
    older: bool  # the newest one was damaged, and this is the one before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    tensors_sha256: str
    state_sha256: str
    layout: int = 1  # counts up when files change their meaning


class Checkpoints:
    """The checkpoints of all runs. One process writes those of a run; any may read them."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def keep(self, run_id: str, *, tensors: bytes, state: bytes) -> None:
        """Keep a checkpoint, whole or not at all, and let go of all but the one before.

        Raises:
            DiskFullError: the disk takes no more; the checkpoints from before are as they were.
        """
        home = self._paths.checkpoints(run_id)
        needed = len(tensors) + len(state) + _SPARE_BYTES
        if free_bytes(home) < needed:
            raise full_disk(home, needed)
        older = _newest_first(home)
        folder = home / f"{_number(older[0]) + 1 if older else 1:08d}"
        make_folder(folder)
        write_whole(folder / _TENSORS, tensors)
        write_whole(folder / _STATE, state)
        manifest = _Manifest(tensors_sha256=hash_of(tensors), state_sha256=hash_of(state))
        write_whole(folder / _MANIFEST, msgspec.json.encode(manifest))
        _drop_all_but(_whole((folder, *older)), older)

    def newest(self, run_id: str) -> Checkpoint | None:
        """Return the newest checkpoint that is what was written; None when there is none."""
        damaged = False
        for folder in _newest_first(self._paths.checkpoints(run_id)):
            if not (folder / _MANIFEST).exists():
                continue  # never completed
            if found := _read(folder):
                tensors, state = found
                return Checkpoint(tensors=tensors, state=state, older=damaged)
            damaged = True
        return None

    def drop(self, run_id: str) -> None:
        """Remove every checkpoint of the run."""
        remove_tree(self._paths.checkpoints(run_id))


def _newest_first(home: Path) -> tuple[Path, ...]:
    if not home.is_dir():
        return ()
    numbered = (folder for folder in home.iterdir() if folder.name.isdecimal())
    return tuple(sorted(numbered, key=_number, reverse=True))


def _number(folder: Path) -> int:
    return int(folder.name)


def _whole(folders: tuple[Path, ...]) -> Iterator[Path]:
    return (folder for folder in folders if (folder / _MANIFEST).exists())


def _drop_all_but(whole: Iterator[Path], older: tuple[Path, ...]) -> None:
    """Remove old checkpoints beyond those kept, and what was begun and never completed."""
    kept = [folder for folder, _ in zip(whole, range(KEPT), strict=False)]
    for folder in older:
        if folder not in kept:
            # first: a removal that is cut short must not leave half a checkpoint that calls itself whole
            (folder / _MANIFEST).unlink(missing_ok=True)
            remove_tree(folder)


def _read(folder: Path) -> tuple[bytes, bytes] | None:
    """Return tensors and state, or None when they are not what the manifest says."""
    try:
        manifest = msgspec.json.decode(read_whole(folder / _MANIFEST), type=_Manifest)
        tensors, state = read_whole(folder / _TENSORS), read_whole(folder / _STATE)
    except (StoreError, msgspec.MsgspecError):
        return None
    same = hash_of(tensors) == manifest.tensors_sha256 and hash_of(state) == manifest.state_sha256
    return (tensors, state) if same else None
