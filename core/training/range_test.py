"""The rate range test: the learning rate rises from far too small to far too large, and the loss is watched.

L. N. Smith 2017, "Cyclical Learning Rates for Training Neural Networks", arXiv:1506.01186, section 3.3; the
rise, the smoothing and when to stop are as in fastai's ``lr_find``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import cycle

import numpy as np
import torch
from torch import nn

from core.data.parallel import ignore_progress, never
from core.domain.choices import Schedule
from core.domain.config import TrainConfig
from core.domain.errors import Cancelled
from core.domain.range_test import RatePoint, RateRange
from core.domain.run import Stage
from core.domain.setting import settings_of
from core.models.surgery import Classifier, unfreeze_last
from core.training.material import Material
from core.training.optimisers import Pace
from core.training.schedule import Course
from core.training.sources import Batch, BatchSource
from core.training.step import Step
from core.training.tuning import blocks_to_learn

LOWEST, HIGHEST = 1e-7, 1.0
STEPS = 80  # batches
DECADE = round((STEPS - 1) / math.log10(HIGHEST / LOWEST))  # steps in which the rate grows tenfold
FIRST = STEPS // 10  # steps that only show where the loss begins
SMOOTHING = 0.9  # share of the loss so far that the next batch keeps, as in the watch over training
EXPLODED = 4.0  # times the best loss
STILL_GOOD = 1.5  # times the best loss; up to that it may only rise at first, as over a fitted head
LEAST_FALL = 0.15  # share of the loss at the beginning; batches of a small set differ by up to a tenth
ROUNDS = 4  # epochs that are gone through in turn, so that few variations of a picture are computed

_SETTINGS = {Stage.HEAD: "head_learning_rate", Stage.FINE_TUNE: "fine_tune_learning_rate"}


def find_rate(
    material: Material,
    source: BatchSource,
    *,
    stage: Stage,
    module: nn.Module | None = None,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
) -> RateRange:
    """Return how the loss goes while the rate rises, for the head or for fine-tuning, as the settings say.

    The model should stand where the stage begins: for fine-tuning with its head fitted. ``module`` takes the
    batches of ``source``; without it, the head takes features and the model takes pictures. ``progress`` is
    told steps done, of how many; it ends early where learning breaks down.

    Nothing of the model is changed when it returns or raises: weights, statistics, gradients, mode, what
    learns; nor is the randomness of torch. Raises Cancelled when ``stopped`` says so.
    """
    model, config = material.model, material.config
    blocks = 0
    if stage is Stage.FINE_TUNE:
        blocks = blocks_to_learn(model, config.fine_tune_blocks, pretrained=config.pretrained)
    learner = module or (model.head if stage is Stage.HEAD else model)
    with _left_as_it_was(model, learner):
        unfreeze_last(model, blocks)
        with _weights_put_back(model), closing(_batches(source)) as batches:
            points, stopped_at = _climb(_Learner(material, learner), batches, progress, stopped)
    setting = settings_of(TrainConfig)[_SETTINGS[stage]]
    return judged(points, stopped_at=stopped_at, low=setting.low or LOWEST, high=setting.high or HIGHEST)


def judged(
    points: Sequence[RatePoint],
    *,
    stopped_at: float | None = None,
    low: float = LOWEST,
    high: float = HIGHEST,
) -> RateRange:
    """Return the curve with the rate to take, between ``low`` and ``high``.

    It is the middle of the power of ten over which the loss falls most, before its lowest point. fastai calls
    this "steep", but looks at one step, which with few pictures is chance. Its "valley", half of the longest
    fall, lies about ten times too low here: the loss drifts down slowly at rates far too small to be of use.
    """
    steepest = steepest_of(points)
    return RateRange(
        points=tuple(points),
        suggestion=None if steepest is None else _one_digit(min(high, max(low, steepest))),
        steepest=steepest,
        breaks_above=_breaks_above(points, stopped=stopped_at is not None),
        stopped_at=stopped_at,
    )


def steepest_of(points: Sequence[RatePoint]) -> float | None:
    """Return the middle of the power of ten over which the loss falls most; None without a fall to speak of.

    The first tenth of a test is left out: its smoothed losses are means of hardly any batch.
    """
    losses = np.array([point.loss for point in points[FIRST:]])
    if not len(losses):
        return None
    falling = losses[: int(losses.argmin()) + 1]
    if len(falling) <= DECADE or falling[0] - falling[-1] < LEAST_FALL * falling[0]:
        return None
    start = FIRST + int((falling[DECADE:] - falling[:-DECADE]).argmin())
    return math.sqrt(points[start].rate * points[start + DECADE].rate)


def _breaks_above(points: Sequence[RatePoint], *, stopped: bool) -> float | None:
    """Return the highest rate before the loss rises for good; the explosion itself comes much later."""
    lowest = min((point.loss for point in points), default=0.0)
    good = [point for point in points if point.loss <= STILL_GOOD * lowest]
    return good[-1].rate if good and (stopped or good[-1] is not points[-1]) else None


class _Learner:
    """Steps as the stage does, at the rate it is told, and says what each batch cost before its step."""

    def __init__(self, material: Material, module: nn.Module) -> None:
        config = material.config
        self._parts = config.accumulate
        pace = Pace(
            kind=config.optimizer,
            blocks=material.learning_names(),
            learning_rate=1.0,  # so that the peak of each group is its share of the head's rate
            layer_decay=config.layer_decay,
            weight_decay=config.weight_decay,
            momentum=config.momentum,
            course=Course(kind=Schedule.CONSTANT, steps=STEPS, warm_up=0.0),
        )
        self._step = Step(
            module=module.train(),
            objective=material.objective,
            optimizer=pace.optimizer(material.model),
            clip=config.clip,
        )

    def step(self, batch: Batch, *, rate: float, seed: int) -> float:
        """Move the weights once by this batch; return its loss per picture before that."""
        tally, self._parts = self._step.gradients(batch, parts=self._parts, seed=seed)
        for group in self._step.optimizer.param_groups:
            group["lr"] = rate * group["peak"]
        self._step.move()
        return tally.mean_loss


def _climb(
    learner: _Learner,
    batches: Iterator[Batch],
    progress: Callable[[int, int], None],
    stopped: Callable[[], bool],
) -> tuple[list[RatePoint], float | None]:
    """Return the smoothed losses at rising rates, and the rate at which learning broke down, if it did."""
    points: list[RatePoint] = []
    running, best = 0.0, math.inf
    for step, rate in enumerate(np.geomspace(LOWEST, HIGHEST, STEPS).tolist()):
        if stopped():
            raise Cancelled
        loss = learner.step(next(batches), rate=rate, seed=step)
        if not math.isfinite(loss):
            return points, rate
        running = SMOOTHING * running + (1 - SMOOTHING) * loss
        smooth = running / (1 - SMOOTHING ** (step + 1))  # without the pull of the zero that it began with
        points.append(RatePoint(rate=rate, loss=smooth))
        best = min(best, smooth)
        if step >= FIRST and smooth > EXPLODED * best:
            return points, rate
        progress(step + 1, STEPS)
    return points, None


def _batches(source: BatchSource) -> Generator[Batch]:
    """Yield training batches without end."""
    for epoch in cycle(range(1, ROUNDS + 1)):
        yield from source.train(epoch)


@contextmanager
def _left_as_it_was(model: Classifier, module: nn.Module) -> Iterator[None]:
    """Put back which parts learn, gradients and modes, whatever happens in between."""
    learning, auxiliary = model.learning, model.learning_auxiliary
    modes = [(part, part.training) for part in (*model.modules(), *module.modules())]
    gradients = [(weight, weight.requires_grad, weight.grad) for weight in model.parameters()]
    for weight in model.parameters():
        weight.grad = None  # those kept must not be added to
    try:
        yield
    finally:
        model.learning, model.learning_auxiliary = learning, auxiliary
        for part, training in modes:
            part.training = training
        for weight, asked, gradient in gradients:
            weight.requires_grad_(asked)
            weight.grad = gradient


@contextmanager
def _weights_put_back(model: Classifier) -> Iterator[None]:
    """Put back the weights that learn now, and all statistics, whatever happens in between."""
    moving = [*(weight for weight in model.parameters() if weight.requires_grad), *model.buffers()]
    kept = [(tensor, tensor.detach().clone()) for tensor in moving]
    try:
        yield
    finally:
        with torch.no_grad():
            for tensor, before in kept:
                tensor.copy_(before)


def _one_digit(rate: float) -> float:
    """Return 6e-4 for 5.7e-4: more digits would promise more than one test can know."""
    return float(f"{rate:.0e}")
