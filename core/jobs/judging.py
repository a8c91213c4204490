"""Judging a trained network: what it answers for pictures kept apart, and by which rule it answers then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Split
from core.domain.decision import Decision, Memory
from core.domain.report import Predictions, Report
from core.domain.run import Progress, Stage
from core.evaluation.novelty import memory_of, remembered, strangeness
from core.evaluation.predict import probabilities
from core.evaluation.prospect import rule_for
from core.evaluation.report import build_report
from core.jobs.train_inputs import Inputs
from core.training.features import passed

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
    """
    rows, learnt = inputs.rows(Split.VALIDATION, Split.TEST), inputs.rows(Split.TRAIN)
    learnt = learnt[remembered(len(learnt), seed=inputs.config.seed)]
    features = features_of(inputs, np.concatenate([rows, learnt]), publish=publish, stopped=stopped)
    memory = memory_of(
        features[len(rows) :],
        tuple(inputs.samples[row].sha256 for row in learnt),
        inputs.targets[learnt].argmax(axis=1),
    )
    answered = answers_of(inputs, rows, features[: len(rows)])
    predictions = replace(answered, strangeness=strangeness(memory, features[: len(rows)]))
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
    inputs: Inputs, rows: Rows, *, publish: Callable[[Progress], None], stopped: Callable[[], bool]
) -> Features:
    """Return the features under the final head; those of a backbone that never learnt are known."""
    if not inputs.config.fine_tune_blocks:
        return inputs.features[rows]
    total = len(rows)
    return passed(
        inputs.compiled(inputs.model.backbone),
        inputs.pixels.only(rows),
        progress=lambda done: publish(Progress(stage=Stage.EVALUATE, done=done, total=total)),
        stopped=stopped,
    )
