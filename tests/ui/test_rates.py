"""The chart of a rate range test: what is drawn is what was found, and what explodes does not hide it."""

from __future__ import annotations

import math

import pytest

from core.domain.range_test import RatePoint, RateRange
from ui.charts.rates import loss_at, loss_over_rate, short_rate
from ui.theme import BLUE, ORANGE


def found(losses, *, suggestion=None):
    return RateRange(
        points=tuple(RatePoint(rate=10.0**power, loss=loss) for power, loss in losses.items()),
        suggestion=suggestion,
        steepest=suggestion,
        breaks_above=None,
        stopped_at=None,
    )


FALLING = {-7: 2.0, -4: 2.0, -3: 1.0, -2: 0.8, -1: 40.0}


@pytest.mark.parametrize(
    ("rate", "shown"),
    [(6e-4, "6e-4"), (5.7e-4, "6e-4"), (1e-2, "1e-2"), (0.54, "5e-1"), (1.0, "1"), (9.7e-4, "1e-3")],
)
def test_rates_are_told_with_one_digit(rate, shown):
    assert short_rate(rate) == shown


def test_the_curve_lies_over_rates_that_grow_tenfold_from_mark_to_mark():
    figure = loss_over_rate(found(FALLING))
    (line,) = figure.data
    assert list(line.x) == pytest.approx([10.0**power for power in FALLING])
    assert list(line.y) == list(FALLING.values())
    assert line.line.color == BLUE
    assert (figure.layout.xaxis.type, figure.layout.xaxis.dtick) == ("log", 1)
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Learning rate", "Loss")


def test_the_suggestion_is_marked_on_the_curve_with_sign_and_words():
    _, mark = loss_over_rate(found(FALLING, suggestion=3e-4)).data
    assert list(mark.x) == [3e-4]
    assert list(mark.text) == ["3e-4"]
    assert (mark.marker.symbol, mark.marker.color) == ("diamond", ORANGE)
    assert mark.y[0] == pytest.approx(2.0 - (math.log10(3e-4) + 4))


def test_between_points_the_loss_is_that_of_the_line_drawn():
    points = found(FALLING).points
    assert loss_at(10**-3.5, points) == pytest.approx(1.5)
    assert loss_at(1e-3, points) == pytest.approx(1.0)


def test_an_explosion_leaves_the_picture_instead_of_flattening_the_rest():
    low, high = loss_over_rate(found(FALLING)).layout.yaxis.range
    assert low < 0.8
    assert 2.0 < high < 4.0


@pytest.mark.parametrize("losses", [{}, {-7: 1.0}, {-7: 1.0, -6: 1.0}])
def test_a_curve_that_says_nothing_can_be_drawn_too(losses):
    figure = loss_over_rate(found(losses))
    assert len(figure.data) == 1
    assert figure.layout.yaxis.range is None
