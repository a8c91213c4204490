"""What is known about a pretrained network before it is built."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.preprocess import Interpolation


class WeightsSource(StrEnum):
    """Where pretrained weights come from."""

    BUNDLED = "bundled"  # inside an installed package; needs no network
    DOWNLOAD = "download"  # fetched once on first use


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One step of a network that is frozen or learning as a whole: the modules it consists of."""

    title: str
    modules: tuple[str, ...]  # dotted names inside the network


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """One pretrained network (backbone) on offer. ``blocks`` run from the picture upwards, head left out."""

    key: str
    title: str
    summary: str  # one sentence for a person who has never heard the name
    source: WeightsSource
    parameters: int  # of the backbone with its ImageNet head
    download_mb: float
    licence: str
    image_size: int  # pixels the weights were trained for
    interpolation: Interpolation
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    weights_file: str
    weights_sha256: str  # full hash, or the leading digits that the file's name carries
    torchvision_weights: str | None = None  # torchvision's name of the weights; it knows their address
    weights_package: str | None = None  # distribution that carries the file
    smallest_image: int = 32  # pixels below which the network has nothing left to look at
    head: str  # dotted name of the classifier that is taken off
    features: int  # length of the pooled features under the head
    blocks: tuple[Block, ...]
    cam_layer: str  # module whose output Grad-CAM looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether a backbone's weights are on this machine, in a form a person can read."""

    ready: bool
    note: str  # "ready", or what the first use will download
