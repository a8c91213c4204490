"""Sentences about changes and single pictures."""

from __future__ import annotations

import pytest

from core.domain.edit import Edit, EditKind
from tests.ui.fake_studio import FakeStudio
from ui import picture_words as words


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (None, "first version"),
        (Edit(kind=EditKind.MOVE, pictures=("a", "b"), label="gear"), "moved 2 pictures to “gear”"),
        (
            Edit(kind=EditKind.RELABEL, pictures=("a", "b"), also=("hound",), classes=("dog",)),
            "added “hound” and took away “dog” in 2 pictures",
        ),
        (Edit(kind=EditKind.RELABEL, pictures=("a",), classes=("dog",)), "took away “dog” in 1 picture"),
        (Edit(kind=EditKind.RENAME, classes=("a",), label="b"), "renamed “a” to “b”"),
        (Edit(kind=EditKind.MERGE, classes=("a", "b", "c"), label="d"), "merged 3 classes into “d”"),
        (Edit(kind=EditKind.FOLDERS, classes=("a", "b")), "took the folders inside “a”, “b” as classes"),
        (Edit(kind=EditKind.SPLIT), "divided the pictures again"),
        (
            Edit(
                kind=EditKind.CORRECT,
                parts=(
                    Edit(kind=EditKind.MOVE, pictures=("a", "b"), label="gear"),
                    Edit(kind=EditKind.EXCLUDE, pictures=("b",)),
                ),
            ),
            "corrected 2 pictures after a review",
        ),
    ],
)
def test_a_change_is_told(edit, said):
    assert words.about_edit(edit) == said


def test_every_kind_of_change_has_its_words():
    assert all(words.about_edit(Edit(kind=kind)) for kind in EditKind)


def test_the_facts_of_a_picture_are_told():
    studio = FakeStudio("doctored")
    measured = studio.facts_of(studio.dataset_.samples[0].sha256)
    assert words.about_facts(measured) == (
        "JPEG, quality 92, 84 KB",
        "Camera: Canon EOS 80D",
        "Taken on 4 May 2025, 14:03:09",
    )
