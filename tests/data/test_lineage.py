"""The way between two versions: names that classes get, and the last change of a picture."""

from __future__ import annotations

import pytest

from core.data.lineage import STANDING, pictures_of, way
from core.domain.edit import Edit, EditKind, VersionLine
from tests.store.made import NOON


def line(version: str, parent: str | None, edit: Edit | None) -> VersionLine:
    return VersionLine(
        id=version,
        version=int(version[1:]),
        parent_id=parent,
        edit=edit,
        author="",
        created_at=NOON,
        pictures=4,
        classes=2,
        current=False,
    )


def renamed(old: str, new: str) -> Edit:
    return Edit(kind=EditKind.RENAME, classes=(old,), label=new)


MOVED = Edit(kind=EditKind.MOVE, pictures=("a", "b"), label="cat")
CORRECTED = Edit(kind=EditKind.CORRECT, parts=(MOVED, Edit(kind=EditKind.EXCLUDE, pictures=("c",))))
# v1 -- v2 (dog: hound) -- v3 (cat and kitten: cat) -- v4 (corrected)
#         `- v5 (hound: wolf; made after v3 and v4 were taken back)
LINES = (
    line("v5", "v2", renamed("hound", "wolf")),
    line("v4", "v3", CORRECTED),
    line("v3", "v2", Edit(kind=EditKind.MERGE, classes=("cat", "kitten"), label="cat")),
    line("v2", "v1", renamed("dog", "hound")),
    line("v1", None, Edit(kind=EditKind.IMPORT)),
)
OLD = ("cat", "dog", "kitten")


@pytest.mark.parametrize(
    ("then", "now", "names"),
    [
        ("v1", "v1", OLD),
        ("v1", "v2", ("cat", "hound", "kitten")),
        ("v1", "v4", ("cat", "hound", "cat")),
        ("v1", "v5", ("cat", "wolf", "kitten")),
        ("v1", "gone", OLD),
        ("gone", "v5", OLD),
    ],
)
def test_classes_are_known_by_their_names_at_the_end(then, now, names):
    assert way(LINES, then=then, now=now).names(OLD) == names


def test_a_rename_that_was_taken_back_gives_the_old_name():
    assert way(LINES, then="v2", now="v1").names(("hound",)) == ("dog",)
    assert way(LINES, then="v4", now="v5").names(("cat", "hound")) == ("cat", "wolf")
    assert way(LINES, then="v5", now="v4").names(("cat", "wolf")) == ("cat", "hound")


def test_names_that_change_places_stay_apart():
    lines = (
        line("v4", "v3", renamed("x", "cat")),
        line("v3", "v2", renamed("cat", "dog")),
        line("v2", "v1", renamed("dog", "x")),
        line("v1", None, None),
    )
    assert way(lines, then="v1", now="v4").names(("cat", "dog")) == ("dog", "cat")


def test_a_picture_of_two_merged_classes_shows_one():
    assert way(LINES, then="v1", now="v4").labels(("kitten", "dog", "cat")) == ("cat", "hound")


def test_corrections_are_between_versions_only_on_the_way_on():
    assert way(LINES, then="v1", now="v4").corrects
    assert not way(LINES, then="v4", now="v1").corrects
    assert not way(LINES, then="v5", now="v4").corrects
    assert not way(LINES, then="v1", now="v3").corrects
    assert [way(LINES, then=then, now="v3").goes_back for then in ("v1", "v3", "v4", "v5")] == [
        *(False, False, True, False)
    ]
    assert way(LINES, then="v9", now="v4") is STANDING


def test_the_last_change_of_a_picture_is_found_in_parts_too():
    lines = (line("v3", "v2", Edit(kind=EditKind.RESTORE, pictures=("c",))), line("v2", "v1", CORRECTED))
    changes = way((*lines, line("v1", None, None)), then="v1", now="v3").last_changes()
    assert {sha256: one.id for sha256, one in changes.items()} == {"a": "v2", "b": "v2", "c": "v3"}
    assert pictures_of(CORRECTED) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("then", "now", "changed"), [("v1", "v3", ""), ("v2", "v4", "abc"), ("v4", "v5", "abc"), ("v5", "v2", "")]
)
def test_pictures_that_changes_name_on_the_way_back_and_on(then, now, changed):
    assert way(LINES, then=then, now=now).changed_pictures() == set(changed)
