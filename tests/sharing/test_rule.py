"""The rule beside an export, and the program that answers by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.domain.choices import Output
from core.domain.decision import Cost, Decision
from core.domain.package import Network
from core.domain.preprocess import Interpolation, Preprocessing, ResizeMode
from core.evaluation.deciding import decide
from core.sharing.predictor import TrainedModel
from core.sharing.rule import rule_of
from tests.sharing.made_export import loaded, write_export

CLASSES = ("ash", "elm", "oak")
LIKELY = np.array([[0.5, 0.3, 0.2], [0.2, 0.4, 0.4], [0.4, 0.4, 0.2], [0.1, 0.2, 0.7]], np.float32)


def model(decision: Decision) -> TrainedModel:
    return TrainedModel(
        network=Network(
            backbone="mobilenet_v2", hidden_units=0, dropout=0.0, output=Output.SOFTMAX, several=False
        ),
        preprocessing=Preprocessing(
            image_size=32,
            resize_mode=ResizeMode.SQUASH,
            interpolation=Interpolation.BICUBIC,
            mean=(0.5, 0.5, 0.5),
            std=(0.5, 0.5, 0.5),
        ),
        classes=CLASSES,
        decision=decision,
        memory=None,
        weights=b"",
    )


@pytest.mark.parametrize("costs", [(), (Cost(actual="oak", said="ash", cost=5.0),)])
def test_the_program_says_what_the_app_says_with_costs_and_without(
    tmp_path: Path, costs: tuple[Cost, ...]
) -> None:
    rule = Decision(costs=costs)
    here = decide(rule, LIKELY, CLASSES, several=False)
    predict = loaded(write_export(tmp_path, **rule_of(model(rule), name="Run 1")))
    there = [predict.decide(row, None) for row in LIKELY]
    assert [one["answer"] for one in there] == [CLASSES[place] for place in here.predicted]
    assert [one["sure"] for one in there] == pytest.approx(here.sure)


def test_costs_stand_beside_the_export_only_where_there_are_some() -> None:
    """With 1,000 classes that all cost the same, labels.json had 8 MB of ones."""
    assert rule_of(model(Decision()), name="Run 1")["costs"] is None
    dear = Decision(costs=(Cost(actual="oak", said="ash", cost=5.0),))
    assert rule_of(model(dear), name="Run 1")["costs"] == [[0, 1, 1], [1, 0, 1], [5, 1, 0]]
