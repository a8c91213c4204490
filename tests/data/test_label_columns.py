"""Further columns of a table of labels: what is kept of them, and what is not."""

from __future__ import annotations

from pathlib import Path

from core.data.archive import FoundFile
from core.data.label_columns import LONGEST, MOST, further_columns
from core.data.labels_csv import read_labels
from core.data.scan import scan
from core.domain.dataset import IssueKind, Severity

TABLE = "file,class,site,Age,\na.jpg,cat,North,7,1\nb.jpg,dog, ,8,2\n"


def test_every_column_that_is_not_known_is_kept_with_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(TABLE)
    labels = read_labels(tmp_path / "labels.csv")
    assert [row.columns for row in labels.rows] == [(("site", "North"), ("Age", "7")), (("Age", "8"),)]
    assert labels.issues == ()
    files = [FoundFile(name=name, location=tmp_path / name) for name in ("a.jpg", "b.jpg")]
    assert [one.columns for one in scan(files, labels=labels).candidates] == [
        row.columns for row in labels.rows
    ]


def test_a_table_without_a_header_has_no_further_columns(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("a.jpg,cat\nb.jpg,dog")
    assert [row.columns for row in read_labels(tmp_path / "labels.csv").rows] == [(), ()]


def test_titles_are_told_apart_and_long_words_are_cut() -> None:
    found = further_columns(["file", " Site ", "site", "x\n y"], {0})
    assert found.titles == ((1, "Site"), (2, "site 2"), (3, "x y"))
    long, formula, wrapped = "w" * 200, "'=1+1", "two\n lines"
    assert found.read(["", long, formula, wrapped]) == (
        ("Site", "w" * (LONGEST - 1) + "…"),
        ("site 2", "=1+1"),
        ("x y", "two lines"),
    )


def test_of_very_many_columns_the_first_are_kept_and_the_rest_is_told(tmp_path: Path) -> None:
    titles = [f"c{number}" for number in range(MOST + 2)]
    lines = [",".join(["file", "class", *titles]), ",".join(["a.jpg", "cat", *titles])]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    labels = read_labels(tmp_path / "labels.csv")
    assert [title for title, _ in labels.rows[0].columns] == titles[:MOST]
    (told,) = labels.issues
    assert (told.kind, told.severity) == (IssueKind.TABLE_COLUMNS, Severity.INFORMS)
    assert f"'c{MOST}' and what follows are not" in told.message
