"""Figures: every record in its place, and nothing drawn that is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.dataset import Split
from core.domain.decision import AnswerCurve, Handled
from core.domain.report import (
    ClassScore,
    Interval,
    PrCurve,
    ReliabilityBin,
    RocCurve,
    Scores,
    Sureness,
)
from core.domain.run import EpochRow, Stage
from ui.charts import answering, confusion, curves, live, per_class, reliability


def row(epoch, stage=Stage.HEAD):
    return EpochRow(
        epoch=epoch,
        stage=stage,
        train_loss=1 / epoch,
        train_accuracy=0.5,
        val_loss=2 / epoch,
        val_accuracy=0.4,
        learning_rate=1e-3,
        seconds=1.0,
    )


def scores(matrix, names):
    return Scores(
        split=Split.TEST,
        pictures=sum(map(sum, matrix)),
        correct=0,
        accuracy=Interval(value=0, low=0, high=0),
        macro_f1=None,
        per_class=tuple(score(name) for name in names),
        confusion=matrix,
        roc=(),
    )


def score(name, f1=0.5, support=3):
    return ClassScore(name=name, support=support, predicted=1, precision=f1, recall=f1, f1=f1)


def curve(name, auc=0.9, average=False):
    return RocCurve(
        name=name, average=average, false_positive_rate=(0.0, 1.0), true_positive_rate=(0.0, 1.0), auc=auc
    )


def test_rows_of_the_matrix_are_what_pictures_really_are():
    frame = confusion.rows(scores(((8, 2), (0, 5)), "ab"), ["a", "b"])
    cell = frame[(frame.actual == "a") & (frame.predicted == "b")].iloc[0]
    assert (cell.pictures, cell.rows, round(cell.columns, 3)) == (2, 0.2, 0.286)


def test_a_class_without_pictures_has_no_shares():
    frame = confusion.rows(scores(((0, 0), (1, 5)), "ab"), ["a", "b"])
    assert frame[frame.actual == "a"].rows.isna().all()


def test_the_matrix_can_be_clicked_by_both_classes():
    spec = confusion.matrix(scores(((1, 0), (0, 1)), "ab"), ["a", "b"], shown="counts", ink="#000").to_dict()
    cell = next(p for p in spec["params"] if p["name"] == "cell")
    assert cell["select"]["fields"] == ["actual", "predicted"]


@pytest.mark.parametrize(
    ("names", "angle"),
    [
        (tuple("0123456789"), 0),
        (("bolt", "gear", "nut", "washer"), 0),
        (("a very long name", "another long name", "c"), -60),
    ],
)
def test_only_long_class_names_are_turned(names, angle):
    size = range(len(names))
    matrix = tuple(tuple(int(i == j) for j in size) for i in size)
    spec = confusion.matrix(scores(matrix, names), names, shown="counts", ink="#000").to_dict()
    assert spec["layer"][0]["encoding"]["x"]["axis"]["labelAngle"] == angle


def test_many_classes_are_drawn_without_numbers_at_a_fixed_size():
    names = [f"c{i}" for i in range(40)]
    matrix = tuple(tuple(int(i == j) for j in range(40)) for i in range(40))
    spec = confusion.matrix(scores(matrix, names), names, shown="counts", ink="#000").to_dict()
    assert spec["width"] == 40 * 24
    assert len(spec["layer"]) == 1


def test_mistakes_alone_leave_the_diagonal_out_and_darken_the_worst():
    found = scores(((90, 10), (2, 8)), "ab")
    assert confusion.rows(found, ["a", "b"], diagonal=False).pictures.tolist() == [10, 2]
    spec = confusion.matrix(found, ["a", "b"], shown="rows", ink="#000", diagonal=False).to_dict()
    assert spec["layer"][0]["encoding"]["opacity"]["scale"]["domain"] == [0, 0.2]


def test_classes_can_stand_in_another_order():
    found = scores(((1, 0), (0, 1)), "ab")
    spec = confusion.matrix(found, ["a", "b"], shown="counts", ink="#000", order=["b", "a"]).to_dict()
    for axis in ("x", "y"):
        assert spec["layer"][0]["encoding"][axis]["scale"]["domain"] == ["b", "a"]


def test_of_two_hundred_classes_only_cells_with_pictures_are_sent():
    names = [f"c{i}" for i in range(200)]
    found = scores(tuple(tuple(int(i == j) for j in range(200)) for i in range(200)), names)
    assert len(confusion.rows(found, names)) == 200
    spec = confusion.matrix(found, names, shown="counts", ink="#000").to_dict()
    assert len(spec["layer"][0]["encoding"]["x"]["scale"]["domain"]) == 200


def test_the_dot_on_a_curve_is_where_the_model_stands():
    """Of 3 a, 2 are found; of 7 others, 1 is called a: false alarms 1 / 7, precision 2 / 3."""
    one = ClassScore(name="a", support=3, predicted=3, precision=2 / 3, recall=2 / 3, f1=2 / 3)
    found = replace(scores(((10,),), "a"), pictures=10, per_class=(one,))
    assert curves.roc_points(found)["a"] == pytest.approx((1 / 7, 2 / 3))
    assert curves.pr_points(found)["a"] == pytest.approx((2 / 3, 2 / 3))
    figure = curves.roc([curve("a")], curves.roc_points(found))
    assert [(trace.mode, trace.x[0]) for trace in figure.data[1:2]] == [("markers", pytest.approx(1 / 7))]


def test_an_area_is_told_with_its_range():
    assert curves.area(0.9812, Interval(value=0.9812, low=0.95, high=0.99)) == "0.981 (0.95\N{EN DASH}0.99)"
    assert curves.area(0.5, None) == "0.500"


def test_a_precision_recall_curve_tells_its_area():
    known = PrCurve(
        name="<i>", average=False, recall=(0, 1), precision=(1, 0.5), average_precision=0.7, chance=0.5
    )
    unknown = replace(known, name="b", recall=(), precision=(), average_precision=None)
    assert curves.with_area([known, unknown]) == (known,)
    assert curves.precision_recall([known, unknown]).data[0].name == "&lt;i&gt;, AP 0.700"


def test_the_bars_of_f1_have_their_ranges():
    ranged = replace(score("a", 0.8), f1_interval=Interval(value=0.8, low=0.6, high=0.9))
    bars = per_class.f1_bars([ranged, score("b", 0.2)]).data[0]
    assert bars.error_x.array == pytest.approx((0.1, 0))
    assert bars.error_x.arrayminus == pytest.approx((0.2, 0))
    assert per_class.table([ranged])["F1 range"].tolist() == ["0.60 to 0.90"]


def test_a_class_is_mistaken_for_the_one_it_is_mostly_taken_for():
    found = scores(((5, 1, 2), (0, 9, 0), (0, 0, 0)), ("ant", "bee", "owl"))
    assert per_class.mistaken_for(found) == {"ant": "owl (2 of 8)"}


def test_reliability_before_and_after_differ_in_colour_and_marker():
    share = Interval(value=0.5, low=0.2, high=0.8)
    bins = (ReliabilityBin(low=0.6, high=0.7, answers=4, sure=0.65, right=share),)
    one = Sureness(answers=4, error=0.15, log_loss=0.7, bins=bins)
    figure = reliability.diagram(one, one)
    assert [trace.name for trace in figure.data[1:]] == ["before", "after"]
    assert len({(trace.line.color, trace.marker.symbol) for trace in figure.data[1:]}) == 2
    assert [trace.name for trace in reliability.diagram(one).data[1:]] == ["as it is"]


def test_a_wish_is_a_line_and_the_rule_a_dot():
    drawn = AnswerCurve(least_sure=(0.9, 0.5), answered=(0.5, 1.0), wrong=(0.0, 0.1))
    share = Interval(value=0.1, low=0.05, high=0.2)
    handled = Handled(pictures=10, answered=10, unlike=0, wrong=1, wrong_share=share)
    figure = answering.curve(drawn, handled, most_wrong=0.02)
    assert figure.layout.shapes[0].y0 == 0.02
    assert figure.data[1].x == (1.0,)
    none = replace(handled, answered=0, wrong_share=None)
    assert len(answering.curve(drawn, none, most_wrong=None).data) == 1


def test_curves_without_a_value_are_left_out_and_named():
    known, unknown = curve("a"), curve("b", auc=None)
    assert curves.defined([known, unknown]) == (known,)
    assert curves.undefined([known, unknown, curve("macro average", auc=None, average=True)]) == ("b",)


def test_class_names_are_no_html_in_curves():
    figure = curves.roc([curve("<b>x</b>"), curve("macro average", average=True)])
    assert figure.data[0].name.startswith("&lt;b&gt;x")
    assert [trace.name.split(",")[0] for trace in figure.data[1:]] == ["macro average", "guessing"]


def test_the_name_of_a_class_is_no_template():
    """Plotly showed a class called "%{x}" as a number."""
    line, point, _ = curves.roc([curve("%{x}")], {"%{x}": (0.1, 0.9)}).data
    assert line.text == point.text == "%{x}"
    assert line.hovertemplate == "%{text}<br>found %{y:.1%}, false alarms %{x:.1%}<extra></extra>"
    assert point.hovertemplate.startswith("%{text}, as it answers now<br>")


def test_curves_that_share_a_colour_differ_in_dash():
    figure = curves.roc([curve(f"c{i}") for i in range(8)])
    assert figure.data[0].line.dash != figure.data[7].line.dash


def test_undefined_f1_is_left_out_of_the_bars_and_empty_in_the_table():
    given = [score("a", 0.9), score("b", None, support=0), score("c", 0.2)]
    assert [s.name for s in per_class.defined(given)] == ["c", "a"]
    assert per_class.table(given).F1.isna().tolist() == [False, True, False]


def test_the_worst_class_stands_at_the_top():
    figure = per_class.f1_bars([score("good", 0.9), score("bad", 0.2)])
    assert list(figure.data[0].y) == ["good", "bad"]  # the last one is drawn at the top


def test_two_long_names_get_two_bars():
    names = ["x" * 60 + end for end in "ab"]
    assert len(set(per_class.f1_bars([score(n) for n in names]).data[0].y)) == 2


def test_each_curve_names_its_own_column():
    option = live.loss_curves([row(1), row(2)], best_epoch=None)
    assert [s["encode"]["y"] for s in option["series"]] == ["Training", "Validation"]
    assert option["dataset"]["source"]["Validation"].tolist() == [2.0, 1.0]


def test_validation_is_dashed_and_training_solid():
    option = live.accuracy_curves([row(1)], best_epoch=None)
    assert [s["lineStyle"]["type"] for s in option["series"]] == ["solid", "dashed"]


def test_the_best_epoch_is_marked_where_it_lies():
    option = live.loss_curves([row(1), row(2)], best_epoch=2)
    assert option["series"][1]["markPoint"]["data"] == [{"coord": [2, 1.0]}]


def test_stages_are_told_apart():
    history = [row(1), row(2), row(3, Stage.FINE_TUNE)]
    bands = live.loss_curves(history, best_epoch=None)["series"][0]["markArea"]["data"]
    assert [(b[0]["name"], b[0]["xAxis"], b[1]["xAxis"]) for b in bands] == [
        ("new head", 1, 2.5),
        ("fine-tuning", 2.5, 3),
    ]


@pytest.mark.parametrize("epochs", [3, 500, 2000])
def test_long_histories_are_thinned_and_keep_their_end(epochs):
    thin = live.thinned([row(i) for i in range(1, epochs + 1)])
    assert len(thin) == min(epochs, 500)
    assert thin[-1].epoch == epochs
