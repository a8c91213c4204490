"""A pretrained network with its head taken off, a new head on top, and a line between frozen and learning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import torch
from torch import Tensor, nn

from core.domain.choices import Output
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.auxiliary import (
    AUXILIARY_FEATURES,
    Auxiliary,
    auxiliary_of,
    feeds_auxiliary,
    is_auxiliary,
    set_auxiliary,
)
from core.models.heads import new_head, new_linear, outputs_for
from core.models.networks import empty_network, random_network
from core.models.preprocessing import preprocessing_for as preprocessing_for


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

    What is frozen stays in evaluation mode, also after ``train()``. So do all batch norms of a pretrained
    backbone: they keep the statistics of the many pictures they were pretrained with, which those of small
    batches only blur, and learn their scale and shift where they are unfrozen. A frozen beginning needs no
    code of its own to be cheap: nothing in it asks for gradients, so autograd keeps none of its activations.

    ``norms_learn`` lets the batch norms of learning blocks gather statistics, as a network that starts from
    nothing must.
    """

    def __init__(
        self,
        spec: ModelSpec,
        backbone: Backbone,
        head: nn.Sequential,
        *,
        classes: int,
        norms_learn: bool = False,
    ) -> None:
        super().__init__()
        self.spec = spec
        self.backbone = backbone
        self.head = head
        self.classes = classes  # how many the head tells apart; a single output tells two
        self.norms_learn = norms_learn
        self.learning: tuple[nn.Module, ...] = ()  # parts of the backbone; the head always does
        self.learning_auxiliary: tuple[nn.Module, ...] = ()  # a second head, while it learns
        unfreeze_last(self, 0)

    def features(self, pixels: Tensor) -> Tensor:
        """Return the pooled features under the head, (B, D), from pixels (B, 3, H, W) in [0, 255]."""
        answer = self.backbone(pixels)
        features: Tensor = answer[0] if isinstance(answer, tuple) else answer
        return features

    def forward(self, pixels: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Return the logits, (B, C), from pixels (B, 3, H, W) in [0, 255].

        While a second head learns, in training mode only, two tensors come: its logits are the other.
        """
        return self.logits(self.backbone(pixels))

    def logits(self, answer: Tensor | tuple[Tensor, Tensor]) -> Tensor | tuple[Tensor, Tensor]:
        """Return what ``forward`` does, from the answer of the backbone's network: features (B, D)."""
        if isinstance(answer, tuple):
            features, auxiliary = answer
            return self.head(features), auxiliary
        logits: Tensor = self.head(answer)
        return logits

    def train(self, mode: bool = True) -> Self:
        """Switch the head and the unfrozen blocks; what is frozen stays in evaluation mode."""
        super().train(mode)
        self.backbone.eval()
        for module in (*self.learning, *self.learning_auxiliary):
            module.train(mode)
        if not self.norms_learn:
            for module in self.backbone.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        # the outermost module alone: Inception asks it whether to answer twice
        self.backbone.network.training = mode and bool(self.learning_auxiliary)
        return self

    def set_learning(self, modules: tuple[nn.Module, ...]) -> None:
        """Let exactly these parts of the backbone learn; ``unfreeze_last`` says it in blocks.

        May be called in the middle of learning: what was learnt stays, the mode stays, and weights that
        froze have no gradient left. A second head learns along with what lies below it.
        """
        network = self.backbone.network
        auxiliary = auxiliary_of(network)
        fed = not feeds_auxiliary(self.spec, network).isdisjoint(modules)
        self.learning = modules
        self.learning_auxiliary = (auxiliary,) if auxiliary is not None and fed else ()
        self.backbone.requires_grad_(False)
        for module in (*modules, *self.learning_auxiliary):
            module.requires_grad_(True)
        for parameter in self.backbone.parameters():
            if not parameter.requires_grad:
                parameter.grad = None
        self.train(self.training)


def build_network(
    spec: ModelSpec,
    weights: Mapping[str, Tensor] | None,
    *,
    seed: int = 0,
    auxiliary: bool = False,
    initialised: bool = False,
) -> nn.Module:
    """Return the network with its own ImageNet head, for normalised input, in evaluation mode.

    ``weights`` are copied, never shared. Without them the network is random, from ``seed``, and fit to learn
    from nothing only when ``initialised``. A second head, which Inception has, stays only with ``auxiliary``.
    """
    if weights is None:
        network = random_network(spec, seed=seed, initialised=initialised)
    else:
        network = empty_network(spec)
        network.load_state_dict(weights, strict=True)
    if not auxiliary:
        set_auxiliary(network, None)
    return network.eval()


def build_backbone(
    spec: ModelSpec, weights: Mapping[str, Tensor] | None, preprocessing: Preprocessing
) -> Backbone:
    """Return the network without its head, frozen, in evaluation mode: pixels (B, 3, H, W) to (B, D).

    It answers as the backbone of a classifier built from the same ``weights``.
    """
    network = _headless(spec, build_network(spec, weights))
    backbone = Backbone(network, preprocessing).to(memory_format=torch.channels_last)
    return backbone.requires_grad_(False).eval()


def build_classifier(  # noqa: PLR0913 - reads like a form, and everything on it is named
    spec: ModelSpec,
    weights: Mapping[str, Tensor] | None,
    *,
    preprocessing: Preprocessing,
    classes: int,
    hidden_units: int,
    dropout: float,
    seed: int,
    output: Output = Output.SOFTMAX,
    several: bool = False,
    pretrained: bool = True,
    auxiliary: bool = False,
) -> Classifier:
    """Return the network under a new head for ``classes``; all but the head frozen, in evaluation mode.

    The head has as many outputs as ``outputs_for`` says; ``several`` is for pictures with several labels. It
    starts from ``seed`` alone; global randomness is neither used nor moved. Weights lie in memory channels
    last, which is faster on every network here.

    With ``pretrained`` off, ``weights`` are not looked at: the network starts from nothing, all of it
    learns, and so do its batch norms. With ``auxiliary`` on, Inception keeps its second head, with a new
    output layer, which learns as long as blocks below it do.
    """
    weights = weights if pretrained else None
    whole = build_network(spec, weights, seed=seed, auxiliary=auxiliary, initialised=not pretrained)
    network = _headless(spec, whole)
    outputs = outputs_for(classes, output=output, several=several)
    generator = torch.Generator().manual_seed(seed)
    head = new_head(spec.features, outputs, hidden_units=hidden_units, dropout=dropout, generator=generator)
    if old := auxiliary_of(network):
        set_auxiliary(network, _auxiliary(old, outputs, generator=generator))
    backbone = Backbone(network, preprocessing).to(memory_format=torch.channels_last)
    model = Classifier(spec, backbone, head, classes=classes, norms_learn=not pretrained)
    unfreeze_last(model, 0 if pretrained else len(spec.blocks))
    return model.eval()


def trained_classifier(  # noqa: PLR0913 - reads like a form, and everything on it is named
    spec: ModelSpec,
    weights: Mapping[str, Tensor],
    *,
    preprocessing: Preprocessing,
    classes: int,
    hidden_units: int,
    dropout: float,
    output: Output,
    several: bool,
) -> Classifier:
    """Return the classifier whose ``export_weights`` these are, in evaluation mode; nothing is drawn.

    Raises RuntimeError where they are not those of such a classifier.
    """
    network = _headless(spec, empty_network(spec))
    set_auxiliary(network, None)
    outputs, generator = outputs_for(classes, output=output, several=several), torch.Generator()
    head = new_head(spec.features, outputs, hidden_units=hidden_units, dropout=dropout, generator=generator)
    backbone = Backbone(network, preprocessing).to(memory_format=torch.channels_last)
    model = Classifier(spec, backbone, head, classes=classes)
    model.load_state_dict(weights, strict=True)
    return model.eval()


def learning_blocks(model: Classifier) -> tuple[tuple[nn.Parameter, ...], ...]:
    """Return the learning weights block by block, the lowest block first; those of the heads come last."""
    learning = set(model.learning)
    blocks = []
    for block in model.spec.blocks:
        modules = [model.backbone.network.get_submodule(name) for name in block.modules]
        if weights := [p for module in modules if module in learning for p in module.parameters()]:
            blocks.append(tuple(weights))
    heads = (model.head, *model.learning_auxiliary)
    return (*blocks, tuple(p for head in heads for p in head.parameters()))


def unfreeze_last(model: Classifier, blocks: int) -> None:
    """Let the last ``blocks`` of the backbone learn beside the head, and nothing else; 0 is the head alone.

    More blocks than there are means all of them.
    """
    learning = model.spec.blocks[max(0, len(model.spec.blocks) - blocks) :]
    names = [name for block in learning for name in block.modules]
    model.set_learning(tuple(model.backbone.network.get_submodule(name) for name in names))


def export_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return copies of the weights by name, on the CPU and contiguous, as safetensors wants them.

    All that answering needs: a second head, which only helps learning, is left out.
    """
    return {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, tensor in model.state_dict().items()
        if not is_auxiliary(name)
    }


def _headless(spec: ModelSpec, network: nn.Module) -> nn.Module:
    """Return the network, which is changed, so that it ends with its pooled features."""
    network.set_submodule(spec.head, nn.Identity())
    _remove_last_dropout(network)
    return network


def _remove_last_dropout(network: nn.Module) -> None:
    """Take off the dropout directly under the old head: the new head brings its own."""
    names = [name for name, module in network.named_modules() if isinstance(module, nn.Dropout)]
    if names:
        network.set_submodule(names[-1], nn.Identity())


def _auxiliary(old: nn.Module, outputs: int, *, generator: torch.Generator) -> Auxiliary:
    return Auxiliary(old, new_linear(AUXILIARY_FEATURES, outputs, std=0.01, generator=generator))


def _per_channel(values: tuple[float, float, float]) -> Tensor:
    """Return (1, 3, 1, 1), on the scale of pixels."""
    return torch.tensor(values).view(1, 3, 1, 1) * 255
