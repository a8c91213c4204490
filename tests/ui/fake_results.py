"""Results of a model that never was: answers drawn by lot, and everything that really follows from them."""

from __future__ import annotations

from functools import cache, cached_property

import numpy as np

from core.domain.choices import Preset
from core.domain.cost import Estimate
from core.domain.dataset import Dataset, Split
from core.domain.decision import Decision
from core.domain.forecast import Forecast, LikelyConfusion, ScoreRange
from core.domain.outlook import BackboneLook, Outlook
from core.domain.preprocess import ResizeMode
from core.domain.report import Interval, Predictions, Report
from core.domain.safety import ResizeAdvice
from core.evaluation.prospect import rule_for
from core.evaluation.report import build_report
from core.jobs.results_desk import ResultsDesk
from core.training.recommend import recommend


@cache
def drawn_predictions(dataset: Dataset) -> Predictions:
    """Answers that are right nine times out of ten; wrong ones name the next class, and are as sure."""
    chance = np.random.default_rng(2)
    judged = tuple(sample for sample in dataset.used() if sample.split is not Split.TRAIN)
    classes = len(dataset.classes)
    labels = np.array([dataset.classes.index(sample.label) for sample in judged], dtype=np.int64)
    said = np.where(chance.random(len(judged)) < 0.1, (labels + 1) % classes, labels)
    sure = chance.uniform(0.5, 0.99, size=len(judged))
    probabilities = np.repeat(((1 - sure) / max(1, classes - 1))[:, None], classes, axis=1)
    probabilities[np.arange(len(judged)), said] = sure
    return Predictions(
        paths=tuple(sample.path for sample in judged),
        sha256=tuple(sample.sha256 for sample in judged),
        splits=tuple(sample.split for sample in judged),
        labels=labels,
        probabilities=probabilities.astype(np.float32),
        strangeness=chance.uniform(0, 1, size=len(judged)).astype(np.float32),
    )


@cache
def report_of(run_id: str, dataset: Dataset) -> Report:
    """The report of those answers."""
    return build_report(run_id, dataset.classes, drawn_predictions(dataset))


class FakeResults(ResultsDesk):
    """The real desk of results, over answers that were drawn by lot; rules are kept in memory."""

    @property
    def predictions(self) -> Predictions:
        return drawn_predictions(self.dataset_)

    @cached_property
    def rules(self) -> dict[str, Decision]:
        return {}

    def report(self, run_id, *, test=""):
        return report_of(run_id, self.dataset_)

    def decision(self, run_id):
        return self.rules.get(run_id) or rule_for(self.predictions, self.classes, temperature=1.0)

    def decide(self, run_id, decision):
        self.rules[run_id] = decision

    def _predictions(self, run_id, test):
        return self.predictions


def outlook_of(key, title):
    """Return what a look ahead found for one backbone."""
    forecast = Forecast(
        pictures=200,
        series=200,
        test_pictures=40,
        accuracy=Interval(value=0.93, low=0.9, high=0.95),
        ranges=tuple(ScoreRange(preset=preset, low=0.91, likely=0.94, high=0.96) for preset in Preset),
        confusions=(LikelyConfusion(actual="bolt", predicted="nut", count=4, support=50),),
    )
    look = BackboneLook(
        key=key, title=title, accuracy=forecast.accuracy, pictures_per_second=80.0, parameters=4_000_000
    )
    return Outlook(
        resize=ResizeAdvice(
            mode=ResizeMode.SQUASH, reason="Nearly square.", pictures=240, losing=0, worst=(), worst_share=0.0
        ),
        looks=(look,),
        forecasts=((key, forecast),),
        recommendation=recommend([look]),
        checks=(),
        complete=True,
    )


TWO_MINUTES = Estimate(
    stages=(),
    seconds=130.0,
    low=60.0,
    high=169.0,
    at_most=False,
    memory_bytes=int(1.24 * 1024**3),
    disk_bytes=int(0.3 * 1024**3),
)
