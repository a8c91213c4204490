from dataclasses import replace

import numpy as np
import pytest

from core.domain.report import Calibration, Interval, ReliabilityBin, Sureness
from core.evaluation.calibration import sureness as measured
from core.evaluation.sure_words import verdict, what_changed


def sureness(*bins, error=None, chance=0.5, of_bins=0.5):
    """Bins of (answers, how sure, how often right), and how often luck would bring all and each of them."""
    told = tuple(
        ReliabilityBin(
            low=int(sure * 10) / 10,
            high=int(sure * 10 + 1) / 10,
            answers=answers,
            sure=sure,
            right=Interval(value=right, low=0, high=1),
            chance=of_bins,
        )
        for answers, sure, right in bins
    )
    count = sum(answers for answers, *_ in bins)
    distance = sum(answers * abs(sure - right) for answers, sure, right in bins) / count
    return Sureness(
        answers=count,
        error=distance if error is None else error,
        log_loss=0.3,
        bins=told,
        pictures=count,
        chance=chance,
    )


@pytest.mark.parametrize(
    ("bins", "luck", "expected"),
    [
        (
            [(200, 0.93, 0.92)],
            {"chance": 0.01},
            "You can believe how sure it is: on average it is 93 % sure, and right in 92",
        ),
        ([(200, 0.95, 0.8)], {"chance": 0.049}, "right in 80 of 100 answers: it is too sure of itself."),
        ([(200, 0.6, 0.8)], {"chance": 0.049}, "right in 80 of 100 answers: it is too modest."),
        (
            [(200, 0.95, 0.9)],
            {"chance": 0.05},
            "90 of 100 answers: there is no sign that it misjudges itself, as far as 200 pictures can tell.",
        ),
        ([(1, 0.95, 1)], {}, "as far as 1 picture can tell."),
        ([(60, 0.9, 0.88)], {}, "as far as 60 pictures can tell."),
        (
            [(100, 0.95, 0.8), (80, 0.55, 0.6)],
            {"of_bins": 0.024},
            "but not at every height: of 100 answers that are 90 to 100 % sure, 80 of 100 are right.",
        ),
        ([(100, 0.95, 0.8), (80, 0.55, 0.6)], {"of_bins": 0.025}, "no sign that it misjudges itself"),
    ],
)
def test_says_whether_to_believe_it(bins, luck, expected):
    assert expected in verdict(sureness(*bins, **luck))


def test_a_model_that_is_right_as_often_as_it_is_sure_is_seldom_blamed():
    """By fixed thresholds nearly every such model was told to err, and beside it that nothing shows so."""
    chance, blamed, rounds = np.random.default_rng(3), 0, 200
    for _ in range(rounds):
        likely = 0.5 + 0.5 * chance.beta(2, 0.8, 100)
        right = chance.random(100) < likely
        answers = np.stack([likely, 1 - likely], axis=1).astype(np.float32)
        told = verdict(measured(answers, np.stack([right, ~right], axis=1), several=False))
        blamed += "too" in told or "height" in told
    assert blamed < 0.08 * rounds


def test_series_and_the_classes_of_a_picture_are_no_further_witnesses():
    """Forty pictures, 90 % sure and 30 right, convict a model; four series answered alike do not."""
    likely = np.repeat(np.array([[0.9, 0.1]], dtype=np.float32), 40, axis=0)
    right = np.arange(40) < 30
    actual = np.stack([right, ~right], axis=1)

    assert measured(likely, actual, several=False).chance == pytest.approx(
        0.0098, abs=1e-3
    )  # binomial, 30 of 40
    assert measured(likely, actual, several=False, groups=np.arange(40) // 10).chance > 0.2
    several = measured(likely, actual, several=True)  # both classes of a picture are right, or both wrong
    assert several.answers == 80
    assert several.pictures == 40
    assert several.chance == pytest.approx(0.0098, abs=5e-3)


def test_of_several_classes_each_answer_is_a_yes_or_no():
    found = sureness((200, 0.95, 0.8), chance=0.01)
    assert "80 of 100 yes-or-no answers (one for each class and picture): it is too" in verdict(
        found, several=True
    )
    few = replace(sureness((200, 0.98, 0.97)), pictures=10)
    assert "no sign that it misjudges itself, as far as 10 pictures can tell." in verdict(few, several=True)
    uneven = sureness((200, 0.95, 0.8), of_bins=0.01)
    assert "of 200 yes-or-no answers that are 90 to 100 % sure" in verdict(uneven, several=True)


def test_with_a_mistake_it_is_never_right_in_all():
    assert "it is 99 % sure, and right in 99 of 100" in verdict(sureness((1_000, 0.999, 0.998)))


def test_results_of_earlier_versions_are_told_without_a_verdict():
    old = replace(sureness((200, 0.95, 0.8)), pictures=None, chance=None)
    assert "Whether that is luck was not measured for this run: train it again to know." in verdict(old)


def changed(temperature, before, after):
    one = [(200, 0.9, 0.8)]
    return what_changed(
        Calibration(
            temperature=temperature, before=sureness(*one, error=before), after=sureness(*one, error=after)
        )
    )


def test_says_what_was_done():
    assert changed(1.0, 0.1, 0.1) == (
        "Nothing was set right: the validation pictures gave no clear reason to tone down, or up, "
        "how sure it is."
    )
    assert "toned down (temperature 2.00): how sure it is now lies closer to the truth" in changed(
        2, 0.1, 0.02
    )
    assert "2.0 points off on average instead of 10.0 points" in changed(2, 0.1, 0.02)
    assert "toned up" in changed(0.5, 0.1, 0.05)
    assert "farther from the truth" in changed(2, 0.02, 0.1)
    assert "makes no difference to speak of" in changed(2, 0.02, 0.021)
