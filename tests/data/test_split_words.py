"""How pictures were divided, and whether that makes a fair exam, in sentences."""

from __future__ import annotations

from dataclasses import replace

from core.data import split_words as words
from core.domain.dataset import Dataset, Sample, Split
from core.domain.edit import Probe, SplitCheck, SplitSettings
from tests.evaluation.made import drawn
from tests.sharing.made_report import dataset_of

OFF = "That pictures which look alike stay together was switched off."
CHECK = SplitCheck(
    series=2,
    pictures=5,
    leaked=1,
    pairs=(),
    plain=Probe(accuracy=0.98, low=0.95, high=0.99),
    honest=Probe(accuracy=0.91, low=0.85, high=0.95),
)


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
    """It said that no pictures were alike, where nobody had looked, and that a kept column was not kept."""
    assert words.about_series(replace(CHECK, series=0, pictures=0), kept=False) == OFF
    assert words.about_series(CHECK, kept=False) == (
        "2 series of pictures that belong together (5 pictures) were found; each stays together, for "
        f"learning or for judging. {OFF}"
    )
    assert words.about_scores(CHECK, kept=False).endswith("; the split in use tells 91 (85 to 95).")


def test_series_that_came_on_both_sides_are_not_said_to_stay_together():
    found = "2 series of pictures that belong together (5 pictures) were found."
    why = "on both sides, because the upload came divided like that"
    assert words.about_series(CHECK, kept=True, torn=2) == f"{found} All of them are {why}."
    assert words.about_series(CHECK, kept=True, torn=1) == (
        f"{found} 1 of them is {why}; the other stays together, for learning or for judging."
    )
    assert "honest" not in words.about_scores(CHECK, torn=1)


def test_torn_series_are_those_in_more_than_one_split():
    assert words.torn_series(divided(("a", Split.TRAIN), ("a", Split.TEST), ("b", Split.TEST))) == 1


def test_one_given_away_picture_is_told_in_the_singular():
    assert "judged on 1 picture whose twin" in words.about_leaks(CHECK)


def test_it_is_told_who_divided_the_pictures():
    dataset = divided((None, Split.TRAIN), (None, Split.TEST))
    first, second = (replace(sample, given=True) for sample in dataset.samples)
    lot = "divided by lot, each class as evenly as possible."
    assert words.how_divided(dataset) == (f"The pictures were {lot}",)
    assert words.how_divided(replace(dataset, samples=(first, dataset.samples[1]))) == (
        f"1 picture came with its place and kept it; the others were {lot}",
    )
    (told,) = words.how_divided(replace(dataset, samples=(first, second)))
    assert told.startswith("The pictures came already divided: whoever brought them in chose")


def test_rules_are_told_with_what_they_came_to():
    by = SplitSettings(column="patient", prefix="_", folders=True, keep_series=False)
    told = words.how_divided(replace(divided(("a", Split.TRAIN)), split_settings=by, split_check=CHECK))
    assert told[1:4] == (
        "Pictures with the same “patient” in the table were to stay together.",
        "Pictures in the same folder inside their class were to stay together.",
        "Pictures whose file names are the same up to “_” were to stay together.",
    )
    assert told[4] == words.about_series(CHECK, kept=False)
    assert words.how_divided(replace(divided(("a", Split.TRAIN)), split_settings=by))[-1] == OFF


def divided(*placed: tuple[str | None, Split]) -> Dataset:
    """Return pictures of one class, each with its series and its split."""
    samples = tuple(
        Sample(path=f"{n}.png", sha256=f"{n:064x}", width=8, height=8, label="bolt", split=split, group=group)
        for n, (group, split) in enumerate(placed)
    )
    return replace(dataset_of(drawn(3, 1), ("bolt",)), samples=samples)
