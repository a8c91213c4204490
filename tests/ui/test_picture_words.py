"""Sentences about changes, splits and single pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.dataset import Split
from core.domain.edit import Edit, EditKind, Probe, SplitCheck
from tests.ui.fake_studio import FakeStudio
from ui import picture_words as words

CHECK = SplitCheck(
    series=2,
    pictures=5,
    leaked=1,
    pairs=(),
    plain=Probe(accuracy=0.98, low=0.95, high=0.99),
    honest=Probe(accuracy=0.91, low=0.85, high=0.95),
)


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


def test_both_scores_stand_in_one_sentence():
    assert words.about_scores(CHECK) == "A plain split would have told 98 of 100; honest is 91 (85 to 95)."


def test_a_difference_within_the_range_may_be_chance():
    near = replace(CHECK, plain=Probe(accuracy=0.94, low=0.9, high=0.97))
    assert words.about_scores(near).endswith("The difference may be chance.")


def test_equal_scores_are_not_told_as_a_difference():
    same = replace(CHECK, plain=CHECK.honest)
    assert words.about_scores(same) == "A quick probe tells 91 of 100 (85 to 95), with either split."


def test_turns_are_told_with_both_scores():
    turns = replace(
        CHECK,
        folds=5,
        plain=Probe(accuracy=0.92, low=0.85, high=0.96),
        honest=Probe(accuracy=0.84, low=0.73, high=0.91),
    )
    how = "With so few pictures each took its turn at being judged (5-fold cross-check): "
    assert words.about_scores(turns) == (
        f"{how}honest is 84 of 100 (73 to 91); a plain division would have told 92."
    )
    near = replace(turns, plain=Probe(accuracy=0.9, low=0.8, high=0.95))
    assert words.about_scores(near).endswith("told 90. The difference may be chance.")
    assert words.about_scores(replace(turns, plain=None)) == f"{how}a quick probe tells 84 of 100 (73 to 91)."
    assert words.about_scores(replace(turns, plain=turns.honest)).endswith("kept together or torn apart.")


def test_without_a_probe_no_score_is_told():
    assert words.about_scores(replace(CHECK, plain=None)) == ""


def test_a_hundred_of_hundred_is_told_only_when_nothing_is_missing():
    nearly = replace(CHECK, plain=Probe(accuracy=0.996, low=0.98, high=1.0))
    assert "told 99 of 100" in words.about_scores(nearly)


def test_series_that_are_not_kept_together_are_told():
    assert "chose not to" in words.about_series(CHECK, kept=False)


def test_series_that_came_on_both_sides_are_not_said_to_stay_together():
    told = words.about_series(CHECK, kept=True, torn=2)
    assert "2 of them are on both sides" in told
    assert "each stays together" not in told


def test_torn_series_are_those_in_more_than_one_split():
    dataset = FakeStudio("doctored").dataset("p1")
    first, second, third = dataset.samples[:3]
    samples = (
        replace(first, group="a", split=Split.TRAIN),
        replace(second, group="a", split=Split.TEST),
        replace(third, group="b", split=Split.TEST),
    )
    assert words.torn_series(replace(dataset, samples=samples)) == 1


def test_one_given_away_picture_is_told_in_the_singular():
    assert "judged on 1 picture whose twin" in words.about_leaks(CHECK)


def test_the_facts_of_a_picture_are_told():
    studio = FakeStudio("doctored")
    measured = studio.facts_of(studio.dataset_.samples[0].sha256)
    assert words.about_facts(measured) == (
        "JPEG, quality 92, 84 KB",
        "Camera: Canon EOS 80D",
        "Taken on 4 May 2025, 14:03:09",
    )
