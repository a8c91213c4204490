"""The fastest way to run a network that no longer learns on this machine: OpenVINO, or else PyTorch.

PyTorch and the packages of networks take hundreds of megabytes and seconds to import: they are, only where a
network has to be built.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.openvino import OpenVinoEngine, kept_graph, prepared, versions
from core.models.preparation import prepare_apart

if TYPE_CHECKING:
    from torch import Tensor, nn

Precision = Literal["fp32", "bf16"]
Images = npt.NDArray[np.uint8]  # (B, H, W, 3)
Features = npt.NDArray[np.float32]  # (B, D), or (B, C, H', W') from within a network

_log = logging.getLogger(__name__)
_PREPARING = threading.Lock()  # one process at a time: each takes a gigabyte of memory


class Engine(Protocol):
    """A frozen network: pictures (B, H, W, 3) in, a row for each, (B, ...), out. ``name`` is for people."""

    name: str

    def __call__(self, images: Images) -> Features:
        """Return the rows of these pictures; any number from 1, faster with 8 and more."""
        ...


def compile_frozen(
    module: nn.Module, *, image_size: int, cache: Path | None, precision: Precision = "fp32"
) -> Engine:
    """Return an engine that answers as ``module`` does now, in evaluation mode, for ``image_size``.

    ``module`` takes pixels (B, 3, H, W) in [0, 255]; a Backbone gives features, a Classifier logits, its
    lower half an activation. It is not changed, and may be changed afterwards. A module on a graphics
    processor is run there, by PyTorch.

    ``cache`` is a folder where the prepared network is kept, about as large as its weights, and found again
    by them; deleting it costs seconds, never a result. "bf16" is up to twice as fast where the processor has
    it, with features a little off (cosine 0.996 to exact ones for EfficientNet-Lite0); where it has not, the
    engine is an fp32 one, and its name says so.
    """
    from core.models.conversion import converted, fingerprint
    from core.models.torch_engine import TorchEngine

    if next(module.parameters()).device.type == "cpu":
        try:
            kept = cache / f"{fingerprint(module, image_size)}.zip" if cache else None
            graph = prepared(lambda: converted(module, image_size), kept=kept)
            return OpenVinoEngine(graph, precision=precision)
        except Exception as problem:  # noqa: BLE001 - its exceptions share no base, and PyTorch can do the same
            _log.warning("OpenVINO cannot run this network, PyTorch does: %s", problem)
    return TorchEngine(module, image_size=image_size, precision=precision)


def frozen_backbone(
    spec: ModelSpec,
    preprocessing: Preprocessing,
    *,
    weights: Callable[[], Mapping[str, Tensor]],
    cache: Path,
    precision: Precision = "fp32",
    weights_folder: Path | None = None,
) -> Engine:
    """Return an engine on the processor for the features (B, D) of a pretrained backbone.

    Once prepared, it is found in the folder ``cache`` by the name and checksum of its weights, and runs
    without PyTorch and without the weights. ``weights`` loads them where nothing was prepared.

    With ``weights_folder`` a process of its own prepares the network from weights that lie on this machine,
    and gives its gigabyte of memory back when it ends; where that fails, it is done here.
    """
    kept = _kept(spec, preprocessing, cache)
    if weights_folder is not None:
        prepare_backbone(spec, preprocessing, cache=cache, weights_folder=weights_folder)
    try:
        if (graph := kept_graph(kept)) is not None:
            return OpenVinoEngine(graph, precision=precision)
    except Exception as problem:  # noqa: BLE001 - as above
        _log.warning("OpenVINO cannot run the prepared network %s: %s", kept.name, problem)
    return _built(spec, preprocessing, weights(), kept=kept, precision=precision)


def prepare_backbone(
    spec: ModelSpec,
    preprocessing: Preprocessing,
    *,
    cache: Path,
    weights_folder: Path,
) -> None:
    """Let a process of its own prepare a backbone from weights that lie on this machine, if it is not yet.

    Who comes while another one is at it waits for that one.
    """
    size = preprocessing.image_size
    kept = _kept(spec, preprocessing, cache)
    with _PREPARING:
        if not kept.exists():
            prepare_apart(spec, preprocessing, weights_folder=weights_folder, image_size=size, kept=kept)


def _kept(spec: ModelSpec, preprocessing: Preprocessing, cache: Path) -> Path:
    return cache / f"{spec.key}-{_backbone_key(spec, preprocessing)}.zip"


def _built(
    spec: ModelSpec,
    preprocessing: Preprocessing,
    weights: Mapping[str, Tensor],
    *,
    kept: Path,
    precision: Precision,
) -> Engine:
    from core.models.conversion import converted
    from core.models.surgery import build_backbone
    from core.models.torch_engine import TorchEngine

    backbone, image_size = build_backbone(spec, weights, preprocessing), preprocessing.image_size
    try:
        graph = prepared(lambda: converted(backbone, image_size), kept=kept)
        return OpenVinoEngine(graph, precision=precision)
    except Exception as problem:  # noqa: BLE001 - as above
        _log.warning("OpenVINO cannot run this network, PyTorch does: %s", problem)
    return TorchEngine(backbone, image_size=image_size, precision=precision)


def _backbone_key(spec: ModelSpec, preprocessing: Preprocessing) -> str:
    """Return a hash of all that a prepared backbone depends on."""
    pictures = (preprocessing.mean, preprocessing.std, preprocessing.image_size)
    parts = (*versions(), spec.key, spec.weights_sha256, *pictures)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:40]
