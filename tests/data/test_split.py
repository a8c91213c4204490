"""Dividing pictures, and what a dataset says about itself."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.data.collect import Collected, Picture
from core.data.split import assign, build_dataset, split_again
from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Severity, Split
from core.domain.edit import SplitSettings
from core.domain.errors import DatasetError

TRAIN, VALIDATION, TEST = Split.TRAIN, Split.VALIDATION, Split.TEST
PLAIN = SplitSettings()
NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)


def pictures(label: str, count: int, split: Split | None = None, start: int = 0) -> list[Picture]:
    return [
        Picture(
            path=f"{label}/{number}.jpg",
            sha256=hashlib.sha256(f"{label} {number}".encode()).hexdigest(),
            width=9,
            height=9,
            label=label,
            split=split,
        )
        for number in range(start, start + count)
    ]


def counts(samples: tuple[Sample, ...]) -> dict[str, tuple[int, int, int]]:
    tally = Counter((sample.label, sample.split) for sample in samples)
    labels = dict.fromkeys(sample.label for sample in samples)
    return {label: (tally[label, TRAIN], tally[label, VALIDATION], tally[label, TEST]) for label in labels}


def dataset(*groups: list[Picture], issues: tuple[Issue, ...] = (), seed: int = 0) -> Dataset:
    collected = Collected(pictures=tuple(picture for group in groups for picture in group), issues=issues)
    settings = SplitSettings(seed=seed)
    return build_dataset(collected, id="d", project_id="p", version=3, settings=settings, created_at=NOON)


def kinds(made: Dataset) -> list[IssueKind]:
    return [issue.kind for issue in made.issues]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, (1, 0, 0)),
        (2, (1, 1, 0)),
        (3, (1, 1, 1)),
        (4, (2, 1, 1)),
        (7, (5, 1, 1)),
        (20, (14, 3, 3)),
        (100, (70, 15, 15)),
    ],
)
def test_each_class_is_divided_by_itself(count: int, expected: tuple[int, int, int]) -> None:
    assert (
        counts(assign([*pictures("a", count), *pictures("b", 50)], settings=SplitSettings(seed=1)))["a"]
        == expected
    )


def test_the_order_and_names_of_files_do_not_matter() -> None:
    some = pictures("a", 40)
    renamed = [replace(picture, path=f"a/other {at}.jpg") for at, picture in enumerate(reversed(some))]
    first = {sample.sha256: sample.split for sample in assign(some, settings=SplitSettings(seed=5))}
    assert {
        sample.sha256: sample.split for sample in assign(renamed, settings=SplitSettings(seed=5))
    } == first


def test_another_class_does_not_move_pictures() -> None:
    alone = assign(pictures("b", 40), settings=SplitSettings(seed=5))
    beside = assign([*pictures("a", 9), *pictures("b", 40)], settings=SplitSettings(seed=5))
    assert [sample for sample in beside if sample.label == "b"] == list(alone)


def test_another_seed_divides_otherwise() -> None:
    some = pictures("a", 40)
    assert assign(some, settings=SplitSettings(seed=1)) != assign(some, settings=SplitSettings(seed=2))
    assert counts(assign(some, settings=SplitSettings(seed=1))) == counts(
        assign(some, settings=SplitSettings(seed=2))
    )


def test_samples_come_by_class_and_name() -> None:
    samples = assign([*pictures("b", 12), *pictures("a", 2)], settings=PLAIN)
    assert [sample.path for sample in samples][:5] == ["a/0.jpg", "a/1.jpg", "b/0.jpg", "b/1.jpg", "b/2.jpg"]
    assert samples[-1].path == "b/11.jpg"


def test_given_splits_stay() -> None:
    given = [*pictures("a", 3, TRAIN), *pictures("a", 2, VALIDATION, 3), *pictures("a", 9, TEST, 5)]
    assert {(s.sha256, s.split) for s in assign(given, settings=PLAIN)} == {
        (p.sha256, p.split) for p in given
    }


def test_missing_validation_comes_out_of_training() -> None:
    given = [*pictures("a", 80, TRAIN), *pictures("a", 20, TEST, 80)]
    samples = assign(given, settings=PLAIN)
    assert counts(samples) == {"a": (66, 14, 20)}
    assert {s.sha256 for s in samples if s.split is TEST} == {p.sha256 for p in given if p.split is TEST}


def test_beside_a_large_given_test_most_of_the_rest_is_left_to_learn_from() -> None:
    given = [*pictures("a", 100, TRAIN), *pictures("a", 900, TEST, 100)]
    assert counts(assign(given, settings=PLAIN)) == {"a": (82, 18, 900)}


def test_beside_a_large_given_test_the_largest_series_is_learnt_from() -> None:
    series = [replace(picture, group="burst") for picture in pictures("a", 81, TRAIN)]
    given = [*series, *pictures("a", 19, TRAIN, 81), *pictures("a", 900, TEST, 100)]
    samples = assign(given, settings=PLAIN)
    assert {s.split for s in samples if s.group == "burst"} == {TRAIN}
    assert counts(samples) == {"a": (82, 18, 900)}


def test_both_judging_splits_given_by_halves_leave_nothing_to_divide() -> None:
    given = [*pictures("a", 2, TRAIN), *pictures("a", 3, VALIDATION, 2), *pictures("a", 3, TEST, 5)]
    halves = SplitSettings(validation=0.5, test=0.5)
    assert counts(assign(given, settings=halves)) == {"a": (2, 3, 3)}


def test_missing_test_comes_out_of_training() -> None:
    assert counts(
        assign([*pictures("a", 80, TRAIN), *pictures("a", 20, VALIDATION, 80)], settings=PLAIN)
    ) == {"a": (66, 20, 14)}


def test_a_given_split_is_not_filled_up_from_training() -> None:
    """Class b has no test picture in the upload: that is the upload's choice."""
    given = [*pictures("a", 9, TRAIN), *pictures("a", 9, TEST, 9), *pictures("b", 20, TRAIN)]
    assert counts(assign(given, settings=PLAIN))["b"] == (17, 3, 0)


def test_loose_pictures_fill_up_beside_given_ones() -> None:
    given = [*pictures("a", 14, TRAIN), *pictures("a", 3, VALIDATION, 14), *pictures("a", 3, TEST, 17)]
    assert counts(assign([*given, *pictures("a", 20, None, 20)], settings=PLAIN)) == {"a": (28, 6, 6)}


def test_without_training_pictures_validation_is_learnt_from() -> None:
    given = [*pictures("a", 20, VALIDATION), *pictures("a", 20, TEST, 20)]
    assert counts(assign(given, settings=PLAIN)) == {"a": (14, 6, 20)}


def test_test_pictures_alone_are_divided_anew() -> None:
    assert counts(assign(pictures("a", 20, TEST), settings=PLAIN)) == {"a": (14, 3, 3)}


def test_nothing_is_divided_into_nothing() -> None:
    assert assign([], settings=PLAIN) == ()


@pytest.mark.parametrize("given", [None, TRAIN, VALIDATION, TEST])
@pytest.mark.parametrize("count", range(1, 9))
def test_never_crashes_and_always_leaves_something_to_learn_from(count: int, given: Split | None) -> None:
    mixed = [*pictures("a", count, given), *pictures("b", count, None)]
    for label, (train, validation, test) in counts(
        assign(mixed, settings=SplitSettings(validation=0.5, test=0.5))
    ).items():
        assert train + validation + test == count
        assert train or (label, given) in {("a", VALIDATION), ("a", TEST)}


def test_dataset_says_what_it_is() -> None:
    made = dataset(pictures("class 10", 20), pictures("class 2", 20))
    assert made.classes == ("class 2", "class 10")
    assert (made.id, made.project_id, made.version, made.created_at) == ("d", "p", 3, NOON)
    assert made.counts()["class 2"] == {TRAIN: 14, VALIDATION: 3, TEST: 3}
    assert made.issues == ()


def test_fingerprint_follows_contents_labels_and_splits_only() -> None:
    some, other = pictures("a", 20), pictures("b", 20)
    made = dataset(some, other)
    assert made.fingerprint == dataset(other, [replace(p, path="x" + p.path) for p in some]).fingerprint
    assert made.fingerprint != dataset(some, other, seed=1).fingerprint
    assert made.fingerprint != dataset(some, other[1:]).fingerprint
    assert made.fingerprint != dataset(some, [replace(p, label="c") for p in other]).fingerprint


def test_one_class_blocks() -> None:
    (issue,) = dataset(pictures("cat", 20)).issues
    assert (issue.kind, issue.severity) == (IssueKind.ONE_CLASS, Severity.BLOCKS)
    assert issue.message == "There is only one class: 'cat'."


def test_too_few_for_a_test_blocks() -> None:
    issue = dataset(pictures("a", 2), pictures("b", 2)).issues[0]
    assert (issue.kind, issue.severity) == (IssueKind.FEW_PICTURES, Severity.BLOCKS)
    assert issue.message == "No picture is left for: test."


def test_small_classes_and_imbalance_warn() -> None:
    made = dataset(pictures("a", 50), pictures("b", 9))
    assert kinds(made) == [IssueKind.FEW_PICTURES, IssueKind.IMBALANCE]
    assert made.issues[0].message == "Few pictures: 'b' (9)."
    assert made.issues[0].consequence.startswith("Scores of such classes say little")
    assert made.issues[1].message == "'a' has 50 pictures, 'b' only 9."


def test_issues_come_gravest_first() -> None:
    junk = Issue(kind=IssueKind.JUNK, severity=Severity.INFORMS, message="2 files left out.")
    assert kinds(dataset(pictures("a", 5), issues=(junk,))) == [
        IssueKind.ONE_CLASS,
        IssueKind.FEW_PICTURES,
        IssueKind.JUNK,
    ]


def test_no_picture_at_all_is_refused_with_the_reasons() -> None:
    issue = Issue(
        kind=IssueKind.UNREADABLE,
        severity=Severity.WARNS,
        message="3 files left out. Empty.",
        hint="Copy again.",
    )
    with pytest.raises(DatasetError) as caught:
        dataset(issues=(issue,))
    assert str(caught.value) == "There is no picture that can be used. 3 files left out. Empty. Copy again."


def test_too_many_classes_are_refused() -> None:
    with pytest.raises(DatasetError, match=r"There are 1,001 classes; the most is 1,000\."):
        dataset(*(pictures(f"class {number}", 1) for number in range(1001)))


def test_all_classes_of_a_picture_are_kept_counted_and_part_of_the_fingerprint() -> None:
    cats, dogs = pictures("cat", 9), pictures("dog", 9)
    both = [replace(cats[0], also=("dog", "owl")), *cats[1:]]
    made = dataset(both, dogs)
    assert made.classes == ("cat", "dog", "owl")
    assert next(s for s in made.samples if s.path == "cat/0.jpg").labels == ("cat", "dog", "owl")
    assert made.several
    other = dataset([replace(cats[0], also=("owl", "dog")), *cats[1:]], dogs)
    assert len({made.fingerprint, other.fingerprint, dataset(cats, dogs).fingerprint}) == 3


def test_dividing_again_keeps_all_classes() -> None:
    cats = [replace(picture, also=("dog",)) for picture in pictures("cat", 12)]
    made = dataset(cats, pictures("dog", 12))
    again = split_again(made, SplitSettings(seed=4), facts={}, features=None)
    assert [s.labels for s in again.samples] == [s.labels for s in made.samples]
