"""Checking photos of 12 megapixels: plain Pillow beside Sightsmith's import of files.

Plain Pillow opens each file and decodes it to RGB, one after the other: the least that any import must do to
know that a picture is whole. Sightsmith decodes in limited processes and besides hashes each file, reads its
EXIF data, measures it and hands its bytes over to be kept. Both read the same files, in turn.

    python -m benchmarks.import_rate [--runs 3] [--pictures 48] [--side 4000]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.collect import examine
from core.data.sandbox import WORKERS
from core.data.scan import Candidate
from core.settings import Limits


def main() -> None:
    """Draw the photos, let everyone read them in turn, and print the rates."""
    parser = argparse.ArgumentParser(description="Import rate of large photos beside plain Pillow.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=48)
    parser.add_argument("--side", type=int, default=4000, help="width; the height is three quarters of it")
    options = parser.parse_args()
    ways: dict[str, Callable[[Sequence[Path]], None]] = {
        "Sightsmith": sightsmith,
        "plain Pillow": plain_pillow,
        f"Pillow, {WORKERS} threads": pillow_in_threads,
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        files = draw_photos(Path(folder), options.pictures, options.side)
        megabytes = sum(file.stat().st_size for file in files) / 1e6
        for _ in range(options.runs):
            for way, read in ways.items():
                begun = time.perf_counter()
                read(files)
                seconds[way].append(time.perf_counter() - begun)
    tell(seconds, options.pictures, megabytes)


def draw_photos(folder: Path, number: int, side: int) -> list[Path]:
    """Write JPEGs with coarse colours and fine noise, about as large as photos of that size are."""
    random = np.random.default_rng(0)
    grain = random.integers(-9, 10, (side * 3 // 4, side, 1), dtype=np.int16)
    files = []
    for index in range(number):
        coarse = Image.fromarray(random.integers(0, 256, (30, 40, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((side, side * 3 // 4), Image.Resampling.BICUBIC), dtype=np.int16)
        photo = np.clip(smooth + np.roll(grain, index, axis=0), 0, 255).astype(np.uint8)
        files.append(folder / f"{index:05d}.jpg")
        Image.fromarray(photo).save(files[-1], quality=88)
    return files


def sightsmith(files: Sequence[Path]) -> None:
    """Import the files up to the point where they would be kept."""
    candidates = [Candidate(name=file.name, location=file, label="a", split=None) for file in files]
    collected = examine(candidates, keep=lambda _data, _sha256: None, limits=Limits())
    if len(collected.pictures) != len(files):
        raise SystemExit("Not every picture came in.")


def plain_pillow(files: Sequence[Path]) -> None:
    """Decode the files one after the other."""
    for file in files:
        decode(file)


def pillow_in_threads(files: Sequence[Path]) -> None:
    """Decode the files in as many threads as Sightsmith has processes."""
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(decode, files))


def decode(file: Path) -> tuple[int, int]:
    """Return the size of a picture that was fully decoded."""
    with Image.open(file) as image:
        return image.convert("RGB").size


def tell(seconds: dict[str, list[float]], pictures: int, megabytes: float) -> None:
    """Print a table of rates; ratios are medians of the ratios run by run."""
    for way, runs in seconds.items():
        rates = sorted(pictures / run for run in runs)
        spread = f"{rates[0]:.1f}, {statistics.median(rates):.1f}, {rates[-1]:.1f}"
        print(f"{way:<20} {spread:>22} pictures/s (min, median, max)")
    ours, peer, threads = seconds.values()
    ratio = statistics.median(other / own for own, other in zip(ours, peer, strict=True))
    print(f"Sightsmith is {ratio:.2f} times as fast as plain Pillow.")
    result = {
        "name": "import_rate",
        "peer": "plain Pillow",
        "pictures": pictures,
        "megabytes": round(megabytes, 1),
        "ours_seconds": round(statistics.median(ours), 3),
        "peer_seconds": round(statistics.median(peer), 3),
        "ratio": round(ratio, 2),
        "ours_per_second": round(pictures / statistics.median(ours), 1),
        "peer_per_second": round(pictures / statistics.median(peer), 1),
        "peer_threads_per_second": round(pictures / statistics.median(threads), 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
