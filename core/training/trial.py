"""Whether half precision pays here: tried for a few seconds, and remembered per network, plan and machine."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import Ridge
from sklearn.metrics import average_precision_score
from sklearn.model_selection import KFold
from torch import Tensor, nn

from core.models.arithmetic import repeatable
from core.models.boundary import split
from core.models.engine import Precision
from core.models.given_norms import with_norms_folded
from core.models.randomness import own_turn
from core.models.surgery import Classifier
from core.models.torch_engine import computes_bf16
from core.training.remembered import remembered, worth_half

Rows = npt.NDArray[np.float32]  # (N, D) features, or (N, C) targets

TRIAL_BATCH = 16  # pictures; the ratio hardly depends on more
STEPS = 5  # timed ones for each precision, after one that is not
SECONDS = 6.0  # after which no further step begins
_FOLDS = 5
_PENALTY = 100.0  # of the ridge on standardised features: between those that fit 50 pictures and 5,000

_log = logging.getLogger(__name__)


def fastest(
    model: Classifier, image_size: int, batch: int, *, cache: Path, device: torch.device
) -> Precision:
    """Return the precision in which the learning part of ``model`` goes through a batch faster.

    Forward and backward are timed on what learns now, above the freeze boundary, with pictures of
    ``image_size``. The answer is remembered in the folder ``cache``. Where the device has no half precision,
    or only the head learns, it is "fp32" without a trial. The model is left as it was, and so is all
    randomness.
    """
    if not model.learning or not computes_bf16(device):
        return "fp32"
    size = min(batch, TRIAL_BATCH)

    def tried() -> Precision:
        seconds = _timed(model, image_size, size, device)
        _log.info("a step takes %.3f s in fp32 and %.3f s in bf16", seconds["fp32"], seconds["bf16"])
        return worth_half(seconds)

    return remembered(_work(model, image_size, size), tried, cache=cache, device=device)


def half_is_as_good(
    exact: Rows,
    rounded: Rows,
    targets: Rows,
    *,
    several: bool = False,
    seed: int = 0,
) -> bool:
    """Whether a head fitted on features computed in bf16 is right as often as one fitted on exact ones.

    ``exact`` and ``rounded`` are features (N, D) of the same training pictures, some hundred of them, and
    ``targets`` (N, C) their classes, one-hot, or multi-hot with ``several``. Both heads are judged by
    cross-validation on exact features, since answers are always computed exactly. Too few pictures to judge
    are a no.
    """
    if len(exact) < 2 * _FOLDS:
        return False
    scores = [_score(_answers(fitted, exact, targets, seed), targets, several) for fitted in (exact, rounded)]
    return scores[1] >= scores[0]


def _answers(fitted_on: Rows, judged_on: Rows, targets: Rows, seed: int) -> Rows:
    """Return cross-validated scores per class, (N, C); by ridge, which takes milliseconds."""
    mean, deviation = fitted_on.mean(axis=0), fitted_on.std(axis=0) + 1e-6
    answers = np.zeros_like(targets)
    for train, rest in KFold(_FOLDS, shuffle=True, random_state=seed).split(fitted_on):
        head = Ridge(alpha=_PENALTY).fit((fitted_on[train] - mean) / deviation, targets[train])
        answers[rest] = head.predict((judged_on[rest] - mean) / deviation)
    return answers


def _score(answers: Rows, targets: Rows, several: bool) -> float:
    """Return the share of right answers, or with several labels the average precision over all of them."""
    if several:
        return float(average_precision_score(targets > 0, answers, average="micro"))
    return float((answers.argmax(axis=1) == targets.argmax(axis=1)).mean())


def _timed(model: Classifier, image_size: int, batch: int, device: torch.device) -> dict[Precision, float]:
    """Return the seconds of the least disturbed step in each precision; steps are taken in turn."""
    halves = split(model)
    learner: nn.Module = halves.upper if halves else model
    taken: dict[Precision, list[float]] = {"fp32": [], "bf16": []}
    with _left_as_it_was(model):
        pixels = torch.zeros(1, 3, image_size, image_size, device=device)
        with torch.inference_mode():
            one = halves.lower(pixels) if halves else pixels
        inputs = one.clone().expand(batch, *one.shape[1:]).contiguous()
        learner = with_norms_folded(learner, inputs[:1])
        learner.train()
        deadline = time.perf_counter() + SECONDS
        for _ in range(STEPS + 1):
            for precision, seconds in taken.items():
                with own_turn(device), repeatable(device):  # dropout draws
                    seconds.append(_step(learner, inputs, precision, device))
            if time.perf_counter() > deadline:
                break
    # the first step makes ready what later ones find, and counts only where there is no other
    return {precision: min(seconds[1:] or seconds) for precision, seconds in taken.items()}


def _step(learner: nn.Module, inputs: Tensor, precision: Precision, device: torch.device) -> float:
    """Return the seconds of one pass forward and backward; gradients are computed and thrown away."""
    learning = [p for p in learner.parameters() if p.requires_grad]
    started = time.perf_counter()
    with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
        answer: Tensor | tuple[Tensor, ...] = learner(inputs)
    logits = answer if isinstance(answer, tuple) else (answer,)
    loss = torch.stack([part.float().square().mean() for part in logits]).sum()
    torch.autograd.grad(loss, learning, allow_unused=True)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - started


@contextmanager
def _left_as_it_was(model: Classifier) -> Iterator[None]:
    """Put back mode and statistics of batch norms, whatever happens in between."""
    training = model.training
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    try:
        yield
    finally:
        with torch.no_grad():
            for name, buffer in model.named_buffers():
                buffer.copy_(buffers[name])
        model.train(training)


def _work(model: Classifier, image_size: int, batch: int) -> str:
    """Return in one line all that the answer depends on beside the machine."""
    blocks = len([block for block in model.spec.blocks if _learns(model, block.modules)])
    norms = "own" if model.norms_learn else "folded"
    return f"{model.spec.key}, {blocks} blocks, {norms} norms, {image_size} px, batches of {batch}"


def _learns(model: Classifier, names: tuple[str, ...]) -> bool:
    modules = {model.backbone.network.get_submodule(name) for name in names}
    return not modules.isdisjoint(model.learning)
