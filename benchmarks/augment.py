"""Variations of stored pictures: OpenCV one by one beside torchvision v2 and torch's batch.

The torchvision recipe does what a strong variation does here: crop, rotation, brightness, contrast, colour,
blur and erasing, at the same strengths and shares. Every way takes its turn in every round.

    python -m benchmarks.augment [--size 224] [--batch 32] [--rounds 5] [--threads 2] [--device cpu]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

import cv2
import torch
from torch import Tensor
from torchvision.transforms import v2  # type: ignore[import-untyped]

from core.data.augment import augmenter, recipes
from core.data.named_strengths import BOX_SIDES, LEAST_BLUR, MOST_BLUR, STRENGTHS
from core.data.recipe import SLOTS, Draws
from core.data.vary_batch import vary_together
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig

SECONDS = 1.0  # of every way in every round, at least
STRONG = STRENGTHS[Augmentation.STRONG]

Vary = Callable[[Tensor], object]


def main() -> None:
    """Print pictures per second of every way, and one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    device = torch.device(options.device)
    pictures = smooth_pictures(options.batch, options.size).to(device)
    ways = all_ways(options.size)
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, vary in ways.items():
            rates[name].append(rate(vary, pictures))
    tell({name: statistics.median(found) for name, found in rates.items()}, device)


def smooth_pictures(count: int, size: int) -> Tensor:
    """Return uint8 (B, 3, H, W) in channels-last order, as the pixel cache gives them."""
    coarse = torch.rand(count, 3, 9, 9, generator=torch.Generator().manual_seed(0)) * 255
    smooth = torch.nn.functional.interpolate(coarse, size=size, mode="bilinear")
    return smooth.to(torch.uint8).contiguous(memory_format=torch.channels_last)


def all_ways(size: int) -> dict[str, Vary]:
    """Return every way by its name."""
    peer = torchvision_recipe(size)
    generator = torch.Generator().manual_seed(0)
    ways: dict[str, Vary] = {}
    for kind in (Augmentation.LIGHT, Augmentation.STRONG, Augmentation.TRIVIAL, Augmentation.RANDOM):
        ways[f"Sightsmith {kind.value}"] = one_by_one(kind, generator)
    ways["batch with torch, strong"] = together(generator)
    ways["torchvision v2 per picture, strong"] = per_picture(peer)
    ways["torchvision v2 TrivialAugment per picture"] = per_picture(v2.TrivialAugmentWide())
    return ways


def one_by_one(kind: Augmentation, generator: torch.Generator) -> Vary:
    """Return what training calls on this device."""
    vary = augmenter(TrainConfig(augmentation=kind, mirror=True))
    return lambda pictures: vary(pictures, generator)


def together(generator: torch.Generator) -> Vary:
    """Return strong variations of the whole batch at once, on whatever device."""
    config = TrainConfig(augmentation=Augmentation.STRONG, mirror=True)

    def vary(pictures: Tensor) -> Tensor:
        numbers = torch.rand(len(pictures), len(SLOTS), generator=generator, dtype=torch.float64)
        return vary_together(pictures, recipes(Draws(numbers.numpy()), config))

    return vary


def per_picture(transform: Callable[[Tensor], Tensor]) -> Vary:
    """Return a transform applied to one picture after the other."""
    return lambda pictures: [transform(picture) for picture in pictures]


def torchvision_recipe(size: int) -> Callable[[Tensor], Tensor]:
    """Return torchvision's transforms at the strengths of ours."""
    kernel = 2 * round(3 * MOST_BLUR * size) + 1
    blur = v2.GaussianBlur(kernel, sigma=(LEAST_BLUR * size, MOST_BLUR * size))
    smallest, largest = (side**2 for side in BOX_SIDES)
    recipe: Callable[[Tensor], Tensor] = v2.Compose(
        [
            v2.RandomResizedCrop(
                size, scale=(STRONG.least_area, 1.0), ratio=(1 / STRONG.stretch, STRONG.stretch)
            ),
            v2.RandomHorizontalFlip(),
            v2.RandomRotation(STRONG.degrees, interpolation=v2.InterpolationMode.BILINEAR),
            v2.ColorJitter(brightness=STRONG.light, contrast=STRONG.light, saturation=STRONG.colour),
            v2.RandomApply([blur], p=STRONG.blurred),
            v2.RandomErasing(p=STRONG.erased, scale=(smallest, largest), value=127),
        ]
    )
    return recipe


def rate(vary: Vary, pictures: Tensor) -> float:
    """Return pictures per second."""
    vary(pictures)
    wait_for(pictures.device)
    begun, done = time.perf_counter(), 0
    while time.perf_counter() - begun < SECONDS:
        vary(pictures)
        wait_for(pictures.device)
        done += len(pictures)
    return done / (time.perf_counter() - begun)


def wait_for(device: torch.device) -> None:
    """Return when the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def tell(rates: dict[str, float], device: torch.device) -> None:
    """Print what was measured."""
    ours, peer = rates["Sightsmith strong"], rates["torchvision v2 per picture, strong"]
    for name, pictures in rates.items():
        print(f"{name:<44}{pictures:>9,.0f} pictures/s")
    print(f"Sightsmith is {ours / peer:.1f} times as fast as torchvision at strong variations.")
    result = {
        "name": "augment",
        "peer": "torchvision v2",
        "device": device.type,
        "pictures_per_second": {name: round(pictures) for name, pictures in rates.items()},
        "ratio": round(ours / peer, 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
