"""Two runs in tiles and charts: nothing of them by colour alone, nothing of people's words as HTML."""

from __future__ import annotations

from core.domain.report import RocCurve
from core.evaluation.compare import Contender, compare
from tests.evaluation.made import answered, told_several
from ui.charts import pair
from ui.pair_tiles import of_pairs


def compared(before, after, classes=("dirt", "rust")):
    one, two = (
        Contender(run_id=name, name=name, classes=classes, predictions=predictions)
        for name, predictions in (("Run <1>", before), ("Run 2", after))
    )
    return compare(one, two)


def test_a_tile_tells_both_answers_and_how_sure_they_were():
    found = compared(answered([(0, 1)], 2), answered([(0, 0)], 2))
    (tile,) = of_pairs(found.fixed, found)
    assert (tile.title, tile.note) == ("really dirt", "was rust (60 %), now dirt (60 %)")
    assert tile.details == (
        "Run <1> said rust, and was 60 % sure: wrong.",
        "Run 2 said dirt, and was 60 % sure: right.",
        "It is really dirt.",
    )


def test_a_tile_of_several_classes_tells_all_that_were_named():
    before, after = (told_several([("ab", likely)], "ab") for likely in ((0.2, 0.1), (0.9, 0.8)))
    found = compared(before, after, ("a", "b"))
    (tile,) = of_pairs(found.fixed, found)
    assert (tile.title, tile.note) == ("really a, b", "was nothing, now a, b")
    assert tile.details[0] == "Run <1> named nothing: wrong. It took a to be there with 20 %."


def test_both_scores_lie_on_one_axis_with_their_error_bars():
    figure = pair.scores(compared(answered([(0, 1)] * 4, 2), answered([(0, 0)] * 4, 2)))
    before, after = figure.data
    assert (before.x[0], after.x[0]) == (0.0, 1.0)
    assert after.error_x.array[0] == 0.0
    assert after.error_x.arrayminus[0] > 0.4
    assert before.marker.symbol != after.marker.symbol
    assert before.marker.color != after.marker.color
    assert (before.y[0], after.y[0]) == ("Before", "After")
    assert before.text == "Run &lt;1&gt;"
    assert before.hovertemplate.startswith("%{text}<br>")


def test_two_curves_differ_in_colour_and_dash():
    curve = RocCurve(
        name="dirt", average=False, false_positive_rate=(0.0, 1.0), true_positive_rate=(0.0, 1.0), auc=0.5
    )
    after, before, _ = pair.roc(curve, curve, names=("<i>one</i>", "two")).data
    assert before.name == "&lt;i&gt;one&lt;/i&gt;, AUC 0.500"
    assert before.line.dash != after.line.dash
    assert before.line.color != after.line.color
    assert before.legendrank < after.legendrank


def test_the_name_of_a_run_is_no_template():
    """Plotly showed a run called "%{x}" as a number."""
    curve = RocCurve(
        name="dirt", average=False, false_positive_rate=(0.0, 1.0), true_positive_rate=(0.0, 1.0), auc=0.5
    )
    after, _, _ = pair.roc(curve, curve, names=("one", "%{x}")).data
    assert after.text == "%{x}"
    assert after.hovertemplate == "%{text}<br>found %{y:.1%}, false alarms %{x:.1%}<extra></extra>"
