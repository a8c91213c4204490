"""Training a new head: Sightsmith beside the loop of the usual tutorials and beside fastai.

All learn from the same pictures in the same split, with the same bundled backbone, frozen, at the same size
of pictures. The peers decode every picture and run the backbone in each epoch; Sightsmith does both once per
view. With several views, the peers vary each picture anew in each epoch. Sightsmith's time starts from
nothing, preparing the network included; with ``--prepared`` that lies behind it, as on every machine that
has trained once, and so does finding out whether half precision is faster. Varied copies are passed in it
where the app would: where it is faster, and a trial on the pictures says that it is as good. Each way runs
in a process of its own (see ``apart``). Each seed is another split. fastai is measured where it is installed
(the extra "bench").

    python -m benchmarks.head_only [--views 1 10] [--seeds 3] [--sample traffic-lights | --data DIR]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.apart import PLAIN, Measured, apart, clocked
from benchmarks.head_peers import Weights, fastai, tutorial
from benchmarks.head_task import SIDE, SPEC, Pictures, Task
from core.data.augment import augmenter
from core.data.pixels import stored_pixels
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.launch import ALLOCATOR
from core.models.engine import Engine, Precision, frozen_backbone
from core.models.surgery import preprocessing_for
from core.models.weights import load_weights
from core.training.features import FROZEN_BATCH
from core.training.frozen_trial import faster_pass
from core.training.head import fit_linear
from core.training.stage_costs import TRIED_ON
from core.training.trial import half_is_as_good

Way = Callable[[Task, Weights], float]
FASTAI = ("fastai.vision.learner", "fastai.vision.data", "fastai.vision.augment", "fastai.callback.schedule")
Features = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


def sightsmith(task: Task, weights: Weights, *, prepared: Path | None, half: bool) -> float:
    """Decode once, look once at each view, fit the head; return test accuracy."""
    config = TrainConfig(
        image_size=SIDE, augmentation=Augmentation.LIGHT if task.views > 1 else Augmentation.NONE
    )
    preprocessing = preprocessing_for(SPEC, config)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = {s.sha256: file for s, file in zip(task.samples, task.files, strict=True)}
        hashes = [s.sha256 for s in task.samples]
        pixels = stored_pixels(hashes, place.__getitem__, preprocessing, folder=folder / "pixels")
        engine = compiled(prepared or folder / "engines", weights)
        learnt, asked = np.asarray(pixels[task.rows[Split.TRAIN]]), pixels[task.rows[Split.TEST]]
        plain, *copies = varied(learnt, config, task)
        first, test = looked_at(engine("fp32"), plain), looked_at(engine("fp32"), asked)
        chosen: Precision = "fp32"
        if half and len(copies) * len(plain) > TRIED_ON:
            chosen = precision_for(first, plain, task, engine, prepared or folder / "engines")
        views = [first, *(looked_at(engine(chosen), shown) for shown in copies)]
    labels = np.tile(task.labels[task.rows[Split.TRAIN]], task.views)
    head = fit_linear(
        np.concatenate(views),
        np.eye(len(task.classes), dtype=np.float32)[labels],
        groups=np.tile(np.arange(len(learnt)), task.views),
        seed=task.seed,
    )
    return task.accuracy((test @ head.weight.T + head.bias).argmax(axis=1))


def varied(pixels: Bytes, config: TrainConfig, task: Task) -> Sequence[Bytes]:
    """Return the pictures (N, H, W, 3) as they are, then a varied copy of all for each further view."""
    change, generator = augmenter(config), torch.Generator().manual_seed(task.seed)
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    copies = (change(images, generator).permute(0, 2, 3, 1).contiguous() for _ in range(task.views - 1))
    return [pixels, *(copy.numpy() for copy in copies)]


def looked_at(engine: Engine, pixels: Bytes) -> Features:
    """Return the features (N, D) of pictures (N, H, W, 3)."""
    starts = range(0, len(pixels), FROZEN_BATCH)
    return np.concatenate([engine(np.ascontiguousarray(pixels[at : at + FROZEN_BATCH])) for at in starts])


def compiled(folder: Path, weights: Weights) -> Callable[[Precision], Engine]:
    """Return what gives the backbone in a precision; it is prepared in ``folder``, and compiled once each."""
    preprocessing = preprocessing_for(SPEC, TrainConfig(image_size=SIDE))

    @cache
    def engine(precision: Precision) -> Engine:
        return frozen_backbone(
            SPEC, preprocessing, weights=lambda: weights, cache=folder, precision=precision
        )

    return engine


def precision_for(
    exact: Features, pictures: Bytes, task: Task, engine: Callable[[Precision], Engine], folder: Path
) -> Precision:
    """Return in which precision the app would pass varied copies of the pictures with ``exact`` features."""
    if faster(engine, folder) == "fp32":
        return "fp32"
    tried = np.linspace(0, len(pictures) - 1, min(len(pictures), TRIED_ON)).astype(np.int64)
    targets = np.eye(len(task.classes), dtype=np.float32)[task.labels[task.rows[Split.TRAIN]][tried]]
    good = half_is_as_good(exact[tried], looked_at(engine("bf16"), pictures[tried]), targets)
    return "bf16" if good else "fp32"


def faster(engine: Callable[[Precision], Engine], folder: Path) -> Precision:
    """Return in which precision the backbone is faster here; it is remembered in ``folder``."""
    return faster_pass(engine, network=SPEC.key, image_size=SIDE, cache=folder, device=torch.device("cpu"))


def prepare(folder: Path, weights: Weights, threads: int) -> Path:
    """Prepare the network once, in ``folder``, so that no measurement has to."""
    torch.set_num_threads(threads)  # a part of what is remembered
    faster(compiled(folder, weights), folder)
    return folder


def timed(way: Way, needs: Sequence[str], task: Task, folder: Path, threads: int) -> Measured:
    """Return (seconds, test accuracy) of one training; loading the weights file is left out for all."""
    torch.set_num_threads(threads)
    return clocked(needs, way, task, load_weights(SPEC, folder))


def error_of(values: Sequence[float]) -> float:
    """Return the standard error of their mean; NaN for a single one."""
    return statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")


def tell(views: int, runs: Mapping[str, Sequence[Measured]]) -> None:
    """Print seconds, how many times as fast we are pair by pair, and accuracies with standard errors."""
    ours = runs["Sightsmith"]
    print(f"{f'views: {views}':<20}  seconds   ours is  accuracy            ours is higher by")
    for title, measured in runs.items():
        seconds = statistics.median(run[0] for run in measured)
        ratio = statistics.median(other[0] / own[0] for own, other in zip(ours, measured, strict=True))
        reached = [run[1] for run in measured]
        gains = [own[1] - other for own, other in zip(ours, reached, strict=True)]
        print(
            f"{title:<20} {seconds:8.1f}   {ratio:5.1f} x   {statistics.mean(reached):.4f} +- "
            f"{error_of(reached):.4f}  {statistics.mean(gains):+.4f} +- {error_of(gains):.4f}"
        )
        result = {
            "name": f"head_only, {views} views",
            "way": title,
            "seconds": round(seconds, 2),
            "ours_is_times_as_fast": round(ratio, 2),
            "accuracy": round(statistics.mean(reached), 4),
            "seconds_of_each": [round(run[0], 2) for run in measured],
            "accuracy_of_each": [round(run, 4) for run in reached],
        }
        print(json.dumps(result), flush=True)


def main() -> None:
    """Run all in turn, seed by seed, and print what was compared."""
    parser = argparse.ArgumentParser(description="Speed and accuracy of training a new head.")
    parser.add_argument("--views", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10, help="of the peers; Sightsmith's fit has none")
    parser.add_argument("--sample", default="traffic-lights", help="a built-in set of pictures")
    parser.add_argument("--data", type=Path, help="a folder of class folders instead")
    parser.add_argument("--pictures", type=int, help="no more than these, drawn at random")
    parser.add_argument("--prepared", action="store_true", help="the network was prepared before")
    parser.add_argument("--exact", action="store_true", help="no half precision for varied copies")
    parser.add_argument("--alike", action="store_true", help="all have the launcher's allocator settings")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        weights = load_weights(SPEC, Path(folder))
        pictures = Pictures(options.data or options.sample, Path(folder) / "pictures")
        kept = prepare(Path(folder) / "engines", weights, options.threads) if options.prepared else None
        ours = partial(sightsmith, prepared=kept, half=not options.exact)
        ways: dict[str, tuple[Sequence[str], Way]] = {
            "Sightsmith": (("openvino",), ours),
            "tutorial loop": ((), tutorial),
        }
        if importlib.util.find_spec("fastai"):
            ways["fastai"] = FASTAI, fastai
        started = "all with the same allocator settings" if options.alike else "peers started plainly"
        print(
            f"{options.data or options.sample}, {SPEC.title} frozen at {SIDE} px, {options.epochs} epochs, "
            f"{started}"
        )
        for views in options.views:
            runs: dict[str, list[Measured]] = {title: [] for title in ways}
            for seed in range(options.seeds):
                task = pictures.task(epochs=options.epochs, views=views, seed=seed, most=options.pictures)
                for title, (needs, way) in ways.items():
                    settings = ALLOCATOR if options.alike or title == "Sightsmith" else PLAIN
                    args = way, needs, task, Path(folder), options.threads
                    runs[title].append(apart(settings, timed, *args))
            tell(views, runs)


if __name__ == "__main__":
    main()
