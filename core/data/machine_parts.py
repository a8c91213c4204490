"""A drawn set of turned metal parts with defects: always the same pictures, for a first try."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Field = npt.NDArray[np.floating[Any]]  # one value per pixel, (H, W)
Colours = npt.NDArray[np.floating[Any]]  # (H, W, 3), 0..1

SIDE: Final = 160  # pixels
COUNTS: Final = {"good": 160, "scratch": 100, "dent": 80, "rust": 60}
HARD: Final = 0.2  # share of defects that are faint
SEED: Final = 20_240_607

# Drawn as the class on the right, but filed in the folder in the name: the mistakes every real set has.
WRONG_LABELS: Final = {
    "good/part_0023.jpg": "scratch",
    "good/part_0077.jpg": "dent",
    "good/part_0141.jpg": "rust",
    "scratch/part_0012.jpg": "good",
    "dent/part_0050.jpg": "scratch",
    "rust/part_0031.jpg": "dent",
}

_STEPS: Final = np.arange(SIDE, dtype=np.float32)
_X, _Y = np.meshgrid((_STEPS - SIDE / 2) / (SIDE / 2), (_STEPS - SIDE / 2) / (SIDE / 2))  # -1..1
_PIXEL: Final = 2 / SIDE  # in the units of _X and _Y
_METALS: Final = ((1.0, 1.0, 1.02), (1.04, 1.0, 0.93), (0.96, 1.0, 1.06))  # steel, brass-like, blued
_BENCHES: Final = ((0.20, 0.22, 0.25), (0.16, 0.27, 0.24), (0.42, 0.39, 0.35), (0.30, 0.33, 0.40))


@dataclass(frozen=True, slots=True)
class _Part:
    """One part lying somewhere; all lengths in half pictures."""

    radius: Field  # from its middle
    angle: Field  # around its middle, turned with it
    depth: Field  # from the nearest edge inwards; negative outside and in holes

    @property
    def metal(self) -> Field:
        """Share of metal in every pixel, 0..1."""
        share: Field = np.clip(0.5 + self.depth / _PIXEL, 0, 1)
        return share


def draw_all() -> Iterator[tuple[str, npt.NDArray[np.uint8]]]:
    """Yield name and picture (H, W, 3) of every part, class by class; always the same."""
    for label, count in COUNTS.items():
        for number in range(1, count + 1):
            name = f"{label}/part_{number:04d}.jpg"
            seed = [SEED, *name.encode()]
            yield name, draw(WRONG_LABELS.get(name, label), np.random.default_rng(seed))


def draw(label: str, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Return one part (H, W, 3) with the defect that ``label`` names, or with none for "good"."""
    part = _part(random)
    light = random.uniform(-math.pi, math.pi)
    strength = random.uniform(0.3, 0.45) if random.random() < HARD else random.uniform(0.7, 1.0)
    brightness = _machined(part, light, random)
    if label == "scratch":
        brightness = brightness + _scratches(part, strength, random)
    elif label == "dent":
        brightness = brightness + _dents(part, light, strength, random)
    colour: Colours = brightness[..., None] * _one_of(_METALS, random)  # (H, W, 3), 0..1
    if label == "rust":
        colour = _rusted(colour, part, strength, random)
    return _photographed(colour, part, light, random)


def _part(random: np.random.Generator) -> _Part:
    """Return a flange, a nut or a gear with a bore and mostly with bolt holes."""
    x, y = _X - random.uniform(-0.13, 0.13), _Y - random.uniform(-0.13, 0.13)
    radius, turn = np.hypot(x, y), random.uniform(0, 2 * math.pi)
    angle = np.arctan2(y, x) - turn
    size, bore = random.uniform(0.66, 0.8), random.uniform(0.18, 0.26)
    shape = random.choice(("flange", "flange", "nut", "gear"))
    if shape == "nut":
        outside = radius * np.cos((angle + math.pi / 6) % (math.pi / 3) - math.pi / 6) - size * 0.92
    elif shape == "gear":
        outside = radius - size - 0.035 * np.tanh(3 * np.cos(int(random.integers(18, 28)) * angle))
    else:
        outside = radius - size
    depth: Field = np.minimum(-outside, radius - bore)
    ring, hole = random.uniform(0.64, 0.7) * size, random.uniform(0.05, 0.08)
    bolts = {"gear": 0, "nut": 6}.get(str(shape), int(random.choice((0, 4, 6, 8))))
    for bolt in range(bolts):
        around = turn + (bolt + 0.5) * 2 * math.pi / bolts  # in the nut's corners
        depth = np.minimum(depth, np.hypot(x - ring * math.cos(around), y - ring * math.sin(around)) - hole)
    return _Part(radius, angle, depth)


def _machined(part: _Part, light: float, random: np.random.Generator) -> Field:
    """Return the brightness of turned metal: fine rings, a highlight in two fans, chamfered edges."""
    rings = np.interp(part.radius, np.linspace(0, 1.3, 260), random.normal(0, 1, 260))
    groove = np.exp(-(((part.radius - random.uniform(0.36, 0.46)) / 0.012) ** 2))
    fans = np.abs(np.cos(part.angle - light)) ** random.uniform(3, 8)
    down, across = np.gradient(part.depth, _PIXEL)
    chamfer = np.clip(1 - part.depth / 0.05, 0, 1) * (across * math.cos(light) + down * math.sin(light))
    base = random.uniform(0.48, 0.6)
    shine = base + 0.035 * rings + random.uniform(0.12, 0.24) * fans - 0.16 * groove
    brightness: Field = shine + 0.22 * chamfer + 0.05 * _clouds(4, random)
    return brightness


def _somewhere(part: _Part, random: np.random.Generator, *, margin: float) -> tuple[float, float]:
    """Return a point on the metal, ``margin`` or more from its edges where there is one."""
    rows, columns = np.nonzero(part.depth >= min(margin, float(part.depth.max()) * 0.8))
    at = int(random.integers(len(rows)))
    return float(_X[0, columns[at]]), float(_Y[rows[at], 0])


def _turned(point: tuple[float, float], angle: float) -> tuple[Field, Field]:
    """Return coordinates along and across a direction, from a point."""
    x, y = _X - point[0], _Y - point[1]
    return x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)


def _scratches(part: _Part, strength: float, random: np.random.Generator) -> Field:
    change = np.zeros_like(part.depth)
    direction = random.uniform(0, math.pi)
    for _ in range(int(random.integers(1, 4))):
        along, across = _turned(_somewhere(part, random, margin=0.08), direction + random.normal(0, 0.12))
        across = across - random.uniform(-0.25, 0.25) * along**2
        half, width = random.uniform(0.16, 0.42), random.uniform(0.7, 1.3) * _PIXEL
        ends = np.clip((half - np.abs(along)) / 0.08, 0, 1)
        bright, dark = (np.exp(-(((across - shift) / width) ** 2)) for shift in (0.0, 1.6 * width))
        change += ends * strength * (0.5 * bright - 0.4 * dark)
    return change


def _dents(part: _Part, light: float, strength: float, random: np.random.Generator) -> Field:
    change = np.zeros_like(part.depth)
    for _ in range(int(random.choice((1, 1, 2)))):
        angle, size = random.uniform(0, math.pi), random.uniform(0.075, 0.13)
        along, across = _turned(_somewhere(part, random, margin=0.11), angle)
        along, across = along / size, across / (size * random.uniform(0.7, 1.0))
        bowl = np.exp(-((along**2 + across**2) ** 2))
        slope = along * math.cos(light - angle) + across * math.sin(light - angle)
        change += strength * bowl * (0.6 * slope - 0.1)  # its far wall faces the light
    return change


def _rusted(colour: Colours, part: _Part, strength: float, random: np.random.Generator) -> Colours:
    """Return the colours with brown patches that start at one to three places and fray out."""
    grain = 0.5 * _clouds(9, random) + 0.35 * _clouds(24, random) + 0.25 * _clouds(60, random)
    spread = np.full_like(part.depth, -2.0)
    for _ in range(int(random.integers(1, 4))):
        along, across = _turned(_somewhere(part, random, margin=0.03), 0.0)
        spread = np.maximum(spread, 1 - np.hypot(along, across) / random.uniform(0.16, 0.34))
    cover = np.clip((spread + 0.8 * grain) * 2.2, 0, 1) * strength
    brown = np.array((0.42, 0.22, 0.10)) + (0.10 * grain)[..., None] * np.array((1.3, 0.8, 0.3))
    rusted: Colours = colour * (1 - cover[..., None]) + brown * cover[..., None]
    return rusted


def _photographed(
    colour: Colours, part: _Part, light: float, random: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Return the part on a bench, with its shadow, uneven light and the noise of a camera."""
    grain = 0.05 * _clouds(5, random) + 0.03 * _clouds(50, random)
    bench = _one_of(_BENCHES, random) * (1 + grain[..., None])
    away = round(5 * math.sin(light)), round(5 * math.cos(light))
    shadow = np.roll(_blurred(part.metal, 4), (-away[0], -away[1]), axis=(0, 1))
    scene = bench * (1 - 0.55 * shadow[..., None])
    scene = scene + (colour - scene) * part.metal[..., None]
    uneven = 1 + random.uniform(0.05, 0.2) * (_X * math.cos(light) + _Y * math.sin(light))
    noise = random.normal(0, 0.012, (SIDE, SIDE, 1))
    exposed = scene * uneven[..., None] * random.uniform(0.85, 1.12) + noise
    pixels: npt.NDArray[np.uint8] = (np.clip(exposed, 0, 1) * 255 + 0.5).astype(np.uint8)
    return pixels


def _clouds(cells: int, random: np.random.Generator) -> Field:
    """Return smooth noise around 0, about -1..1, with ``cells`` patches per side."""
    coarse = Image.fromarray(random.uniform(-1, 1, (cells + 1, cells + 1)).astype(np.float32))
    return np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def _blurred(field: Field, pixels: float) -> Field:
    soft = Image.fromarray((field * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(pixels))
    return np.asarray(soft, dtype=np.float32) / np.float32(255)


def _one_of(colours: tuple[tuple[float, float, float], ...], random: np.random.Generator) -> Colours:
    return np.array(colours[int(random.integers(len(colours)))], np.float32)
