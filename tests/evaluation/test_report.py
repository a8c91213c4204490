from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.domain.dataset import Split
from core.domain.decision import Cost, Decision
from core.domain.report import Answer, Doubt
from core.evaluation.deciding import decide
from core.evaluation.report import answers, answers_about, build_report, mistakes, ruled_answers
from core.evaluation.scores import rows_of
from tests.evaluation.made import answered, drawn, drawn_several

CLASSES = ("bolt", "nut")
DEAR = Decision(least_sure=0.7, costs=(Cost(actual="bolt", said="nut", cost=10.0),))
PAIRS = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 1)]


def test_reports_on_both_judged_splits() -> None:
    report = build_report("run", CLASSES, drawn(30, 2))
    assert (report.run_id, report.classes) == ("run", CLASSES)
    assert (report.validation.split, report.validation.pictures) == (Split.VALIDATION, 10)
    assert (report.test.split, report.test.pictures) == (Split.TEST, 20)


def test_the_surest_mistake_comes_first() -> None:
    found = mistakes(answered(PAIRS, 2), CLASSES, Split.TEST)
    assert [one.path for one in found] == ["4.jpg", "3.jpg", "1.jpg"]
    assert found[0] == Answer(
        path="4.jpg", label="bolt", predicted="nut", confidence=float(np.float32(0.9)), sha256=f"{4:064x}"
    )
    assert mistakes(answered(PAIRS, 2), CLASSES, Split.VALIDATION) == ()


def test_equally_sure_answers_keep_the_order_of_the_pictures() -> None:
    predictions = answered(PAIRS, 2)
    level = np.where(predictions.probabilities > 0.5, 0.75, 0.25).astype(np.float32)
    found = mistakes(dataclasses.replace(predictions, probabilities=level), CLASSES, Split.TEST)
    assert [one.path for one in found] == ["1.jpg", "3.jpg", "4.jpg"]


@pytest.mark.parametrize(
    ("actual", "predicted", "paths"),
    [
        (None, None, ["4.jpg", "3.jpg", "2.jpg", "1.jpg", "0.jpg"]),
        ("bolt", None, ["4.jpg", "1.jpg", "0.jpg"]),
        (None, "nut", ["4.jpg", "2.jpg", "1.jpg"]),
        ("bolt", "nut", ["4.jpg", "1.jpg"]),
        ("nut", "nut", ["2.jpg"]),
        ("screw", None, []),
        (None, "screw", []),
    ],
)
def test_finds_the_pictures_of_a_cell(actual: str | None, predicted: str | None, paths: list[str]) -> None:
    found = answers(answered(PAIRS, 2), CLASSES, split=Split.TEST, actual=actual, predicted=predicted)
    assert [one.path for one in found] == paths


def test_the_cells_hold_as_many_pictures_as_the_confusion_matrix_says() -> None:
    predictions = drawn(90, 2)
    confusion = build_report("run", CLASSES, predictions).test.confusion
    cells = [
        [len(answers(predictions, CLASSES, split=Split.TEST, actual=a, predicted=p)) for p in CLASSES]
        for a in CLASSES
    ]
    assert cells == [list(row) for row in confusion]


def test_a_rule_that_minds_costs_leaves_mistakes_and_cells_as_the_matrix_counts_them() -> None:
    """A bolt taken for a nut stood in that cell and among the mistakes as a bolt that was recognised."""
    predictions = drawn(90, 2)
    confusion = build_report("run", CLASSES, predictions).test.confusion
    decided = decide(DEAR, predictions.probabilities, CLASSES, several=False)
    cells = {
        (a, p): answers(predictions, CLASSES, split=Split.TEST, actual=a, predicted=p, decided=decided)
        for a in CLASSES
        for p in CLASSES
    }
    assert [[len(cells[a, p]) for p in CLASSES] for a in CLASSES] == [list(row) for row in confusion]
    assert all((one.label, one.predicted) == cell for cell, found in cells.items() for one in found)
    wrong = mistakes(predictions, CLASSES, Split.TEST, decided=decided)
    assert len(wrong) == confusion[0][1] + confusion[1][0]
    assert not any(one.right for one in wrong)
    assert {one.doubt for one in wrong} == {None, Doubt.NOT_SURE}


def test_by_the_rule_the_answers_mind_costs() -> None:
    predictions = answered(PAIRS, 2)
    decided = decide(DEAR, predictions.probabilities, CLASSES, several=False)
    found = ruled_answers(predictions, CLASSES, rows_of(predictions, Split.TEST), decided=decided)
    assert {one.predicted for one in found} == {"bolt"}
    assert [one.path for one in found] == [
        "3.jpg",
        "0.jpg",
        "1.jpg",
        "2.jpg",
        "4.jpg",
    ]  # surest bolt first
    assert found[0].confidence == max(one.confidence for one in found)


def test_outcomes_tell_which_pictures_are_in_doubt() -> None:
    predictions = drawn_several(30, 2)
    decided = decide(DEAR, predictions.probabilities, CLASSES, several=True)
    found = answers_about(
        predictions, CLASSES, split=Split.TEST, name="nut", shown=True, named=True, decided=decided
    )
    assert {one.predicted for one in found} == {"nut"}
    assert {one.doubt for one in found} == {None, Doubt.NOT_SURE}
