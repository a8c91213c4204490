"""Pictures to look at before training: what variations make of them, and what a centre crop would cut off.

PyTorch takes seconds to import: it is, only where pictures are varied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.safety import KindCheck

if TYPE_CHECKING:
    from torch import Tensor

Pixels = npt.NDArray[np.uint8]
Size = tuple[int, int]  # width and height
Box = tuple[int, int, int, int]  # left, top, right and bottom edge

SHOWN: Final = 160  # pixels of a side: sharp enough for six in a row
CROP_SHOWN: Final = 320  # of the longer side
LOST: Final = "lost"
_TRIES: Final = 8  # of the strengths that leave some pictures as they are
# Below these numbers a picture is mirrored, blurred or erased: 0 lets the kind act on every picture.
_ACTING: Final = ("mirror", "upside_down", "blurred", "erased")
_RED: Final = (200, 30, 30)
_PLATE: Final = (90, 0, 0)
_HATCH: Final = 9  # pixels between two lines


def preview(pixels: Pixels, config: TrainConfig, *, copies: int = 3, seed: int = 0) -> Pixels:
    """Return the pictures (N, H, H, 3) as they are, and so many copies as training would vary them.

    (1 + copies, N, S, S, 3) with S at most ``SHOWN``: the first row shows the originals.
    """
    import torch

    from core.data.augment import augmenter

    vary, plain = augmenter(config), shrunk(pixels)
    rows = [plain]
    for copy in range(copies):
        generator = torch.Generator().manual_seed(seed + copy)
        rows.append(_as_pixels(vary(_as_tensor(plain), generator)))
    return np.stack(rows)


def preview_kinds(pixels: Pixels, config: TrainConfig, *, seed: int = 0) -> dict[str, Pixels]:
    """Return what each acting kind of variation does by itself, (N, S, S, 3), in the order of the form.

    Every picture is changed, also by kinds that come to some of the pictures only while training.
    """
    from core.data.augment import acting_kinds
    from core.data.single_operations import SPACES

    plain = shrunk(pixels)
    tries = _TRIES if config.augmentation in SPACES else 1
    return {kind: _changed(plain, kind, config, seed=seed, tries=tries) for kind in acting_kinds(config)}


def acted(
    pixels: Pixels,
    kind: str,
    config: TrainConfig,
    *,
    seeds: Sequence[int],
    turns: Sequence[int] | None = None,
) -> Pixels:
    """Return pictures (N, H, H, 3) behind one kind of variation, as strong as training would do it.

    Each has a seed of its own. Kinds that training leaves to chance are done to every picture; ``turns`` says
    by how many quarters, 1 to 3, each picture is turned, which otherwise its seed does.
    """
    from core.data.augment import only, recipes
    from core.data.recipe import SLOTS, Draws
    from core.data.vary_one import vary_one_by_one

    numbers = np.array([np.random.default_rng(seed).random(len(SLOTS)) for seed in seeds])
    numbers = numbers.reshape(len(pixels), len(SLOTS))
    numbers[:, [SLOTS.index(slot) for slot in _ACTING]] = 0
    quarters = 1 + np.floor(3 * numbers[:, SLOTS.index("turn")]) if turns is None else np.asarray(turns)
    numbers[:, SLOTS.index("turn")] = quarters / 4
    return _as_pixels(vary_one_by_one(_as_tensor(pixels), recipes(Draws(numbers), only(config, kind))))


def example_pairs(pixels: Pixels, check: KindCheck, config: TrainConfig) -> Pixels:
    """Return the examples of a safety test before and behind the variation, (E, 2, S, S, 3).

    ``pixels`` (E, H, H, 3) are the pictures of the examples' rows, of the same size as they were tested.
    """
    strong = replace(config, augmentation=Augmentation.STRONG)
    seeds = [flip.row for flip in check.examples]
    turns = [flip.turn or 0 for flip in check.examples] if check.kind == "quarter_turns" else None
    varied = acted(pixels, check.kind, strong, seeds=seeds, turns=turns)
    return np.stack([shrunk(pixels), shrunk(varied)], axis=1)


def shrunk(pixels: Pixels) -> Pixels:
    """Return pictures (N, H, H, 3) at most ``SHOWN`` pixels wide."""
    if pixels.shape[1] <= SHOWN or not len(pixels):
        return pixels
    small = [Image.fromarray(one).resize((SHOWN, SHOWN), Image.Resampling.BILINEAR) for one in pixels]
    return np.stack([np.asarray(one) for one in small])


def lost_in_crop(image: Image.Image) -> Pixels:
    """Return an RGB picture (H, W, 3) on which is marked what a centre crop would cut off.

    Red, hatched, outlined, and with the word ``LOST`` on it: nobody depends on the colour.
    """
    scale = min(1.0, CROP_SHOWN / max(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    drawn = image.resize((width, height), Image.Resampling.BILINEAR)
    for box in _strips((width, height)):
        shaded = Image.blend(drawn.crop(box), Image.new("RGB", _size(box), _RED), 0.4)
        _hatch(shaded)
        drawn.paste(shaded, box[:2])
    for box in _strips((width, height)):
        _label(drawn, box)
    return np.array(drawn)


def _changed(plain: Pixels, kind: str, config: TrainConfig, *, seed: int, tries: int) -> Pixels:
    """Return the pictures behind one kind, each with the first of some seeds that changes it."""
    changed, left = plain.copy(), np.arange(len(plain))
    for attempt in range(tries):
        seeds = [seed + attempt * len(plain) + int(row) for row in left]
        changed[left] = acted(plain[left], kind, config, seeds=seeds)
        left = left[(changed[left] == plain[left]).all(axis=(1, 2, 3))]
        if not len(left):
            break
    return changed


def _as_tensor(pixels: Pixels) -> Tensor:
    import torch

    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2)


def _as_pixels(pictures: Tensor) -> Pixels:
    return np.ascontiguousarray(pictures.permute(0, 2, 3, 1).numpy())


def _strips(size: Size) -> tuple[Box, ...]:
    """Return the two parts that lie outside of the square in the middle; none of a square picture."""
    width, height = size
    first = abs(width - height) // 2
    second = first + min(size)
    if width == height or first == 0:
        return ()
    if width > height:
        return (0, 0, first, height), (second, 0, width, height)
    return (0, 0, width, first), (0, second, width, height)


def _size(box: Box) -> Size:
    left, top, right, bottom = box
    return right - left, bottom - top


def _hatch(shaded: Image.Image) -> None:
    """Draw slanted lines and an outline, dark beside light: one of them shows on every picture."""
    pen, (width, height) = ImageDraw.Draw(shaded), shaded.size
    for start in range(-height, width, _HATCH):
        pen.line((start, height, start + height, 0), fill=_PLATE, width=1)
        pen.line((start + 1, height, start + 1 + height, 0), fill="white", width=1)
    pen.rectangle((0, 0, width - 1, height - 1), outline=_PLATE, width=min(2, width, height))


def _label(drawn: Image.Image, box: Box) -> None:
    """Write the word in the middle of a strip, along it, and whole also where the strip is narrow."""
    font = ImageFont.load_default(max(11, max(drawn.size) // 18))
    _, _, right, bottom = font.getbbox(LOST)
    plate = Image.new("RGB", (int(right) + 8, int(bottom) + 6), _PLATE)
    ImageDraw.Draw(plate).text((4, 2), LOST, fill="white", font=font)
    wide, high = _size(box)
    if high > wide:
        plate = plate.transpose(Image.Transpose.ROTATE_90)
    left = min(max(0, box[0] + (wide - plate.width) // 2), max(0, drawn.width - plate.width))
    top = min(max(0, box[1] + (high - plate.height) // 2), max(0, drawn.height - plate.height))
    drawn.paste(plate, (left, top))
