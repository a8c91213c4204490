import pytest

from core.domain.report import Calibration, Interval, ReliabilityBin, Sureness
from core.evaluation.sure_words import verdict, what_changed


def sureness(*bins, error=None):
    """Bins of (answers, how sure, how often right)."""
    told = tuple(
        ReliabilityBin(low=0, high=1, answers=answers, sure=sure, right=Interval(value=right, low=0, high=1))
        for answers, sure, right in bins
    )
    count = sum(answers for answers, *_ in bins)
    distance = sum(answers * abs(sure - right) for answers, sure, right in bins) / count
    return Sureness(answers=count, error=distance if error is None else error, log_loss=0.3, bins=told)


@pytest.mark.parametrize(
    ("bins", "expected"),
    [
        ([(200, 0.93, 0.92)], "You can believe how sure it is: on average it is 93 % sure, and right in 92"),
        ([(200, 0.95, 0.8)], "right in 80 of 100 answers: it is too sure of itself."),
        ([(200, 0.6, 0.8)], "right in 80 of 100 answers: it is too modest."),
        ([(60, 0.9, 0.8)], "so few answers do not tell whether that is luck."),
        ([(100, 0.9, 0.8), (100, 0.5, 0.6)], "but not at every height"),
    ],
)
def test_says_whether_to_believe_it(bins, expected):
    assert expected in verdict(sureness(*bins))


def changed(temperature, before, after):
    one = [(200, 0.9, 0.8)]
    return what_changed(
        Calibration(
            temperature=temperature, before=sureness(*one, error=before), after=sureness(*one, error=after)
        )
    )


def test_says_what_was_done():
    assert changed(1.0, 0.1, 0.1).startswith("Nothing was set right")
    assert "toned down (temperature 2.00): how sure it is now lies closer to the truth" in changed(
        2, 0.1, 0.02
    )
    assert "2.0 points off on average instead of 10.0 points" in changed(2, 0.1, 0.02)
    assert "toned up" in changed(0.5, 0.1, 0.05)
    assert "farther from the truth" in changed(2, 0.02, 0.1)
    assert "makes no difference to speak of" in changed(2, 0.02, 0.021)
