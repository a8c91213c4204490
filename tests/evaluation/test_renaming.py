"""Old answers by new names of classes, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.domain.dataset import Split
from core.evaluation.renaming import renamed
from core.evaluation.scores import score
from tests.evaluation.made import answered, told_several

OLD, MERGED = ("cat", "dog", "kitten"), ("cat", "dog", "cat")


def test_the_same_names_change_nothing():
    predictions = answered([(0, 1)], 3)
    assert renamed(predictions, OLD, OLD) == (predictions, OLD)


def test_another_name_keeps_its_column():
    predictions = answered([(0, 1), (2, 2)], 3)
    found, classes = renamed(predictions, OLD, ("cat", "hound", "kitten"))
    assert classes == ("cat", "hound", "kitten")
    assert (found.probabilities == predictions.probabilities).all()
    assert (found.labels == predictions.labels).all()


def test_merged_classes_are_as_likely_as_both_together():
    """Cat or kitten is likelier than dog, although neither of them alone is."""
    likely = np.array([[0.3, 0.45, 0.25], [0.2, 0.7, 0.1]], np.float32)
    found, classes = renamed(replace(answered([(2, 1), (1, 1)], 3), probabilities=likely), OLD, MERGED)
    assert classes == ("cat", "dog")
    assert found.probabilities == pytest.approx(np.array([[0.55, 0.45], [0.3, 0.7]]))
    assert found.labels.tolist() == [0, 1]
    assert score(found, classes, Split.TEST).correct == 2


def test_of_several_classes_the_merged_one_is_named_where_one_of_them_was():
    predictions = told_several([("k", (0.3, 0.4, 0.4)), ("cd", (0.4, 0.7, 0.6))], "cdk")
    found, classes = renamed(predictions, OLD, MERGED)
    assert classes == ("cat", "dog")
    assert found.probabilities == pytest.approx(np.array([[0.4, 0.4], [0.6, 0.7]]))
    assert found.targets.tolist() == [[True, False], [True, True]]
    assert score(found, classes, Split.TEST).correct == 1
