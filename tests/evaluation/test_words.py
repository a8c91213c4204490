from __future__ import annotations

import pytest

from core.domain.dataset import Split
from core.evaluation.scores import score
from core.evaluation.words import headline, worst_confusions
from tests.evaluation.made import answered

GUESS = "take this as a first guess, and add more pictures to know better."


def said(correct: int, total: int, split: Split = Split.TEST) -> str:
    pairs = [(0, 0)] * correct + [(0, 1)] * (total - correct)
    return headline(score(answered(pairs, 2, split=split), ("a", "b"), split))


@pytest.mark.parametrize(
    ("correct", "total", "sentence"),
    [
        (279, 300, "Right on about 93 of 100 new pictures (89 to 96)."),
        (93, 100, "Right on about 93 of 100 new pictures (86 to 97)."),
        (28, 30, "Right on about 93 of 100 new pictures (78 to 99)."),
        (20, 40, "Right on about 50 of 100 new pictures (35 to 65)."),
        (296, 297, "Right on about 99 of 100 new pictures (98 to 100)."),
        (4_935, 5_000, "Right on about 987 of 1,000 new pictures (983 to 990)."),
        (297, 297, "Right on all 297 new pictures (of 100 more, 98 to 100)."),
        (5_000, 5_000, "Right on all 5,000 new pictures (of 1,000 more, 999 to 1,000)."),
        (50, 50, "Right on all 50 new pictures (of 100 more, 92 to 100)."),
        (0, 100, "Right on about 0 of 100 new pictures (0 to 4)."),
    ],
)
def test_says_what_the_pictures_can_carry(correct: int, total: int, sentence: str) -> None:
    assert said(correct, total) == sentence


@pytest.mark.parametrize(
    ("correct", "total", "sentence"),
    [
        (11, 12, "Right on about 90 of 100 new pictures (60 to 100). Only 12 pictures were tested: "),
        (12, 12, "Right on all 12 new pictures (of 100 more, 75 to 100). Only 12 pictures were tested: "),
        (1, 1, "Right on the one new picture (of 100 more, 20 to 100). Only one picture was tested: "),
        (0, 1, "Right on about 0 of 100 new pictures (0 to 80). Only one picture was tested: "),
    ],
)
def test_a_small_test_is_told_with_a_warning(correct: int, total: int, sentence: str) -> None:
    assert said(correct, total) == sentence + GUESS


def test_validation_pictures_are_not_called_new() -> None:
    assert said(93, 100, Split.VALIDATION) == "Right on about 93 of 100 validation pictures (86 to 97)."


def test_no_pictures_is_said() -> None:
    assert said(0, 0) == "There are no new pictures to judge it on, so nobody can say yet how good it is."


def test_no_result_with_a_mistake_reads_as_perfect_and_none_with_a_hit_as_hopeless() -> None:
    for total in (20, 101, 1_001, 20_000):
        assert "100 of 100 " not in said(total - 1, total)
        assert "1,000 of 1,000 " not in said(total - 1, total)
        assert " 0 of " not in said(1, total)


def test_names_the_worst_confusions() -> None:
    pairs = [(0, 0)] * 8 + [(0, 1)] * 4 + [(1, 1)] * 30 + [(1, 2)] * 2 + [(2, 0)] * 2 + [(2, 2)] * 4
    scores = score(answered(pairs, 3), ("rust", "dent", "crack"), Split.TEST)
    assert worst_confusions(scores) == (
        "It takes “rust” for “dent” 4 times out of 12 (33 %).",
        "It takes “crack” for “rust” 2 times out of 6.",
    )
    assert len(worst_confusions(scores, most=9)) == 3


def test_one_mistake_is_one_time() -> None:
    scores = score(answered([(0, 0)] * 1_999 + [(0, 1)], 2), ("a", "b"), Split.TEST)
    assert worst_confusions(scores) == ("It takes “a” for “b” 1 time out of 2,000 (0 %).",)


def test_without_mistakes_there_is_nothing_to_name() -> None:
    assert worst_confusions(score(answered([(0, 0), (1, 1)], 2), ("a", "b"), Split.TEST)) == ()
