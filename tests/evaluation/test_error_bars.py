from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from core.domain.dataset import Split
from core.evaluation.report import build_report
from tests.evaluation import made

NAMES = ("ant", "bee", "owl", "fox")


def report_of(predictions):
    return build_report("run", NAMES[: predictions.probabilities.shape[1]], predictions)


def intervals_of(scores):
    yield scores.accuracy
    yield scores.macro_f1_interval
    for one in scores.per_class:
        yield from (one.precision_interval, one.recall_interval, one.f1_interval)
    yield from (curve.interval for curve in (*scores.roc, *scores.precision_recall))


@pytest.mark.parametrize("make", [made.drawn, made.drawn_several])
def test_every_score_lies_within_its_error_bar(make):
    scores = report_of(make(300, 3)).test

    for interval in intervals_of(scores):
        assert 0 <= interval.low < interval.value < interval.high <= 1
    assert scores.macro_f1_interval.value == scores.macro_f1
    assert [one.f1_interval.value for one in scores.per_class] == [one.f1 for one in scores.per_class]
    assert scores.replicates == 1_000


def test_scores_agree_with_scikit_learn():
    predictions = made.drawn(300, 3)
    scores = report_of(predictions).test
    rows = [row for row, split in enumerate(predictions.splits) if split is Split.TEST]
    actual = predictions.labels[rows][:, None] == np.arange(3)
    likely = predictions.probabilities[rows]

    areas = [curve.auc for curve in scores.roc]
    precisions = [curve.average_precision for curve in scores.precision_recall]
    for average, place in (("macro", 3), ("micro", 4)):
        assert areas[place] == pytest.approx(roc_auc_score(actual, likely, average=average), abs=1e-9)
        expected = average_precision_score(actual, likely, average=average)
        assert precisions[place] == pytest.approx(expected, abs=1e-9)
    assert precisions[:3] == pytest.approx(average_precision_score(actual, likely, average=None), abs=1e-9)


def test_series_widen_the_error_bars():
    """Forty pictures of ten series, answered alike within each, tell as much as ten pictures."""
    pairs = [(series % 2, series % 2 if series else 1) for series in range(10) for _ in range(4)]
    alone = made.answered(pairs, 2)
    together = replace(alone, groups=np.repeat(np.arange(10), 4))

    wide, narrow = report_of(together).test, report_of(alone).test

    assert wide.groups == 10
    assert narrow.groups is None
    assert wide.accuracy.value == narrow.accuracy.value == 0.9
    assert wide.accuracy.high - wide.accuracy.low > 1.5 * (narrow.accuracy.high - narrow.accuracy.low)
    assert wide.macro_f1_interval.low < narrow.macro_f1_interval.low


def test_a_perfect_result_still_has_an_error_bar():
    scores = report_of(made.answered([(0, 0), (1, 1), (2, 2)] * 5, 3)).test

    for interval in intervals_of(scores):
        assert interval.low < 1
        assert interval.value == interval.high == 1
    assert scores.per_class[0].f1_interval.low == pytest.approx(2 * 0.5655 / 1.5655, abs=1e-3)  # 5 of 5


def test_a_hopeless_class_has_an_error_bar():
    scores = report_of(made.answered([(0, 1)] * 4 + [(1, 1)] * 8, 2)).test

    assert scores.per_class[0].f1 == 0
    assert 0 < scores.per_class[0].f1_interval.high < 1
    assert scores.per_class[0].precision_interval is None


def test_a_class_without_pictures_stays_undefined():
    scores = report_of(made.answered([(0, 0), (1, 1), (0, 2)], 3)).test

    assert scores.per_class[2].f1_interval is None
    assert scores.per_class[2].recall_interval is None
    assert scores.per_class[2].precision_interval.value == 0
    assert scores.roc[2].interval is None
    assert scores.precision_recall[2].average_precision is None
    assert scores.precision_recall[2].interval is None


def rare(ranks, *, pictures=119):
    """Pictures of two classes, in the order of how likely the first is; it has those at ``ranks``, from 0."""
    told = made.answered([(int(row not in ranks), 1) for row in range(pictures)], 2)
    likely = np.linspace(0.99, 0.01, pictures)
    return replace(told, probabilities=np.stack([likely, 1 - likely], axis=1).astype(np.float32))


def test_one_picture_of_a_class_does_not_tell_its_curve():
    """Drawn again and again it always ranked second: an AUC of 0.992 had a range of 0.97 to 1.00."""
    scores = report_of(rare([1])).test

    area = scores.roc[0].interval
    assert area.value == pytest.approx(117 / 118)
    assert area.low < 0.45
    assert scores.roc[2].interval.low < 0.7  # of the mean with its other class, the same curve
    assert scores.precision_recall[0].average_precision is not None
    assert scores.precision_recall[0].interval is None
    assert scores.precision_recall[1].interval is not None
    assert scores.precision_recall[2].interval is None  # the mean of both
    assert scores.precision_recall[3].interval is not None


def test_from_five_pictures_an_average_precision_has_a_range():
    assert report_of(rare([1, 3, 5, 7])).test.precision_recall[0].interval is None
    assert report_of(rare([1, 3, 5, 7, 9])).test.precision_recall[0].interval is not None
    one_series = replace(rare([0, 1, 3, 4, 6]), groups=np.array([0, 0, 1, 0, 0, 2, 0, *range(3, 115)]))
    assert report_of(one_series).test.precision_recall[0].interval is None


def test_one_picture_is_told_with_all_its_doubt():
    scores = report_of(made.answered([(0, 0)], 2)).test

    assert scores.accuracy.low < 0.25
    assert scores.per_class[0].f1_interval.low < 0.5
    assert scores.roc[0].auc is None


def test_no_pictures_no_figures():
    report = report_of(made.answered([(0, 0)], 2))

    assert report.validation.pictures == 0
    assert report.validation.accuracy is None
    assert report.validation.macro_f1_interval is None
    assert report.validation_calibration is None
    assert report.test_calibration.temperature == 1.0


def test_two_hundred_classes_with_ties():
    chance = np.random.default_rng(0)
    pairs = [(i % 200, int(chance.integers(200)) if i % 3 else i % 200) for i in range(400)]
    report = build_report("run", tuple(map(str, range(200))), made.answered(pairs, 200))

    assert all(one.f1_interval for one in report.test.per_class)
    assert report.test.roc[-2].interval.low < report.test.roc[-2].auc
