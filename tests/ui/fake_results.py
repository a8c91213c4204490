"""Results of a model that never was: answers drawn by lot, scores counted from them by hand."""

from __future__ import annotations

from functools import cache

import numpy as np

from core.domain.choices import Preset
from core.domain.cost import Estimate
from core.domain.dataset import Dataset, Split
from core.domain.forecast import Forecast, LikelyConfusion, ScoreRange
from core.domain.outlook import BackboneLook, Outlook
from core.domain.preprocess import ResizeMode
from core.domain.report import Answer, ClassScore, Interval, Report, RocCurve, Scores
from core.domain.safety import ResizeAdvice
from core.training.recommend import recommend


@cache
def answers_of(run_id: str, dataset: Dataset, split: Split) -> tuple[Answer, ...]:
    """Answers that are right nine times out of ten; wrong ones name the next class."""
    chance = np.random.default_rng(len(run_id))
    answers = []
    for sample in dataset.used(split):
        index = dataset.classes.index(sample.label)
        wrong = chance.random() < 0.1
        predicted = dataset.classes[(index + 1) % len(dataset.classes)] if wrong else sample.label
        answers.append(
            Answer(
                path=sample.path,
                label=sample.label,
                predicted=predicted,
                confidence=float(chance.uniform(0.5, 0.99)),
                sha256=sample.sha256,
            )
        )
    return tuple(answers)


@cache
def report_of(run_id: str, dataset: Dataset) -> Report:
    """The report of those answers."""
    return Report(
        run_id=run_id,
        classes=dataset.classes,
        validation=scores_of(run_id, dataset, Split.VALIDATION),
        test=scores_of(run_id, dataset, Split.TEST),
    )


def scores_of(run_id: str, dataset: Dataset, split: Split) -> Scores:
    """Scores counted from the answers."""
    answers = answers_of(run_id, dataset, split)
    classes = dataset.classes
    confusion = tuple(
        tuple(sum(a.label == actual and a.predicted == predicted for a in answers) for predicted in classes)
        for actual in classes
    )
    correct = sum(a.label == a.predicted for a in answers)
    per_class = tuple(_class_score(name, i, confusion) for i, name in enumerate(classes))
    known = [s.f1 for s in per_class if s.f1 is not None]
    share = correct / len(answers) if answers else 0.0
    return Scores(
        split=split,
        pictures=len(answers),
        correct=correct,
        accuracy=Interval(value=share, low=max(0, share - 0.04), high=min(1, share + 0.03))
        if answers
        else None,
        macro_f1=sum(known) / len(known) if known else None,
        per_class=per_class,
        confusion=confusion,
        roc=_curves(classes),
    )


def _class_score(name, index, confusion):
    support = sum(confusion[index])
    predicted = sum(row[index] for row in confusion)
    hits = confusion[index][index]
    precision = hits / predicted if predicted else None
    recall = hits / support if support else None
    f1 = 2 * hits / (support + predicted) if support else None
    return ClassScore(
        name=name, support=support, predicted=predicted, precision=precision, recall=recall, f1=f1
    )


def _curves(classes):
    names = [*((name, False) for name in classes), ("macro average", True), ("micro average", True)]
    return tuple(_curve(name, average, 3 + i % 7) for i, (name, average) in enumerate(names))


def _curve(name, average, bend):
    false = np.linspace(0, 1, 40)
    return RocCurve(
        name=name,
        average=average,
        false_positive_rate=tuple(map(float, false)),
        true_positive_rate=tuple(map(float, false ** (1 / (bend * 3)))),
        auc=float(1 - 1 / (1 + bend * 3)),
    )


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
