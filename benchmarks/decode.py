"""Photos of 12 megapixels on their way to a network: Sightsmith's decoding beside what else is installed.

Every way ends with the same square of 224 pixels from each file, one thread for each. Plain Pillow decodes at
full size and then resizes; the others let the JPEG decoder reduce. How far each is from plain Pillow is told
as the mean difference per channel, of 255: a way without a proper resize is quick, but sees something else.

    python -m benchmarks.decode [--runs 3] [--pictures 24] [--side 4000] [--size 224]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from benchmarks.import_rate import draw_photos
from core.data.pixels import load_pixels, stored_pixels
from core.domain.config import TrainConfig
from core.domain.preprocess import Preprocessing
from core.models.preprocessing import preprocessing_for
from core.models.zoo import spec_of

Pixels = npt.NDArray[np.uint8]
Way = Callable[[Path], Pixels]  # a file -> (H, W, 3)


def main() -> None:
    """Draw the photos, let every way read them in turn, and print rates and differences."""
    parser = argparse.ArgumentParser(description="Decoding large JPEGs for a network.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=24)
    parser.add_argument("--side", type=int, default=4000, help="width; the height is three quarters of it")
    parser.add_argument("--size", type=int, default=224, help="pixels that the network sees")
    options = parser.parse_args()
    torch.set_num_threads(1)
    how = preprocessing_for(spec_of("efficientnet_lite0"), TrainConfig(image_size=options.size))
    ways = all_ways(how)
    seconds: dict[str, list[float]] = {way: [] for way in [*ways, "Sightsmith, kept on disk"]}
    with tempfile.TemporaryDirectory() as folder:
        files = draw_photos(Path(folder), options.pictures, options.side)
        for run in range(options.runs):
            for way, load in ways.items():
                seconds[way].append(timed(lambda load=load: [load(file) for file in files]))
            cache = Path(folder) / f"cache {run}"
            seconds["Sightsmith, kept on disk"].append(timed(partial(keep, files, how, cache)))
        exact = [ways["plain Pillow"](file) for file in files[:4]]
        off = {way: difference([load(file) for file in files[:4]], exact) for way, load in ways.items()}
    tell(seconds, off, options.pictures)


def all_ways(how: Preprocessing) -> dict[str, Way]:
    """Return Sightsmith's way, plain Pillow's, and those whose packages are installed."""
    size = how.image_size
    ways: dict[str, Way] = {
        "Sightsmith": partial(load_pixels, preprocessing=how),
        "plain Pillow": partial(plain_pillow, size=size),
        "torchvision": partial(by_torchvision, size=size),
    }
    if importlib.util.find_spec("cv2"):
        ways["OpenCV, reduced"] = partial(by_opencv, size=size)
    if importlib.util.find_spec("simplejpeg"):
        ways["simplejpeg, reduced"] = partial(by_simplejpeg, size=size)
    return ways


def plain_pillow(file: Path, *, size: int) -> Pixels:
    """Decode at full size, then resize as Sightsmith does."""
    with Image.open(file) as image:
        return np.array(image.convert("RGB").resize((size, size), Image.Resampling.BICUBIC))


def by_torchvision(file: Path, *, size: int) -> Pixels:
    """Decode at full size by libjpeg, resize with antialiasing: the way of torchvision's own transforms."""
    from torchvision.io import decode_jpeg, read_file
    from torchvision.transforms.v2.functional import InterpolationMode, resize

    picture = decode_jpeg(read_file(str(file)))
    small = resize(picture, [size, size], InterpolationMode.BICUBIC, antialias=True)
    return small.permute(1, 2, 0).contiguous().numpy()


def by_opencv(file: Path, *, size: int) -> Pixels:
    """Let the decoder give a quarter of the size, average the rest away."""
    import cv2

    picture = cv2.imread(str(file), cv2.IMREAD_REDUCED_COLOR_4)
    if picture is None:
        raise SystemExit(f"OpenCV cannot read {file.name}")
    small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8)


def by_simplejpeg(file: Path, *, size: int) -> Pixels:
    """Let libjpeg-turbo reduce to no less than twice the size, then resize as Sightsmith does."""
    import simplejpeg

    picture = simplejpeg.decode_jpeg(file.read_bytes(), "RGB", min_height=2 * size, min_width=2 * size)
    return np.array(Image.fromarray(picture).resize((size, size), Image.Resampling.BICUBIC))


def keep(files: Sequence[Path], how: Preprocessing, cache: Path) -> None:
    """Decode by two threads into the store from which trainings read."""
    by_name = {file.name: file for file in files}
    stored_pixels(list(by_name), by_name.__getitem__, how, folder=cache)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that the work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def difference(pictures: Sequence[Pixels], exact: Sequence[Pixels]) -> float:
    """Return the mean difference per channel, of 255."""
    return float(np.mean([np.abs(a.astype(int) - b).mean() for a, b in zip(pictures, exact, strict=True)]))


def tell(seconds: dict[str, list[float]], off: dict[str, float], pictures: int) -> None:
    """Print a table of rates; ratios are medians of the ratios run by run."""
    plain = seconds["plain Pillow"]
    ratios = {
        way: statistics.median(peer / own for peer, own in zip(plain, runs, strict=True))
        for way, runs in seconds.items()
    }
    print(f"{'':<26}{'pictures/s (min, median, max)':>32}{'of Pillow':>12}{'difference':>12}")
    for way, runs in seconds.items():
        rates = sorted(pictures / run for run in runs)
        spread = f"{rates[0]:.1f}, {statistics.median(rates):.1f}, {rates[-1]:.1f}"
        print(f"{way:<26}{spread:>32}{ratios[way]:>11.2f}x{off.get(way, off['Sightsmith']):>12.2f}")
    result = {
        "name": "decode",
        "peer": "plain Pillow",
        "pictures": pictures,
        "ours_seconds": round(statistics.median(seconds["Sightsmith"]), 3),
        "peer_seconds": round(statistics.median(plain), 3),
        "ratio": round(ratios["Sightsmith"], 2),
        "ratios": {way: round(ratio, 2) for way, ratio in ratios.items()},
        "differences": {way: round(value, 3) for way, value in off.items()},
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
