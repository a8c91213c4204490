"""Tables of labels in the forms in which people have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.archive import FoundFile
from core.data.group_names import as_written, given_names
from core.data.label_match import match
from core.data.labels_csv import LabelRow, Labels, read_labels
from core.data.scan import Scan, scan
from core.domain.dataset import IssueKind, Severity, Split
from core.domain.errors import DatasetError

PLAIN = "file,class\na.jpg,cat\nb.jpg,dog\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "labels.csv"


def read(table: Path, text: str | bytes) -> Labels:
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_labels(table)


def pairs(labels: Labels) -> list[tuple[str, str]]:
    return [(row.file, row.label) for row in labels.rows]


def refusal(table: Path, text: str | bytes) -> str:
    with pytest.raises(DatasetError) as caught:
        read(table, text)
    assert "columns file and class" in caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace("\n", "\r\n\r\n").encode(),
        b'"file","class"\n"a.jpg","cat"\n"b.jpg","dog"',
        b"a.jpg,cat\nb.jpg,dog",
        b"id,breed\na.jpg,cat\nb.jpg,dog",
        b"\nLabel,ID,File Name\ncat,1,a.jpg\ndog,2,b.jpg",
    ],
)
def test_every_usual_form_is_read(raw: bytes, table: Path) -> None:
    assert pairs(read(table, raw)) == [("a.jpg", "cat"), ("b.jpg", "dog")]


def test_old_encodings_are_read(table: Path) -> None:
    assert pairs(read(table, "file,class\na.jpg,Käse".encode("cp1252"))) == [("a.jpg", "Käse")]


@pytest.mark.parametrize(
    ("written", "own", "used", "label"),
    [
        ("cp1251", "cp1251", "cp1251", "кошка"),
        ("cp932", "cp932", "cp932", "猫"),
        ("cp1252", "UTF-8", "cp1252", "Käse"),
        ("cp1252", "no such page", "cp1252", "Käse"),
    ],
)
def test_a_table_that_is_not_utf_8_is_read_by_this_computers_code_page_and_that_is_told(
    written: str, own: str, used: str, label: str, table: Path
) -> None:
    """Whatever was not UTF-8 was once read as Western European, which made nonsense of other alphabets."""
    table.write_bytes(f"file,class\na.jpg,{label}\n".encode(written))
    labels = read_labels(table, code_page=own)
    assert pairs(labels) == [("a.jpg", label)]
    (told,) = labels.issues
    assert (told.kind, told.severity) == (IssueKind.TABLE_ENCODING, Severity.INFORMS)
    assert told.message == f"'labels.csv' is not written in UTF-8; it was read as {used}."


def test_a_table_that_says_how_it_is_written_is_no_guess(table: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
        assert read(table, "file,class\na.jpg,Käse".encode(encoding)).issues == ()


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=; ", "\ufeffsep=;"])
def test_the_line_that_tells_excel_the_delimiter_is_understood(first: str, table: Path) -> None:
    labels = read(table, f"{first}\r\nfile;class\r\na,b.jpg;cat\r\n;dog\r\n")
    assert pairs(labels) == [("a,b.jpg", "cat")]
    assert labels.issues[0].paths == ("labels.csv, line 4",)


def test_a_delimiter_told_in_the_first_line_may_be_any_sign(table: Path) -> None:
    assert pairs(read(table, "sep=^\nfile^class\na.jpg^cat, big\n")) == [("a.jpg", "cat, big")]
    assert pairs(read(table, "sep=\t\nfile\tclass\na.jpg\tcat, big\n")) == [("a.jpg", "cat, big")]


def test_a_table_with_nothing_but_its_delimiter_is_empty(table: Path) -> None:
    assert "is empty" in refusal(table, "sep=;\n")


@pytest.mark.parametrize(
    "header",
    [
        "filepaths,labels,number",
        "filenames,class_name,number",
        "images,Categories,number",
        "image_path,class_label,number",
        "Image File Name,ground truth,number",
        "img_path,target,number",
        "image_id,category_name,number",
        "image_id,dx,dx_type",
        "fname,tags,number",
        "paths,species,number",
    ],
)
def test_columns_are_known_by_the_words_that_data_sites_use(header: str, table: Path) -> None:
    labels = read(table, f"{header}\na.jpg,cat,1\nb.jpg,dog,2\n")
    assert pairs(labels) == [("a.jpg", "cat"), ("b.jpg", "dog")]
    assert [len(row.columns) for row in labels.rows] == [1, 1]


def test_a_third_column_without_a_header_may_be_the_split(table: Path) -> None:
    labels = read(table, "a.jpg;cat;train\nb.jpg;dog;test\nc.jpg;dog;\n")
    assert pairs(labels) == [("a.jpg", "cat"), ("b.jpg", "dog"), ("c.jpg", "dog")]
    assert [row.split for row in labels.rows] == [Split.TRAIN, Split.TEST, None]


def test_a_third_column_without_a_header_that_is_no_split_is_not_guessed(table: Path) -> None:
    assert "names no columns" in refusal(table, "a.jpg,cat,17\nb.jpg,dog,18\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_blanks_behind_the_delimiter_do_not_hide_quotes(delimiter: str, table: Path) -> None:
    """A class was once named '"cat"', with its quotes, and what held the delimiter lost its line."""
    text = f'"file", "class"\n1.jpg, "cat"\n"2.jpg",  "dog{delimiter} big"\n3.jpg, owl\n'
    labels = read(table, text.replace(", ", f"{delimiter} ").replace(",  ", f"{delimiter}  "))
    big = ["dog", "big"] if delimiter == "|" else [f"dog{delimiter} big".replace("\t", " ")]
    assert labels.issues == ()
    assert [(row.file, *row.labels) for row in labels.rows] == [
        ("1.jpg", "cat"),
        ("2.jpg", *big),
        ("3.jpg", "owl"),
    ]


def test_delimiters_inside_quotes_do_not_count(table: Path) -> None:
    labels = read(table, 'a.jpg, "cat|dog|owl|cow, big"\nb.jpg, dog\n')
    assert [row.labels for row in labels.rows] == [("cat", "dog", "owl", "cow, big"), ("dog",)]


def test_group_and_split_are_read(table: Path) -> None:
    labels = read(table, "file,class,group,split\na.jpg,cat,p1,Train\nb.jpg,dog,,val\nc.jpg,dog,p2,\n")
    assert labels.issues == ()
    assert [(row.group, row.split) for row in labels.rows] == [
        ("p1", Split.TRAIN),
        (None, Split.VALIDATION),
        ("p2", None),
    ]


@pytest.mark.parametrize("word", ["NA", "nan", "None", "True", "01", "1.0", "2024-01-01", "null"])
def test_classes_are_text_and_stay_as_they_are(word: str, table: Path) -> None:
    assert pairs(read(table, f"file,class\na.jpg,{word}\n")) == [("a.jpg", word)]


@pytest.mark.parametrize("name", ["=SUM(A1)", "+1", "-1", "@x"])
def test_the_quote_of_exports_before_a_formula_is_taken_off(name: str, table: Path) -> None:
    assert pairs(read(table, f"file,class\na.jpg,'{name}\nb.jpg,{name}\n")) == [
        ("a.jpg", name),
        ("b.jpg", name),
    ]


def test_every_line_is_used_or_told(table: Path) -> None:
    labels = read(table, "file,class\na.jpg,cat\nb.jpg\n,dog\nc.jpg,dog,more\nd.jpg,do\0g\ne.jpg,dog,,\n\n")
    assert [row.line for row in labels.rows] == [2, 7]
    told = {path for issue in labels.issues for path in issue.paths}
    assert told == {f"labels.csv, line {number}" for number in (3, 4, 5, 6)}
    assert labels.issues[0].message == "1 line left out. They name no class."
    assert {issue.kind for issue in labels.issues} == {IssueKind.NO_CLASS}


def test_splits_are_known_by_more_words(table: Path) -> None:
    labels = read(table, "file,class,split\na.jpg,cat,train_set\nb.jpg,dog,eval\nc.jpg,dog,test\nd.jpg,dog\n")
    assert [row.split for row in labels.rows] == [Split.TRAIN, Split.VALIDATION, Split.TEST, None]
    assert labels.issues == ()


def test_an_unknown_split_is_told_and_the_picture_kept(table: Path) -> None:
    labels = read(table, "file,class,split\na.jpg,cat,fold3\n")
    assert labels.rows == (LabelRow(line=2, file="a.jpg", label="cat"),)
    assert labels.issues[0].message.startswith("1 line used without its split.")


@pytest.mark.parametrize(
    "place",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\x.jpg",
        "c:/x.jpg",
        "http://host/x.jpg",
        "S3://bucket/x.jpg",
        "\\\\host\\x.jpg",
        "~/x",
        "a/../x.jpg",
    ],
)
def test_places_outside_the_upload_are_told_and_never_looked_at(place: str, table: Path) -> None:
    labels = read(table, f"file,class\n{place},cat\n")
    assert labels.rows == ()
    assert "outside the upload" in labels.issues[0].message


@pytest.mark.parametrize("name", ["10:15.jpg", "a: b/1.jpg", "x:y.jpg", "shot 1:2/1.jpg"])
def test_a_colon_in_a_name_is_no_place_outside(name: str, table: Path) -> None:
    """Every colon near the beginning was once taken for a drive or an address."""
    assert pairs(read(table, f"file,class\n{name},cat\n")) == [(name, "cat")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("width,height\n1,2\n", "Line 1 of 'labels.csv' names no columns for file and class"),
        ('file,class\na.jpg,cat\nb.jpg,"dog\n', "Line 3 of 'labels.csv' cannot be read: a quotation mark"),
        (f"file,class\na.jpg,cat\nb.jpg,{'x' * 200_000}\n", "Line 3 of 'labels.csv' cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, words: str, table: Path) -> None:
    assert words in refusal(table, text)


def test_a_table_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read: No such file"):
        read_labels(tmp_path / "gone.csv")


def rows(*files: str) -> list[LabelRow]:
    return [LabelRow(line=2 + index, file=file, label="x") for index, file in enumerate(files)]


@pytest.mark.parametrize(
    ("told", "names", "meant"),
    [
        ("a/1.jpg", ["a/1.jpg", "b/1.jpg"], "a/1.jpg"),
        ("1.jpg", ["data/1.jpg", "data/2.jpg"], "data/1.jpg"),
        ("a/1.jpg", ["data/a/1.jpg", "data/b/1.jpg"], "data/a/1.jpg"),
        ("set/images/1.jpg", ["images/1.jpg"], "images/1.jpg"),
        ("1.JPG", ["1.jpg"], "1.jpg"),
        ("1", ["x/1.jpg", "x/2.jpg"], "x/1.jpg"),
        ("u\u0308.jpg", ["\u00fc.jpg"], "\u00fc.jpg"),
        ("A/1.jpg", ["a/1.jpg", "A/1.jpg"], "A/1.jpg"),
        ("1.jpg", ["a/1.jpg", "b/1.jpg"], None),
        ("1", ["1.jpg", "1.png"], None),
        ("10.jpg", ["0.jpg"], None),
    ],
)
def test_names_are_matched_as_people_write_them(told: str, names: list[str], meant: str | None) -> None:
    matched = match(rows(told), names)
    assert list(matched.rows) == ([meant] if meant else [])
    assert len(matched.unused) == (meant is None)


def scanned(
    tmp_path: Path, names: list[str], text: str, *, at: str = "labels.csv", **options: object
) -> Scan:
    table = tmp_path / "000001"
    table.write_text(text, encoding="utf-8")
    files = [FoundFile(name=name, location=tmp_path / "none") for name in names]
    return scan([FoundFile(name=at, location=table), *files], **options)  # type: ignore[arg-type]


def test_a_table_in_the_upload_gives_the_classes(tmp_path: Path) -> None:
    found = scanned(
        tmp_path, ["x/a.jpg", "x/b.jpg"], "file,class,group,split\na.jpg,cat,g,test\nb.jpg,dog,,\n"
    )
    assert [(c.label, c.group, c.split) for c in found.candidates] == [
        ("cat", "g", Split.TEST),
        ("dog", None, None),
    ]
    assert [issue.kind for issue in found.issues] == [IssueKind.SPLIT_FOLDERS]


def test_files_and_lines_without_each_other_are_told(tmp_path: Path) -> None:
    found = scanned(tmp_path, ["a.jpg", "b.jpg", "c.jpg"], "file,class\na.jpg,cat\nb.jpg,dog\nz.jpg,dog\n")
    assert [c.name for c in found.candidates] == ["a.jpg", "b.jpg"]
    assert [issue.paths for issue in found.issues] == [("c.jpg",), ("labels.csv, line 4",)]
    assert found.issues[0].message == "1 file left out. The table of labels does not name them."


def test_a_file_with_two_classes_is_left_out_and_told(tmp_path: Path) -> None:
    text = "file,class\na.jpg,cat\na.jpg,dog\nb.jpg,dog\nb.jpg,dog\n"
    found = scanned(tmp_path, ["a.jpg", "b.jpg"], text)
    assert [(c.name, c.label) for c in found.candidates] == [("b.jpg", "dog")]
    assert [(issue.kind, issue.paths) for issue in found.issues] == [
        (IssueKind.CONFLICTING_LABEL, ("a.jpg",))
    ]


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("cat/labels.csv", "file,class\na.jpg,owl\nb.jpg,owl\n"),
        ("labels.csv", "file,class\nothers.jpg,owl\n"),
        ("labels.csv", "width,height\n1,2\n"),
        ("__MACOSX/labels.csv", "file,class\na.jpg,owl\nb.jpg,owl\n"),
    ],
)
def test_other_tables_leave_the_classes_to_the_folders(at: str, text: str, tmp_path: Path) -> None:
    found = scanned(tmp_path, ["cat/a.jpg", "dog/b.jpg"], text, at=at)
    assert [c.label for c in found.candidates] == ["cat", "dog"]
    assert [issue.paths for issue in found.issues] == [(at,)]


FLAGS = "image,MEL,NV, Blue nevus \na.jpg,1.0,0.0,0\nb.jpg,0.0,1.0,0\nc.jpg,0,0,1\n"


@pytest.mark.parametrize(
    "text", [FLAGS, FLAGS.replace(",", ";"), FLAGS.replace("1.0", "x").replace("0.0", "").replace("1", "Yes")]
)
def test_a_column_for_each_class_is_understood(text: str, table: Path) -> None:
    """As in the tables of competitions, and of programs for labelling."""
    labels = read(table, text)
    assert pairs(labels) == [("a.jpg", "MEL"), ("b.jpg", "NV"), ("c.jpg", "Blue nevus")]
    assert not labels.several
    (told,) = labels.issues
    assert (told.kind, told.severity) == (IssueKind.TABLE_COLUMNS, Severity.INFORMS)
    assert told.message.endswith("each was read as a class: 'MEL', 'NV', 'Blue nevus'.")


def test_a_column_for_each_class_may_say_yes_several_times_or_never(table: Path) -> None:
    labels = read(
        table, "filename,cat,dog,a|b,site,patient\na.jpg,1,1,0,B,7\nb.jpg,0,0,0,B,7\nc.jpg,0,0,1,,8\n"
    )
    assert [row.labels for row in labels.rows] == [("cat", "dog"), ("a|b",)]
    assert [(row.line, row.group) for row in labels.rows] == [(2, "7"), (4, "8")]
    assert [row.columns for row in labels.rows] == [(("site", "B"),), ()]
    assert labels.several
    assert [issue.paths for issue in labels.issues if issue.kind is IssueKind.NO_CLASS] == [
        ("labels.csv, line 3",)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "file,sharp,checked\na.jpg,1,maybe\n",  # one column of yes and no is no class
        "file,width,height\na.jpg,64,64\n",
        "file,cat,dog\n",
        "cat,dog\n1,0\n",
    ],
)
def test_other_columns_are_no_classes(text: str, table: Path) -> None:
    assert "names no columns for file and class" in refusal(table, text)


def test_a_column_for_each_class_counts_only_where_folders_tell_no_classes(tmp_path: Path) -> None:
    text = "file,sharp,bright\na.jpg,1,0\nb.jpg,0,1\n"
    found = scanned(tmp_path, ["cat/a.jpg", "dog/b.jpg"], text)
    assert [c.label for c in found.candidates] == ["cat", "dog"]
    found = scanned(tmp_path, ["in/a.jpg", "in/b.jpg"], text)
    assert [c.label for c in found.candidates] == ["sharp", "bright"]


def test_every_split_may_have_a_table_of_its_own(tmp_path: Path) -> None:
    """As in exports for classification with several classes per picture."""
    for folder, lines in (("train", "1.jpg,1,0\n2.jpg,0,1\n"), ("valid", "1.jpg,0,1\ngone.jpg,1,0\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "_classes.csv").write_text(f"filename, cat, dog\n{lines}")
    names = ["train/1.jpg", "train/2.jpg", "valid/1.jpg", "train/_classes.csv", "valid/_classes.csv"]
    found = scan([FoundFile(name=name, location=tmp_path / name) for name in names])
    assert [(c.name, c.label, c.split) for c in found.candidates] == [
        ("train/1.jpg", "cat", Split.TRAIN),
        ("train/2.jpg", "dog", Split.TRAIN),
        ("valid/1.jpg", "dog", Split.VALIDATION),
    ]
    assert [issue.paths for issue in found.issues if issue.paths] == [("valid/_classes.csv, line 3",)]


def test_a_table_beside_the_upload_goes_before_folders(tmp_path: Path) -> None:
    labels = Labels(name="my.csv", rows=(LabelRow(line=2, file="cat/a.jpg", label="owl"),))
    found = scanned(tmp_path, ["cat/a.jpg", "dog/b.jpg"], "", at="notes.txt", labels=labels)
    assert [(c.name, c.label) for c in found.candidates] == [("cat/a.jpg", "owl")]


def test_split_folders_count_where_the_table_names_no_split(tmp_path: Path) -> None:
    text = "file,class\na.jpg,cat\nb.jpg,dog\nc.jpg,cat\n"
    found = scanned(tmp_path, ["train/a.jpg", "train/b.jpg", "test/c.jpg"], text)
    assert {c.name: c.split for c in found.candidates} == {
        "train/a.jpg": Split.TRAIN,
        "train/b.jpg": Split.TRAIN,
        "test/c.jpg": Split.TEST,
    }


def test_one_series_can_be_given_for_all() -> None:
    files = [FoundFile(name=f"{number}.jpg", location=Path("none")) for number in range(2)]
    found = scan(files, label="owl", group="burst 1")
    assert [(c.label, c.group) for c in found.candidates] == [("owl", "burst 1")] * 2


def classes(labels: Labels) -> list[tuple[str, ...]]:
    return [row.labels for row in labels.rows]


@pytest.mark.parametrize(
    "text",
    [
        "file,class\na.jpg,cat|dog\nb.jpg,dog\n",
        "file,classes\na.jpg,cat;dog\nb.jpg,dog\n",
        "file,labels\na.jpg,cat | dog|cat\nb.jpg,dog\n",
        'file;classes\na.jpg;"cat;dog"\nb.jpg;dog\n',
        "file|classes\na.jpg|cat;dog\nb.jpg|dog\n",
        "a.jpg,cat|dog\nb.jpg,dog\n",
    ],
)
def test_several_classes_are_read_in_every_usual_form(text: str, table: Path) -> None:
    labels = read(table, text)
    assert labels.several
    assert classes(labels) == [("cat", "dog"), ("dog",)]


def test_three_classes_without_a_header_are_no_columns(table: Path) -> None:
    """A bar in the first line was once taken for what divides its columns."""
    assert classes(read(table, "a.jpg,cat|dog|owl\nb.jpg,dog\n")) == [("cat", "dog", "owl"), ("dog",)]


def test_a_semicolon_in_a_column_of_one_class_belongs_to_the_name(table: Path) -> None:
    labels = read(table, "file,class\na.jpg,nuts; bolts\nb.jpg,dog\n")
    assert not labels.several
    assert classes(labels) == [("nuts; bolts",), ("dog",)]


def test_lines_whose_classes_are_all_empty_are_told(table: Path) -> None:
    labels = read(table, "file,classes\na.jpg,cat|dog\nb.jpg,| ;\n")
    assert classes(labels) == [("cat", "dog")]
    assert [issue.message for issue in labels.issues] == ["1 line left out. They name no class."]
    assert labels.issues[0].paths == ("labels.csv, line 3",)


@pytest.mark.parametrize("group", ["~rest", "a + b", "+ b"])
def test_a_series_that_looks_like_one_of_ours_keeps_its_name(group: str, table: Path) -> None:
    row = read(table, f"file,class,group\na.jpg,cat,{group}\n").rows[0]
    assert given_names(row.group) == (row.group,)
    assert as_written(row.group) == group


def test_lines_of_one_file_add_up_where_a_table_has_several_classes(table: Path, tmp_path: Path) -> None:
    labels = read(table, "file,classes,split\na.jpg,cat,test\na.jpg,dog;owl,test\na.jpg,cat,test\n")
    found = scan([FoundFile(name="a.jpg", location=tmp_path / "a.jpg")], labels=labels)
    assert found.candidates[0].labels == ("cat", "dog", "owl")
    assert found.candidates[0].split is Split.TEST


def test_lines_of_one_file_that_disagree_say_how_to_mean_several(table: Path, tmp_path: Path) -> None:
    labels = read(table, "file,class\na.jpg,cat\na.jpg,dog\n")
    found = scan([FoundFile(name="a.jpg", location=tmp_path / "a.jpg")], labels=labels)
    assert found.candidates == ()
    assert found.issues[0].kind is IssueKind.CONFLICTING_LABEL
    assert found.issues[0].hint.endswith("call the column classes.")
