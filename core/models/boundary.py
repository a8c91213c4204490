"""A classifier cut in two at the line between frozen and learning, so that the frozen part runs only once.

Both halves are the classifier's own modules in new containers; nothing is copied that holds weights. Whatever
ran before the first learning block is left out of the upper half, and what comes from there on is left out of
the lower one. The order is taken from one pass of an empty picture, so it works for any architecture whose
blocks are handed a single tensor.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from typing import Any, NoReturn, Self

import torch
from torch import Tensor, nn

from core.models.surgery import Classifier

_log = logging.getLogger(__name__)
_ROUNDING = 1e-4  # relative; layers of another memory order add up in another order


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """``lower``: pixels to the activation at the boundary; ``upper``: the activation to logits."""

    lower: nn.Module
    upper: nn.Module


def split(model: Classifier) -> Halves | None:
    """Return the model in two halves, cut where learning begins; None where nothing below is frozen.

    ``lower`` takes pixels (B, 3, H, W) in [0, 255] and gives an activation: (B, C, H', W'), or (B, D) where
    the boundary lies above the pooling. It is always in evaluation mode. ``upper`` takes that activation and
    answers as ``model`` does, in training as in evaluation: its learning weights are those of ``model``, and
    ``upper.train()`` follows the rules of ``model.train()``, which it calls. Blocks above the boundary may
    freeze and unfreeze meanwhile; once one below it learns, both halves are out of date: split again then.
    """
    training = model.training
    try:
        halves = _halves(model.eval())
    finally:
        model.train(training)
    if halves:
        halves.upper.train(training)
    return halves


def _halves(model: Classifier) -> Halves | None:
    network = model.backbone.network
    if not model.learning:
        return Halves(lower=Lower(model.backbone), upper=Upper(model, None))
    order = _order_of(model)
    if not any(True for module in order.before for _ in module.parameters()):
        return None
    stopped = _rebuilt(model.backbone, order, {module: _Boundary() for module in order.after})
    resumed = _rebuilt(network, order, {module: nn.Identity().eval() for module in order.before})
    if hasattr(resumed, "transform_input"):
        setattr(resumed, "transform_input", False)  # noqa: B010 - Inception rescales pixels, not activations
    halves = Halves(lower=Lower(stopped), upper=Upper(model, resumed))
    return halves if _agree(model, halves) else None


class Lower(nn.Module):
    """The frozen beginning: pixels (B, 3, H, W) in [0, 255] to the activation at the boundary."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.eval()

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the activation that the first learning block is given."""
        try:
            answer: Tensor = self.backbone(pixels)
        except _Reached as reached:
            return reached.activation
        return answer

    def train(self, mode: bool = True) -> Self:
        """Stay in evaluation mode, whatever ``mode`` is."""
        del mode
        return super().train(False)


class Upper(nn.Module):
    """The learning end: the activation at the boundary to logits, or what else the model answers."""

    def __init__(self, model: Classifier, network: nn.Module | None) -> None:
        super().__init__()
        self.network = network
        self.head = model.head
        self._model = (model,)  # in a tuple, so that its weights do not count twice
        self.train(model.training)

    def forward(self, activation: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Return what the model returns for the pixels behind this activation."""
        (model,) = self._model
        activation = activation.to(model.backbone.mean.dtype)  # it may have been kept in half precision
        if activation.ndim == 4:
            activation = activation.contiguous(memory_format=torch.channels_last)
        return model.logits(activation if self.network is None else self.network(activation))

    def train(self, mode: bool = True) -> Self:
        """Switch the model, and the containers that are its own alone, as the model's are switched."""
        (model,) = self._model
        model.train(mode)
        self.training = mode
        if self.network is not None:
            # only containers were made anew; they have no behaviour of their own but the outermost one
            self.network.training = model.backbone.network.training
        return self


class _Reached(Exception):  # noqa: N818 - a way out, no error
    def __init__(self, activation: Tensor) -> None:
        super().__init__()
        self.activation = activation


class _Boundary(nn.Module):
    """Stands where learning begins: the pass ends here, with what has been computed so far."""

    def forward(self, activation: Tensor) -> NoReturn:
        raise _Reached(activation)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """The modules of a backbone, seen from the moment when the first learning block is entered."""

    before: set[nn.Module]  # done by then
    after: set[nn.Module]  # not begun by then; all others are the containers around the boundary


def _order_of(model: Classifier) -> _Order:
    """Return the order of the backbone's modules, from one pass up to the boundary."""
    learning = set(model.learning)
    begun: set[nn.Module] = set()
    done: set[nn.Module] = set()

    def enter(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if module in learning:
            raise _Reached(inputs[0])
        begun.add(module)

    def leave(module: nn.Module, _inputs: tuple[Any, ...], _output: object) -> None:
        done.add(module)

    modules = tuple(model.backbone.modules())
    handles = [module.register_forward_pre_hook(enter) for module in modules]
    handles += [module.register_forward_hook(leave) for module in modules]
    try:
        with torch.inference_mode():
            Lower(model.backbone)(_picture(model))
    finally:
        for handle in handles:
            handle.remove()
    return _Order(before=done, after=set(modules) - begun)


def _rebuilt(root: nn.Module, order: _Order, replacements: dict[nn.Module, nn.Module]) -> nn.Module:
    """Return ``root`` in new containers around the boundary: some modules replaced, all others the same.

    Weights and buffers are the same objects throughout.
    """
    shared = (order.before | order.after, root.parameters(), root.buffers())
    memo = {id(part): part for parts in shared for part in parts}
    memo |= {id(old): new for old, new in replacements.items()}
    return copy.deepcopy(root, memo)


@torch.inference_mode()
def _agree(model: Classifier, halves: Halves) -> bool:
    """Whether the halves answer as the whole does; not where a network is wired past its own boundary."""
    picture = _picture(model)
    whole, parts = model(picture), halves.upper.eval()(halves.lower(picture))
    same = whole.shape == parts.shape and torch.allclose(whole, parts, rtol=_ROUNDING, atol=_ROUNDING)
    if not same:
        _log.warning("%s cannot be cut where learning begins", model.spec.title)
    return same


def _picture(model: Classifier) -> Tensor:
    """Return one picture of many grey levels, as small as the network takes."""
    side = model.spec.smallest_image
    mean = model.backbone.mean
    return torch.linspace(0, 255, 3 * side * side, device=mean.device).view(1, 3, side, side)
