"""What training costs here: a few real batches of every kind of work, timed before a run begins."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from core.data.augment import seeded_augmenter
from core.data.parallel import check, never
from core.data.pixels import stored_pixels
from core.domain.choices import HeadSolver, PrecisionChoice
from core.domain.config import TrainConfig
from core.domain.cost import Costs, Depth, HeadCost
from core.domain.preprocess import Preprocessing
from core.models.boundary import split
from core.models.engine import Precision
from core.models.given_norms import with_norms_folded
from core.models.surgery import Classifier, unfreeze_last
from core.training.activations import activation_bytes
from core.training.bench import Bench, Pixels, Readied, Trial, readied
from core.training.head_trial import exact_seconds
from core.training.remembered import worth_half
from core.training.step_trial import saved_bytes, timed_steps, widest_bytes
from core.training.tuning import WORTH_KEEPING, blocks_to_learn

SECONDS: Final = 8.0
TUNED: Final = 0.6  # of the time is for steps of the plan itself
BETWEEN: Final = 0.1  # and this for each depth that is only to show how costs grow
FEW: Final = 4  # pictures that are passed to the boundary, and repeated from there on
CHECKPOINT: Final = "trial-of-a-checkpoint.bin"
CONVERTED: Final = 3.0  # times as long as taking up what was prepared: then it was prepared anew


def measure(
    model: Classifier,
    config: TrainConfig,
    pictures: Pixels,
    bench: Bench,
    *,
    seconds: float = SECONDS,
) -> Costs:
    """Return what these settings cost on this machine, tried with ``pictures`` (N, H, W, 3), 16 or more.

    It takes about ``seconds``, and what preparing two networks takes where they were not prepared. ``model``
    may have random weights; it is left as it was, and so is all randomness. What was not seen here is 0:
    ``build``, and ``decode``, which ``decode_seconds`` tells. Raises Cancelled.
    """
    trial = Trial(model=copy.deepcopy(model), config=config, pictures=pictures, bench=bench, seconds=seconds)
    full = readied(trial, model.backbone, "fp32")
    exact = config.precision is PrecisionChoice.FP32
    half = readied(trial, model.backbone, "fp32" if exact else "bf16")
    faster = worth_half({"fp32": full.per_picture, "bf16": half.per_picture})
    cut = _cut(trial, "fp32" if exact else faster)
    return Costs(
        prepare=_prepare(trial, full, half, cut),
        take_up=half.seconds,
        cut=cut.seconds,
        lower_share=cut.share,
        vary=_vary(trial),
        frozen=full.per_picture,
        frozen_half=min(full.per_picture, half.per_picture),
        keeps_activations=cut.inputs is not None,
        head=_head(trial),
        depths=_depths(trial, cut, min(full.per_picture, half.per_picture)),
        features=model.spec.features,
        weights_bytes=_bytes(model.parameters()),
        widest_bytes=widest_bytes(trial.model, trial.pixels[:1]),
    )


def decode_seconds(
    files: Sequence[Path],
    preprocessing: Preprocessing,
    *,
    folder: Path,
    stopped: Callable[[], bool] = never,
) -> float:
    """Return the seconds per picture until these ``files`` are decoded, and kept, in the empty ``folder``.

    Raises PictureError, Cancelled, or OSError.
    """
    began = time.perf_counter()
    names = [str(number) for number in range(len(files))]
    stored_pixels(names, lambda name: files[int(name)], preprocessing, folder=folder, stopped=stopped)
    return (time.perf_counter() - began) / max(1, len(files))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Where learning begins: seconds to find it, and what the frozen part below it costs and gives.

    ``seconds`` is 0 where it is not looked for, and ``inputs`` (n, ...) None where batches are pixels.
    """

    seconds: float = 0.0
    share: float = 0.0  # of the layers that lie below
    lower: Readied = field(default_factory=lambda: Readied(seconds=0.0, per_picture=0.0))
    inputs: Tensor | None = None


def _cut(trial: Trial, precision: Precision) -> _Cut:
    """Cut the model as fine-tuning does, and see what passes the boundary, and how fast in ``precision``."""
    config, model = trial.config, trial.model
    pixels = trial.pixels
    if not config.fine_tune_blocks or not config.may_keep_activations or pixels.device.type != "cpu":
        return _Cut()
    began = time.perf_counter()
    unfreeze_last(model, blocks_to_learn(model, config.fine_tune_blocks, pretrained=True))
    halves = split(model)
    seconds = time.perf_counter() - began
    if halves is None:
        return _Cut()
    with torch.no_grad():
        inputs = halves.lower(pixels[:FEW])
    worth = activation_bytes(inputs.shape[1:]) <= WORTH_KEEPING * trial.pictures[0].nbytes
    return _Cut(
        seconds=seconds,
        share=_layers(halves.lower) / _layers(model.backbone),
        lower=readied(trial, halves.lower, precision),
        inputs=inputs if worth else None,
    )


def _prepare(trial: Trial, full: Readied, half: Readied, cut: _Cut) -> float:
    """Return the seconds until the whole backbone is ready that nobody has prepared before.

    Taking up what was prepared is many times faster: so it shows whether one of them was prepared just now.
    """
    if full.seconds > CONVERTED * half.seconds or not trial.config.fine_tune_blocks:
        return full.seconds
    if cut.lower.seconds > CONVERTED * half.seconds:
        return cut.lower.seconds / cut.share
    check(trial.bench.stopped)
    began = time.perf_counter()
    trial.bench.anew(trial.model.backbone, "fp32")
    return time.perf_counter() - began


def _depths(trial: Trial, cut: _Cut, whole: float) -> tuple[Depth, ...]:
    """Return what it costs to learn in fewer blocks and in the plan's; ``whole`` is a frozen pass of all."""
    config, model = trial.config, trial.model
    if not config.fine_tune_blocks:
        return ()
    most = blocks_to_learn(model, config.fine_tune_blocks, pretrained=config.pretrained)
    fewer = sorted({1, math.ceil(most / 2)} - {most}) if config.pretrained else []
    last = _depth(trial, cut, most, share=TUNED, file=trial.bench.folder / CHECKPOINT)
    depths = [_depth(trial, cut, blocks, share=BETWEEN) for blocks in fewer]
    return (*(_scaled(depth, last, whole) for depth in depths), last)


def _scaled(depth: Depth, last: Depth, whole: float) -> Depth:
    """Return the depth with what is not worth a trial of its own, by that of the plan.

    What leaves the upper part goes to the lower one, in proportion to its way forward.
    """
    lower = last.lower and whole - (whole - last.lower) * depth.judge / last.judge
    save = last.save * depth.learning_bytes / last.learning_bytes
    return replace(depth, lower=max(last.lower, lower), save=save)


def _depth(trial: Trial, cut: _Cut, blocks: int, *, share: float, file: Path | None = None) -> Depth:
    """Return what learning costs in the last ``blocks``, tried for this share of the time."""
    check(trial.bench.stopped)
    model, bench = trial.model, trial.bench
    unfreeze_last(model, blocks)
    module, inputs = _learner(trial, cut)
    steps = timed_steps(
        model,
        module,
        inputs,
        trial.config,
        seconds=share * trial.seconds,
        half=bench.half,
        file=file,
        stopped=bench.stopped,
    )
    return Depth(
        blocks=blocks,
        train=steps.train,
        judge=steps.judge,
        lower=cut.lower.per_picture if cut.inputs is not None else 0.0,
        save=steps.save,
        learning_bytes=_bytes(weight for weight in model.parameters() if weight.requires_grad),
        saved_bytes=saved_bytes(module, inputs, half=bench.half),
        kept_bytes=activation_bytes(inputs.shape[1:]) if cut.inputs is not None else 0,
    )


def _learner(trial: Trial, cut: _Cut) -> tuple[nn.Module, Tensor]:
    """Return the part of the model that goes through batches as it learns now, and inputs for it."""
    halves = split(trial.model) if cut.inputs is not None else None
    if halves is None:
        return with_norms_folded(trial.model, trial.pixels[:FEW]), trial.pixels
    with torch.no_grad():
        inputs = halves.lower(trial.pixels[:FEW])
    return with_norms_folded(halves.upper, inputs), inputs


def _head(trial: Trial) -> HeadCost:
    config, model = trial.config, trial.model
    if not config.pretrained:
        return HeadCost()
    check(trial.bench.stopped)
    if config.head_solver is HeadSolver.LBFGS:
        outputs = 1 if model.classes == 2 else model.classes  # two that compete are fitted as one
        step, row = exact_seconds(model.spec.features, outputs, softmax=outputs > 1)
        return HeadCost(exact_step=step, exact_row=row)
    unfreeze_last(model, 0)
    random = torch.Generator().manual_seed(config.seed)
    features = torch.randn(config.batch_size, model.spec.features, generator=random).to(trial.pixels.device)
    steps = timed_steps(
        model, model.head, features, config, seconds=BETWEEN * trial.seconds, stopped=trial.bench.stopped
    )
    return HeadCost(train=steps.train, judge=steps.judge)


def _vary(trial: Trial) -> float:
    """Return the seconds that varying a picture takes."""
    vary, pixels = seeded_augmenter(trial.config), trial.pixels
    taken = 0.0
    for _ in range(2):  # the first time makes ready what the second finds
        check(trial.bench.stopped)
        began = time.perf_counter()
        vary(pixels, list(range(len(pixels)))).permute(0, 2, 3, 1).cpu().contiguous()
        taken = time.perf_counter() - began
    return taken / len(pixels)


def _layers(module: nn.Module) -> int:
    return sum(1 for part in module.modules() if not any(True for _ in part.children()))


def _bytes(weights: Iterable[nn.Parameter]) -> int:
    return sum(weight.numel() * weight.element_size() for weight in weights)
