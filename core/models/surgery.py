"""A pretrained network with its head taken off, a new head on top, and a line between frozen and learning."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from core.domain.config import TrainConfig
from core.domain.errors import ConfigError
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.networks import blank_network, random_network


class Backbone(nn.Module):
    """A network that takes pixels as they come: (B, 3, H, W) in [0, 255], bytes or floats, to (B, D).

    The normalisation lives here, so nobody can forget it or do it twice. Its numbers belong to the
    Preprocessing record, not to the weights: they are not part of ``state_dict``.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, preprocessing: Preprocessing) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", _per_channel(preprocessing.mean), persistent=False)
        self.register_buffer("std", _per_channel(preprocessing.std), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return what the network makes of the normalised pixels: features, where its head is off."""
        normal = (pixels.to(self.mean.dtype) - self.mean) / self.std
        answer: Tensor = self.network(normal.contiguous(memory_format=torch.channels_last))
        return answer


class Classifier(nn.Module):
    """Backbone and new head. Which blocks learn is set by ``unfreeze_last``; at first only the head does.

    What is frozen stays in evaluation mode, also after ``train()``. So do all batch norms of the backbone:
    they keep the statistics of the many pictures they were pretrained with, which those of small batches
    only blur, and learn their scale and shift where they are unfrozen. A frozen beginning needs no code of
    its own to be cheap: nothing in it asks for gradients, so autograd keeps none of its activations.
    """

    def __init__(self, spec: ModelSpec, backbone: Backbone, head: nn.Sequential) -> None:
        super().__init__()
        self.spec = spec
        self.backbone = backbone
        self.head = head
        self._learning: tuple[nn.Module, ...] = ()
        unfreeze_last(self, 0)

    @property
    def classes(self) -> int:
        """How many classes the head tells apart."""
        output = self.head.get_submodule("output")
        assert isinstance(output, nn.Linear)  # noqa: S101 - built in this file
        return output.out_features

    def features(self, pixels: Tensor) -> Tensor:
        """Return the pooled features under the head, (B, D), from pixels (B, 3, H, W) in [0, 255]."""
        features: Tensor = self.backbone(pixels)
        return features

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the logits, (B, C), from pixels (B, 3, H, W) in [0, 255]."""
        logits: Tensor = self.head(self.features(pixels))
        return logits

    def train(self, mode: bool = True) -> Self:
        """Switch the head and the unfrozen blocks; frozen parts and batch norms stay in evaluation mode."""
        super().train(mode)
        self.backbone.eval()
        for module in self._learning:
            module.train(mode)
        for module in self.backbone.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def set_learning(self, modules: tuple[nn.Module, ...]) -> None:
        """Let exactly these parts of the backbone learn; ``unfreeze_last`` says it in blocks."""
        self._learning = modules
        self.backbone.requires_grad_(False)
        for module in modules:
            module.requires_grad_(True)
        self.train(self.training)


def preprocessing_for(spec: ModelSpec, config: TrainConfig) -> Preprocessing:
    """Return how pictures reach this network; ConfigError when they would be too small for it."""
    if config.image_size < spec.smallest_image:
        raise ConfigError(
            f"{spec.title} needs pictures of at least {spec.smallest_image} pixels, not {config.image_size}.",
            hint=f"Choose a larger picture size; it was made for {spec.image_size}.",
        )
    return Preprocessing(
        image_size=config.image_size,
        resize_mode=config.resize_mode,
        interpolation=spec.interpolation,
        mean=spec.mean,
        std=spec.std,
    )


def build_network(spec: ModelSpec, weights: Mapping[str, Tensor] | None, *, seed: int = 0) -> nn.Module:
    """Return the network with its own ImageNet head, for normalised input, in evaluation mode.

    ``weights`` are copied, never shared. Without them the network is random, from ``seed``.
    """
    if weights is None:
        network = random_network(spec, seed=seed)
    else:
        network = blank_network(spec).to_empty(device="cpu")
        network.load_state_dict(weights, strict=True)
    if getattr(network, "AuxLogits", None) is not None:
        # Inception's second head helped its first training only, and makes it answer twice while learning
        network.AuxLogits, network.aux_logits = None, False  # type: ignore[assignment]
    return network.eval()


def build_classifier(  # noqa: PLR0913 - reads like a form, and everything on it is named
    spec: ModelSpec,
    weights: Mapping[str, Tensor] | None,
    *,
    preprocessing: Preprocessing,
    classes: int,
    hidden_units: int,
    dropout: float,
    seed: int,
) -> Classifier:
    """Return the network under a new head for ``classes``; all but the head frozen, in evaluation mode.

    The head starts from ``seed`` alone; global randomness is neither used nor moved. Weights lie in memory
    channels last, which is faster on every network here.
    """
    network = build_network(spec, weights, seed=seed)
    network.set_submodule(spec.head, nn.Identity())
    _remove_last_dropout(network)
    backbone = Backbone(network, preprocessing).to(memory_format=torch.channels_last)
    generator = torch.Generator().manual_seed(seed)
    head = _head(spec.features, classes, hidden_units=hidden_units, dropout=dropout, generator=generator)
    return Classifier(spec, backbone, head).eval()


def unfreeze_last(model: Classifier, blocks: int) -> None:
    """Let the last ``blocks`` of the backbone learn beside the head, and nothing else; 0 is the head alone.

    More blocks than there are means all of them.
    """
    learning = model.spec.blocks[max(0, len(model.spec.blocks) - blocks) :]
    names = [name for block in learning for name in block.modules]
    model.set_learning(tuple(model.backbone.network.get_submodule(name) for name in names))


def export_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return copies of all weights by name, on the CPU and contiguous, as safetensors wants them."""
    return {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, tensor in model.state_dict().items()
    }


def _remove_last_dropout(network: nn.Module) -> None:
    """Take off the dropout directly under the old head: the new head brings its own."""
    names = [name for name, module in network.named_modules() if isinstance(module, nn.Dropout)]
    if names:
        network.set_submodule(names[-1], nn.Identity())


def _head(
    features: int, classes: int, *, hidden_units: int, dropout: float, generator: torch.Generator
) -> nn.Sequential:
    """Return dropout and one linear layer, or with ``hidden_units`` a normalised hidden layer below them."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if hidden_units:
        layers["hidden"] = _linear(features, hidden_units, std=math.sqrt(2 / features), generator=generator)
        layers["norm"] = nn.BatchNorm1d(hidden_units)
        layers["relu"] = nn.ReLU()
    layers["dropout"] = nn.Dropout(dropout)
    # small: at first all classes are about equally likely, whatever the features
    layers["output"] = _linear(hidden_units or features, classes, std=0.01, generator=generator)
    return nn.Sequential(layers)


def _linear(inputs: int, outputs: int, *, std: float, generator: torch.Generator) -> nn.Linear:
    layer: nn.Linear = skip_init(nn.Linear, inputs, outputs)  # type: ignore[no-untyped-call]
    nn.init.normal_(layer.weight, std=std, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer


def _per_channel(values: tuple[float, float, float]) -> Tensor:
    """Return (1, 3, 1, 1), on the scale of pixels."""
    return torch.tensor(values).view(1, 3, 1, 1) * 255
