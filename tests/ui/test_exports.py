"""Tables to download: complete, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from core.domain.dataset import Split
from tests.ui.fake_studio import FakeStudio
from ui import exports, services
from ui.subject import Subject

SUBJECT = Subject(run_id="r2", split=Split.TEST)


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture
def studio(monkeypatch):
    studio = FakeStudio("done", classes=("=cmd()", 'quote"comma,', "plain"))
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", studio)
    return studio


def test_every_answer_has_its_row(studio):
    table = rows(exports.answers_csv(SUBJECT))
    assert table[0] == ["file", "actual", "predicted", "confidence", "right", "doubt"]
    assert len(table) - 1 == studio.report("r2").test.pictures


def test_class_names_never_become_formulas(studio):
    table = rows(exports.classes_csv(studio.report("r2").test))
    assert [row[0] for row in table[1:]] == ["'=cmd()", 'quote"comma,', "plain"]


def test_the_matrix_has_its_classes_on_both_sides(studio):
    table = rows(exports.confusion_csv(studio.report("r2").test, studio.classes))
    assert table[0] == ["actual", "'=cmd()", 'quote"comma,', "plain"]
    assert len(table) == 4


def test_scores_come_with_their_ranges(studio):
    table = rows(exports.classes_csv(studio.report("r2").test))
    assert table[0][:4] == ["class", "precision", "precision from", "precision to"]
    first = studio.report("r2").test.per_class[0]
    assert table[1][7:10] == [f"{v:.4f}" for v in (first.f1, first.f1_interval.low, first.f1_interval.high)]


def test_the_probabilities_are_a_table_with_the_classes_in_it(studio):
    table = pq.read_table(io.BytesIO(exports.answers_parquet(SUBJECT)))
    assert json.loads(table.schema.metadata[b"classes"]) == list(studio.classes)
    assert len(table["probabilities"][0]) == 3


def test_every_result_can_be_taken_along(studio):
    files = exports.files_of(SUBJECT, studio.report("r2").test, studio.classes)
    assert [name for _, name, _ in files] == [
        "answers.csv",
        "predictions.parquet",
        "classes.csv",
        "confusion.csv",
    ]
    assert all(build() for _, _, build in files)
