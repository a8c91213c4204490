"""Tables of labels in a spreadsheet's own file."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from core.data import workbook
from core.data.archive import FoundFile
from core.data.labels_csv import read_labels
from core.data.scan import scan
from core.domain.dataset import IssueKind
from core.domain.errors import DatasetError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LABELS = [["file", "class"], ["a.jpg", "Größe 1"], ["b.jpg", 7], ["c.jpg", 1.5]]


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """The smallest workbook that programs open; texts stand in the cells themselves."""
    target = io.BytesIO()
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{number}" r:id="r{number}"/>'
        for number, title in zip(numbers, sheets, strict=True)
    )
    types = "".join(
        f'<Override PartName="/xl/s{number}.xml" ContentType="{KIND}.worksheet+xml"/>' for number in numbers
    )
    related = "".join(
        f'<Relationship Id="r{number}" Type="{LINKS}/worksheet" Target="s{number}.xml"/>'
        for number in numbers
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PARTS}/content-types"><Override PartName="/xl/workbook.xml" '
            f'ContentType="{KIND}.sheet.main+xml"/>{types}</Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PARTS}/relationships"><Relationship Id="r1" '
            f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PARTS}/relationships">{related}</Relationships>',
        )
        for number, rows in zip(numbers, sheets.values(), strict=True):
            archive.writestr(f"xl/s{number}.xml", sheet_xml(rows))
    return target.getvalue()


def sheet_xml(rows: Sequence[Sequence[object]]) -> str:
    lines = ""
    for at, row in enumerate(rows, start=1):
        cells = "".join(cell_xml(value, f"{chr(65 + place)}{at}") for place, value in enumerate(row))
        lines += f'<row r="{at}">{cells}</row>' if row else ""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def cell_xml(value: object, place: str) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "labels.xlsx"


def test_a_workbook_is_read_like_a_csv(table: Path) -> None:
    table.write_bytes(xlsx({"Sheet1": LABELS}))
    labels = read_labels(table)
    assert [(row.line, row.file, row.label) for row in labels.rows] == [
        (2, "a.jpg", "Größe 1"),
        (3, "b.jpg", "7"),
        (4, "c.jpg", "1.5"),
    ]
    assert labels.issues == ()


def test_the_sheet_that_names_files_is_taken_and_told(table: Path) -> None:
    notes = [["Made by", "Ada"], [], ["On", 45000]]
    table.write_bytes(xlsx({"Notes": notes, "The labels": [[], *LABELS], "Empty": []}))
    labels = read_labels(table)
    assert [(row.line, row.label) for row in labels.rows] == [(3, "Größe 1"), (4, "7"), (5, "1.5")]
    (told,) = labels.issues
    assert told.kind is IssueKind.TABLE_COLUMNS
    assert told.message == "'labels.xlsx' has several sheets; 'The labels' was read."


def test_a_workbook_among_the_pictures_gives_the_classes(tmp_path: Path, table: Path) -> None:
    table.write_bytes(xlsx({"Sheet1": LABELS}))
    names = ["labels.xlsx", "in/a.jpg", "in/b.jpg", "in/c.jpg"]
    found = scan([FoundFile(name=name, location=tmp_path / name) for name in names])
    assert [(c.name, c.label) for c in found.candidates] == [
        ("in/a.jpg", "Größe 1"),
        ("in/b.jpg", "7"),
        ("in/c.jpg", "1.5"),
    ]
    assert found.issues == ()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"PK\x03\x04" + bytes(200), "cannot be read as a spreadsheet"),
        (xlsx({"Sheet1": []}), "is empty"),
        (xlsx({"Sheet1": [["width", "height"], [1, 2]]}), "names no columns for file and class"),
    ],
)
def test_what_is_no_table_of_labels_is_refused(raw: bytes, words: str, table: Path) -> None:
    table.write_bytes(raw)
    with pytest.raises(DatasetError, match=words) as caught:
        read_labels(table)
    assert "CSV" in caught.value.hint


def test_a_sheet_that_claims_billions_of_cells_harms_nobody(table: Path) -> None:
    """The reader makes room for all cells between the first and the last one."""
    whole = xlsx({"Sheet1": LABELS})
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            text = source.read(name).decode()
            far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            archive.writestr(name, text.replace("</sheetData>", far))
    table.write_bytes(target.getvalue())
    with pytest.raises(
        DatasetError, match=r"has more than 20,000,000 cells|takes too long or too much memory"
    ):
        read_labels(table)


def test_a_reader_that_hangs_is_ended(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(workbook, "SECONDS", 0.2)
    table.write_bytes(xlsx({"Sheet1": LABELS}))
    with pytest.raises(DatasetError, match="takes too long"):
        read_labels(table)
