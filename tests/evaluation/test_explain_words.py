"""What covering a part of the picture tells, sentence by sentence."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain.explanation import Box, Explanation
from core.evaluation.explain_words import what_covering_tells

HOTTEST = "Covering what it looked at (the hottest fifth)"
SURE, OTHER = "how sure it is", "covering a random fifth"


def told(probability: float, hottest: float | None, other: float | None) -> str:
    return what_covering_tells(
        Explanation(
            heat=np.ones((2, 2), np.float32),
            seen=Box(left=0, top=0, right=1, bottom=1),
            class_name="rust",
            probability=probability,
            drop_hottest=hottest,
            drop_random=other,
            seconds=0.1,
        )
    )


@pytest.mark.parametrize(
    ("probability", "hottest", "other", "expected"),
    [
        (
            0.93,
            0.52,
            0.03,
            f"{HOTTEST} lowers {SURE} from 93 to 41 %; {OTHER} only to 90 %: it does look there.",
        ),
        (
            0.93,
            0.52,
            0.0,
            f"{HOTTEST} lowers {SURE} from 93 to 41 %; {OTHER} leaves it at 93 %: it does look there.",
        ),
        (
            0.9,
            0.5,
            0.6,
            f"{HOTTEST} lowers {SURE} from 90 to 40 %; {OTHER} lowers it to 30 %: the "
            "bright places count no more than others, so do not read much into them.",
        ),
        (
            0.999,
            0.0,
            -0.0005,
            f"{HOTTEST} leaves {SURE} at 99 %; {OTHER} leaves it at 99 %: one fifth "
            "does not decide it, other parts of the picture tell it the same.",
        ),
        (
            0.16,
            -0.47,
            -0.22,
            f"{HOTTEST} raises {SURE} from 16 to 63 %; {OTHER} raises it to 38 %: the "
            "bright places rather speak against this class.",
        ),
        (
            0.9,
            0.05,
            0.4,
            f"{HOTTEST} lowers {SURE} from 90 to 85 %; {OTHER} lowers it to 50 %: the "
            "bright places count no more than others, so do not read much into them.",
        ),
        (
            0.002,
            0.001,
            0.0,
            "It takes this class to be less than 1 % likely; what little speaks for it is bright.",
        ),
        (
            0.4,
            None,
            None,
            "Nothing in this picture speaks for this class, so there is no place to show.",
        ),
    ],
)
def test_sentence(probability, hottest, other, expected):
    assert told(probability, hottest, other) == expected
