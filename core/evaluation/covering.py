"""Whether an explanation is borne out: what covering a part of the picture does to the answer.

The idea is the deletion test of V. Petsiuk, A. Das and K. Saenko, RISE: randomized input sampling for
explanation of black-box models, 2018, with one step instead of many.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from core.data.placing import Placement
from core.domain.explanation import Box

Heat = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

SHARE = 5  # a fifth of the picture is covered
ELSEWHERE = 6  # other places that are covered for comparison
_LARGEST_FRAME = 320  # pixels of the longer side
_BLUR, _EDGE = 0.1, 0.04  # standard deviations, as shares of the picture's longer side


def covered(pixels: Pixels, heat: Heat, placement: Placement, *, seed: int = 0) -> Pixels:
    """Return the picture (H, W, 3) with its hottest fifth covered, then with other fifths: (1 + 6, H, W, 3).

    The others have the shape of the hottest one, moved by lot; what leaves the picture on one side comes in
    on the other, so that each covers as much. A border around a padded picture does not belong to it.

    What is covered is blurred beyond recognition, with a soft edge. A patch of one colour would be a thing of
    its own to the network: on handwritten digits it costs 85 of 100 points wherever it lies, a blur 23 (R.
    Fong and A. Vedaldi, Interpretable explanations of black boxes by meaningful perturbation, 2017).
    """
    left, top, right, bottom = placement.target
    inner = pixels[top:bottom, left:right]
    hottest = hottest_fifth(heat[top:bottom, left:right])
    blurred = _blurred(inner, _BLUR)
    copies = np.repeat(pixels[None], 1 + ELSEWHERE, axis=0)
    for copy, mask in zip(copies, (hottest, *_moved(hottest, seed)), strict=True):
        soft = _blurred(mask.astype(np.uint8) * 255, _EDGE)[..., None] / 255  # (H, W, 1) in [0, 1]
        copy[top:bottom, left:right] = (inner * (1 - soft) + blurred * soft).round()
    return copies


def hottest_fifth(heat: Heat) -> Mask:
    """Return the hottest fifth of all pixels, at least one; of equals the upper left ones."""
    most = max(1, heat.size // SHARE)
    mask = np.zeros(heat.size, dtype=np.bool_)
    mask[np.argsort(-heat.ravel(), kind="stable")[:most]] = True
    return mask.reshape(heat.shape)


def framed(heat: Heat, placement: Placement, *, width: int, height: int) -> Heat:
    """Return heat on the network's square as heat on the picture of this size; 0 where it was not seen.

    Large pictures get a smaller one: heat is smooth.
    """
    scale = min(1.0, _LARGEST_FRAME / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    box = seen(placement, width=width, height=height)
    x0, x1 = round(box.left * size[0]), round(box.right * size[0])
    y0, y1 = round(box.top * size[1]), round(box.bottom * size[1])
    image = Image.fromarray(heat).resize(
        (max(1, x1 - x0), max(1, y1 - y0)), Image.Resampling.BILINEAR, box=placement.target
    )
    frame = np.zeros((size[1], size[0]), dtype=np.float32)
    frame[y0 : y0 + image.height, x0 : x0 + image.width] = np.asarray(image)
    return frame


def seen(placement: Placement, *, width: int, height: int) -> Box:
    """Return the part of a picture of this size that the network was given."""
    left, top, right, bottom = placement.source
    return Box(left=left / width, top=top / height, right=right / width, bottom=bottom / height)


def _moved(mask: Mask, seed: int) -> tuple[Mask, ...]:
    random = np.random.default_rng(seed)
    height, width = mask.shape
    steps = zip(random.integers(height, size=ELSEWHERE), random.integers(width, size=ELSEWHERE), strict=True)
    return tuple(np.roll(mask, step, axis=(0, 1)) for step in steps)


def _blurred(pixels: Pixels, share: float) -> Pixels:
    radius = share * max(pixels.shape[:2])
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))
