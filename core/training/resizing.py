"""Progressive resizing: pictures are small while a network begins to learn, and of full size at the end.

A step on a picture of half the side costs a quarter. As in J. Howard's entry to DAWNBench (fast.ai 2018), and
in M. Tan and Q. Le 2021, "EfficientNetV2: Smaller Models and Faster Training", arXiv:2104.00298, section 4;
the sizes rise evenly, and the full one is learnt from last, as in MosaicML's Composer.
"""

from __future__ import annotations

from typing import Final

from torch import Tensor
from torch.nn.functional import interpolate

from core.domain.config import TrainConfig
from core.models.zoo import spec_of

FULL_FROM: Final = 0.7  # share of the epochs after which pictures have their full size
STEP: Final = 32  # pixels: what a backbone makes one place of its last map from
LEAST: Final = 2 * STEP  # pixels


def sides(config: TrainConfig) -> tuple[int, ...]:
    """Return the side of the pictures in each epoch of fine-tuning, in pixels; of the last, the full one."""
    full, epochs = config.image_size, config.fine_tune_epochs
    if config.first_size >= 1:
        return (full,) * epochs
    least = max(LEAST, -(-spec_of(config.backbone).smallest_image // STEP) * STEP)
    rising = max(0, min(epochs - 1, round(epochs * FULL_FROM)))  # epochs before the first of full size
    shares = [config.first_size + (1 - config.first_size) * epoch / rising for epoch in range(rising)]
    small = [min(full, max(least, int(share * full / STEP) * STEP)) for share in shares]
    return (*small, *[full] * (epochs - rising))


def resized(images: Tensor, side: int) -> Tensor:
    """Return the pictures (B, 3, H, W) with this many pixels a side; made smaller, they are float32."""
    if images.shape[-2:] == (side, side):
        return images
    return interpolate(images.float(), size=(side, side), mode="bilinear", antialias=True)
