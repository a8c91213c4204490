from dataclasses import replace

import pytest

from core.domain.decision import AnswerCurve, Cost, Decision, Handled, Price, Prospect
from core.domain.report import Interval
from core.evaluation.decision_words import how_firm, named_from, summary, what_it_costs, what_it_does
from core.evaluation.intervals import wilson

PROMISE = Decision(least_sure=0.8, most_wrong=0.02, promised=True)
NO_CURVE = AnswerCurve(least_sure=(), answered=(), wrong=())


def handled(pictures, answered, wrong):
    return Handled(
        pictures=pictures,
        answered=answered,
        unlike=0,
        wrong=wrong,
        wrong_share=wilson(wrong, answered),
    )


def prospect(test, decision=PROMISE, least_promise=0.02):
    return Prospect(
        decision=decision,
        least_promise=least_promise,
        validation=handled(200, 150, 1),
        test=test,
        curve=NO_CURVE,
    )


def test_a_rule_is_told_in_a_sentence():
    assert summary(Decision()) == "It answers every picture, however unsure it is."
    told = summary(replace(PROMISE, farthest=0.3, costs=(Cost(actual="a", said="b", cost=5.0),)))
    assert told == (
        "It promises that of its answers at most 2 % are wrong. It says so when a picture is unlike anything "
        "it learnt from. It minds that some mistakes cost more than others."
    )
    assert summary(replace(PROMISE, promised=False, most_wrong=0.005)).startswith("It aims that")
    assert "at most 0.5 %" in summary(replace(PROMISE, most_wrong=0.005))


def test_says_how_much_is_answered_and_whether_it_held():
    assert what_it_does(prospect(handled(200, 150, 2))) == (
        "It answers 75 of 100 pictures and leaves 25 to a person. Of the 150 answers on test pictures "
        "2 are wrong (1.3 %; in truth 0.4 % to 4.7 %). So it held here."
    )


@pytest.mark.parametrize(
    ("wrong", "ending"),
    [
        (0, "none is wrong (0 %; in truth 0 % to 2.5 %). So it held here."),
        (4, "That is more than wished, but it may be bad luck of these few pictures."),
        (20, "these test pictures may be of another kind than the validation pictures."),
    ],
)
def test_a_broken_promise_is_told(wrong, ending):
    assert what_it_does(prospect(handled(200, 150, wrong))).endswith(ending)


def test_an_aim_that_is_missed_is_no_proof_of_other_pictures():
    """Of 40 validation pictures of the very same kind an aim of 2 % was missed so clearly in 2 of 5 cases."""
    told = what_it_does(prospect(handled(200, 150, 20), decision=replace(PROMISE, promised=False)))
    assert told.endswith("an aim, which is no promise, often falls short.")
    assert "kind" not in told


def test_without_a_wish_nothing_had_to_hold():
    told = what_it_does(prospect(handled(200, 200, 9), decision=Decision()))
    assert told.startswith("It answers 100 of 100 pictures. Of the 200 answers")
    assert "held" not in told


def test_nearly_all_is_not_all():
    assert "more than 99 of 100" in what_it_does(prospect(handled(1_000, 998, 0)))
    assert "fewer than 1 to a person" in what_it_does(prospect(handled(1_000, 998, 0)))


def test_none_answered_and_none_tested():
    assert what_it_does(prospect(handled(200, 0, 0))).endswith("all go to a person.")
    assert what_it_does(prospect(handled(0, 0, 0))) == "There are no test pictures to try it on."


def test_says_whether_it_is_a_promise_or_an_aim():
    test = handled(200, 150, 2)
    assert how_firm(prospect(test, decision=Decision())) == ""
    assert how_firm(prospect(test)).startswith("This is a promise: 200 validation pictures")
    aim = replace(PROMISE, promised=False)
    assert "The strictest promise they bear out is 5 %." in how_firm(prospect(test, aim, 0.05))
    assert "nothing can be promised" in how_firm(prospect(test, aim, None))


def test_costs_are_told_per_thousand():
    price = Price(
        before=Interval(value=1_250, low=800, high=1_700),
        after=Interval(value=90.4, low=40, high=140.2),
        changed=12,
        better=2,
        worse=10,
    )
    assert what_it_costs(price) == (
        "Mistakes cost 1,250 (800 to 1,700) per 1,000 pictures when costs are not minded, and 90 (40 to 140) "
        "when they are. 12 test pictures are answered otherwise: 2 rightly now, 10 wrongly now."
    )
    assert what_it_costs(replace(price, changed=0)).endswith("minding them changes no answer.")
    assert "1 test picture is answered otherwise" in what_it_costs(replace(price, changed=1))


def test_it_is_told_from_when_on_each_of_several_classes_is_named():
    costs = (Cost(actual="ill", said="", cost=9.0),)
    told = named_from(costs, ("ill", "old"))
    assert told == "By these costs the model names ill from 10 %; every other class from 50 %."
    assert named_from(costs, ("ill",)) == "By these costs the model names ill from 10 %."
    same = (*costs, Cost(actual="", said="ill", cost=9.0))
    assert "as without costs" in named_from(same, ("ill", "old"))
