"""A studio whose pictures show several classes: its answers are drawn by lot, its scores are real."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from core.data.targets import multi_hot
from core.domain.dataset import Dataset, Split
from core.domain.report import Predictions, Report
from core.evaluation.report import build_report
from tests.ui.fake_studio import FakeStudio


@cache
def drawn_predictions(dataset: Dataset) -> Predictions:
    """The answers to all pictures that were not learned from."""
    judged = tuple(s for s in dataset.used() if s.split is not Split.TRAIN)
    targets = multi_hot(judged, dataset.classes).astype(np.bool_)
    logits = np.random.default_rng(0).normal(size=targets.shape) + 4 * (targets - 0.5)
    return Predictions(
        paths=tuple(s.path for s in judged),
        sha256=tuple(s.sha256 for s in judged),
        splits=tuple(s.split for s in judged),
        labels=targets.argmax(axis=1),
        probabilities=(1 / (1 + np.exp(-logits))).astype(np.float32),
        targets=targets,
    )


@cache
def report_of(run_id: str, dataset: Dataset) -> Report:
    """The report of those answers."""
    return build_report(run_id, dataset.classes, drawn_predictions(dataset))


class SeveralStudio(FakeStudio):
    """Every third picture shows the next class too, and every ninth the one after it."""

    def _dataset(self, per_class):
        dataset = super()._dataset(per_class)
        classes = dataset.classes
        samples = []
        for number, sample in enumerate(dataset.samples):
            further = (number % 3 == 0) + (number % 9 == 0)
            place = classes.index(sample.label)
            also = tuple(classes[(place + step) % len(classes)] for step in range(1, further + 1))
            samples.append(replace(sample, also=also))
        return replace(dataset, samples=tuple(samples))

    @property
    def predictions(self):
        return drawn_predictions(self.dataset_)

    def report(self, run_id, *, test=""):
        return report_of(run_id, self.dataset_)
