"""Judging a trained network: what it answers for pictures kept apart, and by which rule it answers then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.domain.choices import PrecisionChoice
from core.domain.dataset import Split
from core.domain.decision import Decision, Memory
from core.domain.report import Predictions, Report
from core.domain.run import Progress, Stage
from core.evaluation.novelty import memory_of, remembered, strangeness
from core.evaluation.predict import probabilities
from core.evaluation.prospect import rule_for
from core.evaluation.report import build_report
from core.jobs.train_inputs import Inputs
from core.models.engine import Precision
from core.training.features import passed
from core.training.stage_costs import WORTH_HALF

Rows = npt.NDArray[np.int64]
Features = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How good a trained network is, and the rule by which it answers."""

    report: Report
    predictions: Predictions
    memory: Memory
    decision: Decision


def judged(
    run_id: str,
    inputs: Inputs,
    *,
    publish: Callable[[Progress], None],
    stopped: Callable[[], bool],
) -> Judgement:
    """Answer every validation and test picture with the final network. Raises Cancelled.

    Its rule tells pictures that are unlike anything it learnt from, and answers all others however unsure.
    Scores are computed in full precision; what is remembered of training pictures, which only tells how far
    others are from it and is kept in 16 bits anyway, in half precision where that is faster.
    """
    rows, learnt = inputs.rows(Split.VALIDATION, Split.TEST), inputs.rows(Split.TRAIN)
    learnt = learnt[remembered(len(learnt), seed=inputs.config.seed)]
    total = len(rows) + len(learnt)
    features = features_of(inputs, rows, progress=evaluating(publish, total), stopped=stopped)
    memory = memory_of(
        features_of(
            inputs,
            learnt,
            precision=_precision_of_memory(inputs, len(learnt)),
            progress=evaluating(publish, total, before=len(rows)),
            stopped=stopped,
        ),
        tuple(inputs.samples[row].sha256 for row in learnt),
        inputs.targets[learnt].argmax(axis=1),
    )
    answered = answers_of(inputs, rows, features)
    predictions = replace(answered, strangeness=strangeness(memory, features))
    classes = inputs.dataset.classes
    report = build_report(run_id, classes, predictions)
    fitted = report.validation_calibration
    decision = rule_for(predictions, classes, temperature=fitted.temperature if fitted else 1.0)
    return Judgement(report=report, predictions=predictions, memory=memory, decision=decision)


def answers_of(inputs: Inputs, rows: Rows, features: Features) -> Predictions:
    """Return what the head answers for these pictures with these features of theirs."""
    samples = [inputs.samples[row] for row in rows]
    targets = inputs.targets[rows]
    return Predictions(
        paths=tuple(sample.path for sample in samples),
        sha256=tuple(sample.sha256 for sample in samples),
        splits=tuple(sample.split for sample in samples),
        labels=targets.argmax(axis=1),
        probabilities=probabilities(inputs.model.head, features, inputs.outputs),
        targets=targets.astype(bool) if inputs.dataset.several else None,
        groups=inputs.groups[rows] if any(sample.group for sample in samples) else None,
    )


def features_of(
    inputs: Inputs,
    rows: Rows,
    *,
    precision: Precision = "fp32",
    progress: Callable[[int], None],
    stopped: Callable[[], bool],
) -> Features:
    """Return the features under the final head; those of a backbone that never learnt are known."""
    if not inputs.config.fine_tune_blocks:
        return inputs.features[rows]
    network = inputs.compiled(inputs.model.backbone, precision)
    return passed(network, inputs.pixels.only(rows), progress=progress, stopped=stopped)


def evaluating(publish: Callable[[Progress], None], total: int, *, before: int = 0) -> Callable[[int], None]:
    """Return what tells how many of ``total`` pictures are judged; ``before`` were when counting begins."""
    return lambda done: publish(Progress(stage=Stage.EVALUATE, done=before + done, total=total))


def _precision_of_memory(inputs: Inputs, pictures: int) -> Precision:
    if pictures < WORTH_HALF or inputs.config.precision is PrecisionChoice.FP32:
        return "fp32"
    return inputs.faster_precision
