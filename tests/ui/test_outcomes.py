"""The four outcomes of a class, as they are counted, drawn and told."""

from __future__ import annotations

import csv
import io

import pytest

from core.domain.dataset import Split
from core.domain.report import Answer
from core.evaluation.scores import score
from tests.evaluation.made import told_several
from ui import exports, services, tiles
from ui.charts import outcomes
from ui.charts.outcomes import Outcome
from ui.subject import Subject

# a is found twice, missed once; b is named once where it is not
ROWS = (("a", (0.9, 0.1)), ("ab", (0.8, 0.7)), ("ab", (0.2, 0.9)), ("b", (0.1, 0.8)), ("a", (0.6, 0.6)))
SCORES = score(told_several(ROWS, "ab"), ("a", "b"), Split.TEST)


def answer(labels, named):
    return Answer(
        path="1.jpg",
        label=labels[0],
        predicted="cat",
        confidence=0.93,
        labels=labels,
        named=named,
        several=True,
    )


def table(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_every_picture_has_one_outcome_for_each_class():
    a, b = (outcomes.counts(one, SCORES.pictures) for one in SCORES.per_class)
    assert list(a.values()) == [3, 1, 0, 1]
    assert list(b.values()) == [3, 0, 1, 1]


def test_outcomes_know_what_is_right():
    assert [one for one in Outcome if one.right] == [Outcome.FOUND, Outcome.CLEAR]
    assert [(one.shown, one.named) for one in Outcome] == [
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    ]


def test_shares_are_of_the_pictures_that_show_the_class_or_do_not():
    found = outcomes.rows(SCORES)
    assert found["share"].tolist() == pytest.approx([0.75, 0.25, 0, 1, 1, 0, 0.5, 0.5])


def test_a_class_without_pictures_has_no_share_of_them():
    none = score(told_several([("a", (0.9, 0.1))], "ab"), ("a", "b"), Split.TEST)
    assert outcomes.rows(none)["share"].isna().tolist() == [
        False,
        False,
        True,
        True,
        True,
        True,
        False,
        False,
    ]


def test_the_chart_has_a_row_for_each_class_of_the_page():
    drawn = outcomes.table(SCORES, ["b"], ink="#000").to_dict()
    (data,) = drawn["datasets"].values()
    assert {row["name"] for row in data} == {"b"}


@pytest.mark.parametrize(
    ("labels", "named", "title", "note"),
    [
        (("cat", "dog"), ("cat", "dog"), "✓ cat, dog", "exactly right"),
        (("cat", "dog"), ("cat",), "✗ cat", "missed: dog"),
        (("cat",), ("cat", "dog"), "✗ cat, dog", "too much: dog"),
        (("owl",), ("cat",), "✗ cat", "missed: owl; too much: cat"),
        (("cat",), (), "✗ nothing", "missed: cat"),
    ],
)
def test_a_picture_tells_what_was_named_and_what_is_wrong(labels, named, title, note):
    (tile,) = tiles.of_answers([answer(labels, named)])
    assert (tile.title, tile.note) == (title, note)
    assert tile.details[1] == "It took cat to be there with 93 %."


def test_tables_have_all_classes_in_one_field(monkeypatch):
    class Studio:
        def answers(self, *_given, **_named):
            return (answer(("cat", "a|b"), ("cat",)),)

    monkeypatch.setitem(services._HOLDER.__dict__, "studio", Studio())
    subject = Subject(run_id="r", split=Split.TEST)
    assert table(exports.answers_csv(subject))[1] == ["1.jpg", r"cat|a\|b", "cat", "0.9300", "no", ""]


def test_the_table_of_outcomes_is_complete():
    assert table(exports.outcomes_csv(SCORES)) == [
        ["class", "found", "missed", "named, not there", "not there, not named"],
        ["a", "3", "1", "0", "1"],
        ["b", "3", "0", "1", "1"],
    ]


def test_the_table_of_classes_has_the_average_precision():
    header, first, _ = table(exports.classes_csv(SCORES))
    assert header[-2:] == ["average precision", "found"]
    assert first[-2:] == [f"{SCORES.per_class[0].average_precision:.4f}", "3"]


def test_a_cell_says_of_how_many_pictures():
    assert outcomes.rows(SCORES)["told"].tolist()[:3] == [
        "3 of 4 that show it",
        "1 of 4 that show it",
        "0 of 1 that do not show it",
    ]
