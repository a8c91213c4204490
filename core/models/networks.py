"""Networks before they know anything: built by timm or torchvision, with the 1,000-class ImageNet head.

PyTorch and these packages are imported only where a network is built: that takes seconds and memory.
"""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from core.domain.model import ModelSpec

if TYPE_CHECKING:
    from torch import nn

_TIMM_NAMES = {"efficientnet_lite0": "tf_efficientnet_lite0"}  # all others are torchvision's
_OPTIONS: dict[str, dict[str, bool]] = {
    "vgg16": {"init_weights": False},
    # it was pretrained on inputs scaled to [-1, 1]; with this it converts ImageNet's scaling by itself
    "inception_v3": {"init_weights": False, "transform_input": True},
}


def blank_network(spec: ModelSpec) -> nn.Module:
    """Return the network on the meta device: every name and shape, and no memory."""
    import torch

    with torch.device("meta"):
        return _built(spec)


def empty_network(spec: ModelSpec) -> nn.Module:
    """Return the network with whatever lies in memory, for one that is given all its weights.

    Nothing is drawn, so it neither waits for other threads that draw nor disturbs them.
    """
    return blank_network(spec).to_empty(device="cpu")


def random_network(spec: ModelSpec, *, seed: int = 0, initialised: bool = False) -> nn.Module:
    """Return the network with random weights, the same for the same seed; leaves global randomness alone.

    ``initialised`` draws them as its authors did where that takes seconds (VGG, Inception), and is needed
    where it is to learn from nothing.
    """
    from core.models.randomness import seeded

    with seeded(seed):
        return _built(spec, initialised=initialised)


def random_key(spec: ModelSpec, *, seed: int) -> str:
    """Return a name for the weights of ``random_network``, initialised: all that decides over them."""
    package = "timm" if spec.key in _TIMM_NAMES else "torchvision"
    return f"random {seed}, {package} {version(package)}, torch {version('torch')}"


def fits_by_position(spec: ModelSpec) -> bool:
    """Whether the weights file names its tensors otherwise than the network, but lists them in its order."""
    return spec.key in _TIMM_NAMES


def published_at(spec: ModelSpec) -> str:
    """Return the address from which torchvision itself fetches these weights."""
    address: str = _torchvision_models().get_weight(spec.torchvision_weights).url
    return address


def _built(spec: ModelSpec, *, initialised: bool = False) -> nn.Module:
    if name := _TIMM_NAMES.get(spec.key):
        import timm  # seconds to import: only where it is needed

        return timm.create_model(name, pretrained=False)
    options = _OPTIONS.get(spec.key, {})
    if initialised and "init_weights" in options:
        options = options | {"init_weights": True}
    network: nn.Module = _torchvision_models().get_model(spec.key, weights=None, **options)
    return network


def _torchvision_models() -> Any:  # noqa: ANN401 - the package has no types
    return importlib.import_module("torchvision.models")
