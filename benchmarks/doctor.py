"""The doctor's seconds per 1,000 pictures, step by step, from files on disk to findings.

Pictures of 224 pixels are made from drawn parts, turned, cut and lightened at random; every twentieth is a
copy, so there is something to find. The frozen pass is the bundled backbone's, decoding included.

    python -m benchmarks.doctor [--pictures 5000] [--threads 2]
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from core.data.archive import FoundFile
from core.data.collect import Collected, examine
from core.data.doctor import diagnose
from core.data.groups import find_series
from core.data.machine_parts import draw_all
from core.data.parallel import in_order, never
from core.data.pixels import load_pixels
from core.data.probe import split_check
from core.data.scan import scan
from core.data.split import assign, ordered
from core.domain.config import TrainConfig
from core.domain.edit import SplitSettings
from core.models.engine import compile_frozen
from core.models.surgery import build_classifier, preprocessing_for
from core.models.weights import load_weights
from core.models.zoo import spec_of
from core.settings import Limits

SIDE = 224  # pixels
BATCH = 16
SPEC = spec_of("efficientnet_lite0")

Steps = dict[str, float]


@contextmanager
def timed(steps: Steps, name: str) -> Iterator[None]:
    """Note the seconds that the block takes."""
    started = time.monotonic()
    yield
    steps[name] = time.monotonic() - started


def draw(pictures: int, folder: Path) -> tuple[FoundFile, ...]:
    """Write the pictures into ``folder``; every twentieth is the one before it, at lower quality."""
    drawn = [(name.split("/")[0], Image.fromarray(array)) for name, array in draw_all()]
    random = np.random.default_rng(0)
    found, image, label = [], drawn[0][1], ""
    for number in range(pictures):
        copied = number % 20 == 19
        if not copied:
            label, original = drawn[int(random.integers(len(drawn)))]
            image = _varied(original, random)
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=70 if copied else 90)
        location = folder / f"{number:06d}"
        location.write_bytes(stream.getvalue())
        found.append(FoundFile(name=f"{label}/{number:06d}.jpg", location=location))
    return tuple(found)


def _varied(image: Image.Image, random: np.random.Generator) -> Image.Image:
    turned = image.rotate(float(random.uniform(0, 360)), Image.Resampling.BILINEAR, fillcolor=(90, 92, 95))
    corner, side = random.integers(0, 24, 2), int(random.integers(110, 136))
    box = (int(corner[0]), int(corner[1]), int(corner[0]) + side, int(corner[1]) + side)
    cut = turned.crop(box).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return cut.point(partial(_lightened, float(random.uniform(0.7, 1.3))))


def _lightened(factor: float, value: int) -> int:
    return min(255, int(value * factor))


def frozen_pass(files: list[Path]) -> npt.NDArray[np.float16]:
    """Return the bundled backbone's features of the files, (N, D)."""
    preprocessing = preprocessing_for(SPEC, TrainConfig(image_size=SIDE))
    weights = load_weights(SPEC, Path(tempfile.gettempdir()))
    model = build_classifier(
        SPEC, weights, preprocessing=preprocessing, classes=2, hidden_units=0, dropout=0.0, seed=0
    )
    frozen = compile_frozen(model.backbone, image_size=SIDE, cache=None)
    pixels = in_order(partial(load_pixels, preprocessing=preprocessing), files, stopped=never)
    rows, batch = [], []
    for number, picture in enumerate(pixels, start=1):
        batch.append(picture)
        if len(batch) == BATCH or number == len(files):
            rows.append(frozen(np.stack(batch)).astype(np.float16))
            batch = []
    return np.concatenate(rows)


def examined(files: tuple[FoundFile, ...]) -> Collected:
    """Return the pictures, decoded and measured as an import does it."""
    return examine(scan(files).candidates, keep=lambda _data, _sha256: None, limits=Limits())


def run(
    collected: Collected, look: Callable[[list[str]], npt.NDArray[np.float16]], steps: Steps
) -> tuple[int, int]:
    """Time everything behind the import; return how many series and findings there were."""
    settings = SplitSettings()
    pictures, facts = ordered(collected.pictures), collected.facts
    with timed(steps, "frozen pass"):
        features = look([picture.path for picture in pictures])
    with timed(steps, "series"):
        groups = find_series(pictures, facts, features, settings=settings)
    with timed(steps, "split"):
        samples = assign(pictures, settings=settings, groups=groups)
    with timed(steps, "probe"):
        check = split_check(samples, features, settings)
    with timed(steps, "checks"):
        issues = diagnose(samples, sorted({s.label for s in samples}), facts, features, settings=settings)
    return check.series if check else 0, len(issues)


def main() -> None:
    """Measure once and print seconds per 1,000 pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    steps: Steps = {}
    with tempfile.TemporaryDirectory() as folder:
        files = draw(options.pictures, Path(folder))
        place = {file.name: file.location for file in files}
        with timed(steps, "decoding and measuring"):
            collected = examined(files)
        series, issues = run(collected, lambda paths: frozen_pass([place[path] for path in paths]), steps)
    thousand = {name: seconds * 1000 / options.pictures for name, seconds in steps.items()}
    print(f"{options.pictures} pictures of {SIDE} px: {series} series, {issues} findings")
    print(f"{'':<24}  seconds  per 1,000 pictures")
    for name, seconds in (*steps.items(), ("all", sum(steps.values()))):
        print(f"{name:<24}  {seconds:7.1f}  {seconds * 1000 / options.pictures:19.2f}")
    result = {
        "name": "doctor",
        "pictures": options.pictures,
        "ours_seconds": round(sum(steps.values()), 3),
        "seconds_per_1000": round(sum(thousand.values()), 3),
        "without_frozen_pass_and_decoding": round(
            sum(steps[name] for name in ("series", "split", "probe", "checks")), 3
        ),
        "steps_per_1000": {name: round(seconds, 3) for name, seconds in thousand.items()},
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
