"""The doctor's eyes: features of every picture from the bundled backbone, computed once and kept."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data.parallel import in_order
from core.data.pixels import cache_key, load_pixels
from core.domain.config import TrainConfig
from core.domain.errors import AppError
from core.files import whole_file
from core.models.engine import compile_frozen
from core.models.surgery import build_classifier, preprocessing_for
from core.models.weights import load_weights
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.workspace import Workspace

log = logging.getLogger(__name__)

BACKBONE = "efficientnet_lite0"  # comes along, so that the doctor can always look
BATCH = 16

Features = npt.NDArray[np.floating]


def stored_look(workspace: Workspace, hashes: Sequence[str]) -> Features | None:
    """Return the features (N, D) of these pictures if they have been computed before, else None."""
    try:
        found = np.load(_place(workspace, hashes), mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found if len(found) == len(hashes) else None


def look(
    workspace: Workspace,
    settings: Settings,
    hashes: Sequence[str],
    *,
    progress: Callable[[int, int], None],
    stopped: Callable[[], bool],
) -> Features | None:
    """Return the features (N, D) float16 of these pictures, or None where the backbone cannot be used.

    Pictures are decoded, looked at and forgotten batch by batch, so that memory stays flat however many
    there are. Raises Cancelled.
    """
    if not hashes:
        return None
    kept = stored_look(workspace, hashes)
    if kept is not None:
        return kept
    try:
        return _computed(workspace, settings, hashes, progress=progress, stopped=stopped)
    except AppError as problem:
        log.warning("the doctor goes on without features: %s", problem)
        return None


def _computed(
    workspace: Workspace,
    settings: Settings,
    hashes: Sequence[str],
    *,
    progress: Callable[[int, int], None],
    stopped: Callable[[], bool],
) -> Features:
    spec = spec_of(BACKBONE)
    preprocessing = preprocessing_for(spec, TrainConfig(image_size=spec.image_size))
    model = build_classifier(
        spec,
        load_weights(spec, settings.weights),
        preprocessing=preprocessing,
        classes=2,
        hidden_units=0,
        dropout=0.0,
        seed=0,
    )
    frozen = compile_frozen(
        model.backbone, image_size=spec.image_size, cache=workspace.paths.cache("engines")
    )
    sources = [workspace.paths.picture(sha256) for sha256 in hashes]
    pixels = in_order(partial(load_pixels, preprocessing=preprocessing), sources, stopped=stopped)
    rows: list[npt.NDArray[np.float16]] = []
    done = 0
    for batch in _batches(pixels):
        rows.append(frozen(np.stack(batch)).astype(np.float16))
        done += len(batch)
        progress(done, len(hashes))
    features = np.concatenate(rows)
    with whole_file(_place(workspace, hashes)) as file:
        np.save(file, features, allow_pickle=False)
    return features


def _batches(pixels: Iterator[npt.NDArray[np.uint8]]) -> Iterator[list[npt.NDArray[np.uint8]]]:
    batch = []
    for picture in pixels:
        batch.append(picture)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _place(workspace: Workspace, hashes: Sequence[str]) -> Path:
    """Return where these features are kept; a training with the same pixels and backbone finds them too."""
    spec = spec_of(BACKBONE)
    preprocessing = preprocessing_for(spec, TrainConfig(image_size=spec.image_size))
    return features_path(workspace, spec.key, spec.weights_sha256, cache_key(hashes, preprocessing))


def features_path(workspace: Workspace, backbone: str, weights: str, pixels: str) -> Path:
    """Return where the features of these pixels under these weights are kept."""
    name = hashlib.sha256(f"{backbone} {weights} {pixels}".encode()).hexdigest()[:40]
    return workspace.paths.cache("features") / f"{name}.npy"
