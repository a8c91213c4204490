"""Where a network looked: Grad-CAM.

Every channel of the last feature map before the pooling counts as much as it raises the class's score, on
average over the map (R. Selvaraju and others, Grad-CAM: visual explanations from deep networks via
gradient-based localization, 2017). Gradients are followed from the score down to that map and no further, so
most of the time goes into one ordinary pass.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.outputs import Outputs
from core.models.surgery import Classifier


def heat_of(
    model: Classifier, pixels: npt.NDArray[np.uint8], index: int, outputs: Outputs
) -> npt.NDArray[np.float32]:
    """Return where in one picture (H, W, 3) the network looks for class ``index``: (H, W) in [0, 1].

    The hottest place is 1; all is 0 where nothing speaks for the class. The model has to be in evaluation
    mode, and must not be used by another thread meanwhile.
    """
    device = model.backbone.mean.device
    image = torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None].to(device)  # (1, 3, H, W)
    heat = coarse_heat(model, image, index, outputs)[None, None]
    size = (pixels.shape[0], pixels.shape[1])
    large = functional.interpolate(heat, size=size, mode="bilinear", align_corners=False)[0, 0]
    highest = large.max()
    scaled = large / highest if highest > 0 else large
    found: npt.NDArray[np.float32] = scaled.float().cpu().numpy()
    return found


def coarse_heat(model: Classifier, image: Tensor, index: int, outputs: Outputs) -> Tensor:
    """Return the heat as the network's last feature map has it, (H', W'), from 0 upwards.

    ``image`` is (1, 3, H, W) in [0, 255].
    """
    maps: list[Tensor] = []

    def part(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        maps.append(output.detach().requires_grad_())  # below it, nothing is followed
        return maps[0].clone()  # what comes next may work in place

    handle = model.backbone.network.get_submodule(model.spec.cam_layer).register_forward_hook(part)
    try:
        with torch.enable_grad():
            score = _score(model(image), index, outputs)
            (slope,) = torch.autograd.grad(score, maps[0])  # (1, C, H', W')
    finally:
        handle.remove()
    weights = slope.mean(dim=(2, 3), keepdim=True)
    return (weights * maps[0].detach()).sum(dim=1)[0].relu()


def _score(logits: Tensor, index: int, outputs: Outputs) -> Tensor:
    """Return what speaks for a class before it becomes a probability; a single output speaks for two."""
    if outputs.single:
        return logits[0, 0] if index == 1 else -logits[0, 0]
    return logits[0, index]
