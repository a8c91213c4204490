"""Pictures that exist as numbers only: their facts and features, drawn from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.data.collect import Picture
from core.domain.dataset import Sample, Split
from core.domain.facts import PictureFacts

CHANNELS = 64


def hash_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def made_picture(path: str, split: Split | None = None, group: str | None = None) -> Picture:
    label = path.split("/", 1)[0]
    return Picture(
        path=path, sha256=hash_of(path), width=640, height=480, label=label, split=split, group=group
    )


def made_sample(path: str, split: Split = Split.TRAIN, **other: object) -> Sample:
    sample = Sample(
        path=path, sha256=hash_of(path), width=640, height=480, label=path.split("/", 1)[0], split=split
    )
    return replace(sample, **other)


def made_facts(sha256: str, **other: object) -> PictureFacts:
    """Return usual facts that differ from picture to picture."""
    random = np.random.default_rng(int(sha256[:12], 16))
    brightness = float(random.uniform(0.3, 0.7))
    red, green, blue = (float(random.uniform(0.2, 0.8)) for _ in range(3))
    fact = PictureFacts(
        sha256=sha256,
        file_bytes=int(random.integers(40_000, 60_000)),
        format="JPEG",
        width=640,
        height=480,
        difference_hash=random.bytes(8).hex(),
        brightness=brightness,
        contrast=float(random.uniform(0.1, 0.3)),
        sharpness=float(random.uniform(200, 1500)),
        mean_color=(red, green, blue),
        border_color=(green, blue, red),
        border_contrast=float(random.uniform(0.1, 0.3)),
        jpeg_quality=90,
    )
    return replace(fact, **other)


@dataclass(slots=True)
class MadeSet:
    """Pictures with facts and features; those of one class are a little alike."""

    pictures: list[Picture]
    facts: dict[str, PictureFacts]
    features: npt.NDArray[np.float32]

    def copy_of(self, row: int, path: str, *, noise: float = 0.02, split: Split | None = None) -> int:
        """Add nearly the same picture under another name; return its row."""
        original = self.pictures[row]
        copy = made_picture(path, split)
        random = np.random.default_rng(int(copy.sha256[:12], 16))
        fact = replace(self.facts[original.sha256], sha256=copy.sha256, file_bytes=30_000)
        self.pictures.append(copy)
        self.facts[copy.sha256] = fact
        near = self.features[row] * (1 + noise * random.standard_normal(CHANNELS))
        self.features = np.concatenate([self.features, near[None].astype(np.float32)])
        return len(self.pictures) - 1

    def samples(self, split: Split = Split.TRAIN) -> list[Sample]:
        return [
            Sample(
                path=p.path,
                sha256=p.sha256,
                width=p.width,
                height=p.height,
                label=p.label,
                split=p.split or split,
                given=p.given,
            )
            for p in self.pictures
        ]


def made_set(counts: dict[str, int], *, apart: float = 1.0) -> MadeSet:
    """Return a set with so many pictures of each class; ``apart`` is how far classes lie from each other."""
    paths = [f"{label}/{number}.jpg" for label, count in counts.items() for number in range(count)]
    pictures = [made_picture(path) for path in paths]
    return MadeSet(
        pictures=pictures,
        facts={p.sha256: made_facts(p.sha256) for p in pictures},
        features=_features(pictures, apart),
    )


def _features(pictures: Sequence[Picture], apart: float) -> npt.NDArray[np.float32]:
    rows = []
    for picture in pictures:
        centre = np.random.default_rng(int(hash_of(picture.label)[:12], 16)).exponential(1, CHANNELS)
        own = np.random.default_rng(int(picture.sha256[:12], 16)).exponential(1, CHANNELS)
        rows.append(apart * centre + own)
    return np.array(rows, dtype=np.float32)
