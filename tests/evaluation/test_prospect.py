from dataclasses import replace

import numpy as np
import pytest

from core.domain.dataset import Split
from core.domain.decision import Cost, Decision
from core.domain.report import Doubt
from core.evaluation.deciding import cheapest, cost_matrix, decide, thresholds
from core.evaluation.intervals import wilson
from core.evaluation.prospect import changed_rows, price, prospect, with_wish
from core.evaluation.report import ruled_answers
from tests.evaluation import made

ILL = ("ill", "healthy")


def shares(*rows):
    return np.array(rows, dtype=np.float32)


def test_without_costs_the_likeliest_class_is_said():
    probabilities = made.drawn(100, 4).probabilities

    found = decide(Decision(), probabilities, "abcd", several=False)

    assert (found.predicted == probabilities.argmax(axis=1)).all()
    assert found.sure == pytest.approx(probabilities.max(axis=1))
    assert found.answered.all()


def test_the_class_is_said_whose_mistakes_cost_least():
    """Calling ill healthy costs 50: healthy is said only where ill is less likely than 1 in 51."""
    matrix = cost_matrix((Cost(actual="ill", said="healthy", cost=50.0),), ILL)

    assert matrix.tolist() == [[0, 50], [1, 0]]
    assert cheapest(shares((0.03, 0.97), (0.01, 0.99)), matrix).tolist() == [0, 1]


def test_costs_of_classes_that_are_gone_do_nothing():
    assert (cost_matrix((Cost(actual="x", said="ill", cost=9.0),), ILL) == 1 - np.eye(2)).all()


def test_a_picture_unlike_anything_is_not_answered_however_sure():
    decision = Decision(farthest=0.5, least_sure=0.8)
    found = decide(
        decision,
        shares((0.99, 0.01), (0.6, 0.4), (0.9, 0.1)),
        ILL,
        several=False,
        strange=np.array([0.9, 0.9, 0.1], dtype=np.float32),
    )

    assert [found.doubt_of(row) for row in range(3)] == [Doubt.UNLIKE, Doubt.UNLIKE, None]
    assert decide(decision, shares((0.7, 0.3)), ILL, several=False).doubt_of(0) is Doubt.NOT_SURE


def test_several_classes_are_as_sure_as_all_their_yes_and_no_together():
    found = decide(Decision(), shares((0.9, 0.2)), ILL, several=True)

    assert found.sure[0] == pytest.approx(0.9 * 0.8)
    assert found.said.tolist() == [[True, False]]


@pytest.mark.parametrize("make", [made.drawn, made.drawn_several])
def test_a_wish_is_promised_and_told_on_the_test_pictures(make):
    predictions, classes = make(3_000, 3, skill=6.0), ("a", "b", "c")
    decision = with_wish(Decision(), predictions, classes, 0.05)

    found = prospect(decision, predictions, classes)

    assert decision.promised
    assert found.validation.pictures == 1_000
    assert 0 < found.test.answered <= found.test.pictures == 2_000
    assert found.test.wrong / found.test.answered < 0.06
    assert found.test.wrong_share.value == found.test.wrong / found.test.answered
    assert found.least_promise <= 0.05


def test_a_wish_that_few_pictures_cannot_bear_out_becomes_an_aim():
    predictions = made.drawn(90, 3, skill=4.0)
    decision = with_wish(Decision(), predictions, ("a", "b", "c"), 0.02)

    assert not decision.promised
    assert decision.most_wrong == 0.02
    assert prospect(decision, predictions, ("a", "b", "c")).validation.wrong_share.value <= 0.02


def test_no_wish_answers_everything():
    predictions = made.drawn(90, 3)
    strict = with_wish(Decision(), predictions, ("a", "b", "c"), 0.02)

    assert with_wish(strict, predictions, ("a", "b", "c"), None) == Decision()


def test_where_every_answer_is_wrong_none_is_given():
    predictions = made.answered([(0, 1)] * 5, 2, split=Split.VALIDATION)
    decision = with_wish(Decision(), predictions, ILL, 0.1)

    assert prospect(decision, predictions, ILL).validation.answered == 0
    assert prospect(decision, predictions, ILL).validation.wrong_share is None


def test_costs_are_told_for_a_thousand_pictures():
    """Four pictures, one ill taken for healthy at 0.6: 50 / 4 before; said ill instead, it costs nothing."""
    predictions = made.answered([(0, 1), (0, 0), (0, 0), (1, 1)], 2)
    decision = Decision(costs=(Cost(actual="ill", said="healthy", cost=50.0),))

    found = price(decision, predictions, ILL)

    assert found.before.value == pytest.approx(12_500)
    assert found.before.low < 12_500 < found.before.high
    assert found.after.value == pytest.approx(250)  # the healthy one is called ill now
    assert (found.changed, found.better, found.worse) == (2, 1, 1)
    assert changed_rows(decision, predictions, ILL).tolist() == [0, 3]


def test_no_mistake_among_few_pictures_is_no_promise_of_none():
    """It was told that mistakes cost 0 (0 to 0), beside an accuracy of 72 to 100 %."""
    predictions = made.answered([(0, 0), (1, 1)] * 5, 2)
    decision = Decision(costs=(Cost(actual="ill", said="healthy", cost=50.0),))

    found = price(decision, predictions, ILL).before

    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(1_000 * 50 * (1 - wilson(10, 10).low))


def test_pictures_of_a_series_promise_less_of_costs():
    predictions = replace(made.answered([(0, 0), (1, 1)] * 5, 2), groups=np.arange(10) // 5)
    decision = Decision(costs=(Cost(actual="ill", said="healthy", cost=50.0),))

    assert price(decision, predictions, ILL).before.high == pytest.approx(50_000 * (1 - wilson(2, 2).low))


def test_nothing_but_mistakes_has_bounds_too():
    found = price(Decision(), made.answered([(1, 0)] * 5, 2), ILL).before

    assert (found.value, found.high) == (1_000.0, 1_000.0)
    assert found.low == pytest.approx(1_000 * wilson(5, 5).low)


def test_of_several_classes_the_dearest_mistake_bounds_the_cost():
    predictions = made.told_several([("ab", (0.9, 0.9)), ("b", (0.1, 0.9))], "ab")
    decision = Decision(costs=(Cost(actual="b", said="", cost=9.0), Cost(actual="", said="a", cost=2.0)))

    found = price(decision, predictions, ("a", "b")).before

    assert found.value == 0.0
    assert found.high == pytest.approx(9_000 * (1 - wilson(2, 2).low))


def test_there_is_no_price_without_pictures():
    assert price(Decision(), made.answered([(0, 0)], 2), ILL, Split.VALIDATION) is None


def test_each_of_several_classes_is_named_where_that_costs_less():
    """Overlooking ill costs 9: named from 1 in 10. Naming healthy wrongly costs 3: named from 3 in 4."""
    costs = (Cost(actual="ill", said="", cost=9.0), Cost(actual="", said="healthy", cost=3.0))
    assert thresholds(costs, ILL).tolist() == pytest.approx([0.1, 0.75])
    assert thresholds((), ILL).tolist() == [0.5, 0.5]
    free = (Cost(actual="ill", said="", cost=0.0), Cost(actual="", said="ill", cost=0.0))
    assert thresholds(free, ILL).tolist() == [0.5, 0.5]
    found = decide(Decision(costs=costs), shares((0.2, 0.7), (0.05, 0.8)), ILL, several=True)
    assert found.said.tolist() == [[True, False], [False, True]]
    assert found.sure == pytest.approx([0.2 * 0.3, 0.95 * 0.8])


@pytest.mark.parametrize("overlooked", [0.5, 2.0, 30.0])
@pytest.mark.parametrize("named", [1.0, 4.0])
def test_no_other_threshold_costs_less_by_the_probabilities(overlooked, named):
    costs = (Cost(actual="ill", said="", cost=overlooked), Cost(actual="", said="ill", cost=named))
    likely = np.linspace(0, 1, 101)

    def expected(threshold):
        yes = likely >= threshold
        return (np.where(yes, (1 - likely) * named, likely * overlooked)).sum()

    best = expected(thresholds(costs, ILL)[0])
    assert best <= min(map(expected, np.linspace(0, 1.01, 200))) + 1e-9


def test_costs_of_several_classes_add_up():
    """Of three pictures, the first shows both and has one named; minding costs names the other as well."""
    rows = [("ab", (0.9, 0.3)), ("a", (0.8, 0.3)), ("b", (0.2, 0.9))]
    predictions = made.told_several(rows, "ab")
    decision = Decision(costs=(Cost(actual="b", said="", cost=9.0), Cost(actual="", said="a", cost=2.0)))

    found = price(decision, predictions, ("a", "b"))

    assert found.before.value == pytest.approx(1_000 * 9 / 3)  # b is overlooked once
    assert found.after.value == pytest.approx(1_000 * 1 / 3)  # and named wrongly once, at the usual 1
    assert (found.changed, found.better, found.worse) == (2, 1, 1)
    rows = changed_rows(decision, predictions, ("a", "b"))
    assert rows.tolist() == [0, 1]
    decided = decide(decision, predictions.probabilities, ("a", "b"), several=True)
    told = ruled_answers(predictions, ("a", "b"), rows, decided=decided)
    assert [(one.path, one.named, one.right) for one in told] == [
        (predictions.paths[0], ("a", "b"), True),
        (predictions.paths[1], ("a", "b"), False),
    ]


def test_series_count_once_for_a_promise():
    predictions = made.drawn(600, 2, skill=20.0)
    alone = with_wish(Decision(), predictions, ILL, 0.02)
    together = with_wish(Decision(), replace(predictions, groups=np.arange(600) // 12), ILL, 0.02)

    assert alone.promised
    assert not together.promised
