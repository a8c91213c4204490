"""Tables to download: complete, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from core.domain.dataset import Split
from tests.ui.fake_studio import FakeStudio
from ui import exports, services


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture
def studio(monkeypatch):
    studio = FakeStudio("done", classes=("=cmd()", 'quote"comma,', "plain"))
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", studio)
    return studio


def test_every_answer_has_its_row(studio):
    table = rows(exports.answers_csv("r2", Split.TEST))
    assert table[0] == ["file", "actual", "predicted", "confidence", "right"]
    assert len(table) - 1 == studio.report("r2").test.pictures


def test_class_names_never_become_formulas(studio):
    table = rows(exports.classes_csv(studio.report("r2").test))
    assert [row[0] for row in table[1:]] == ["'=cmd()", 'quote"comma,', "plain"]


def test_the_matrix_has_its_classes_on_both_sides(studio):
    table = rows(exports.confusion_csv(studio.report("r2").test, studio.classes))
    assert table[0] == ["actual", "'=cmd()", 'quote"comma,', "plain"]
    assert len(table) == 4
