"""Series stay whole, classes stay even: promises that hold for any set of pictures."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import replace

from hypothesis import given as drawn
from hypothesis import settings as effort
from hypothesis import strategies as st

from core.data.collect import Picture
from core.data.split import assign
from core.domain.dataset import Sample, Split
from core.domain.edit import SplitSettings
from tests.data.made_sets import made_picture

TRAIN, VALIDATION, TEST = Split.TRAIN, Split.VALIDATION, Split.TEST


def sets(given=(None,)):
    """Return a strategy for pictures of up to four classes, some of them in one of up to eight series."""
    one = st.tuples(
        st.sampled_from("abcd"),
        st.one_of(st.none(), st.integers(0, 7).map(str)),
        st.sampled_from(given),
    )
    return st.lists(one, max_size=60).map(
        lambda rows: [
            made_picture(f"{label}/{number}.jpg", split, group)
            for number, (label, group, split) in enumerate(rows)
        ]
    )


def of_groups(samples):
    groups = defaultdict(set)
    for sample in samples:
        if sample.group is not None:
            groups[sample.group].add(sample.split)
    return groups


def units_of(pictures, label):
    members = [p for p in pictures if p.label == label]
    return len({p.group or p.sha256 for p in members})


@effort(max_examples=150, deadline=None)
@drawn(pictures=sets(), seed=st.integers(0, 3), share=st.sampled_from([0.0, 0.15, 0.5]))
def test_no_series_straddles_splits(pictures: list[Picture], seed: int, share: float) -> None:
    samples = assign(pictures, settings=SplitSettings(seed=seed, test=share, validation=share))
    assert sorted(s.sha256 for s in samples) == sorted(p.sha256 for p in pictures)
    assert all(len(splits) == 1 for splits in of_groups(samples).values())


@effort(max_examples=150, deadline=None)
@drawn(pictures=sets())
def test_every_class_can_be_learnt_from(pictures: list[Picture]) -> None:
    learnt = {s.label for s in assign(pictures, settings=SplitSettings()) if s.split is TRAIN}
    assert learnt == {picture.label for picture in pictures}


@effort(max_examples=150, deadline=None)
@drawn(pictures=sets((None, TRAIN, VALIDATION, TEST)))
def test_given_splits_stay_and_their_series_follow(pictures: list[Picture]) -> None:
    samples = {s.sha256: s for s in assign(pictures, settings=SplitSettings())}
    given = {p.split for p in pictures}
    if not given & {TRAIN, None}:
        return  # some must be set free, or nothing could be learnt from
    pins = defaultdict(set)
    for picture in pictures:
        if picture.group and picture.split:
            pins[picture.group].add(picture.split)
    for picture in pictures:
        made = samples[picture.sha256]
        lent = picture.split is TRAIN and made.split not in given
        assert picture.split in (None, made.split) or lent
        assert made.given == (picture.split is made.split)
        if picture.group and pins[picture.group] in ({VALIDATION}, {TEST}):
            assert {made.split} == pins[picture.group]


@effort(max_examples=60, deadline=None)
@drawn(pictures=sets((None, TEST)), data=st.data())
def test_the_order_does_not_matter(pictures: list[Picture], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(pictures))
    assert assign(shuffled, settings=SplitSettings()) == assign(pictures, settings=SplitSettings())


@effort(max_examples=150, deadline=None)
@drawn(pictures=sets())
def test_single_pictures_reach_every_split_beside_series(pictures: list[Picture]) -> None:
    """A class with three pictures or series of its own stands in all splits."""
    shared = {
        p.group for p in pictures if p.group and len({q.label for q in pictures if q.group == p.group}) > 1
    }
    samples = assign(pictures, settings=SplitSettings())
    for label in {p.label for p in pictures}:
        members = [p for p in pictures if p.label == label]
        if units_of(pictures, label) >= 3 and not any(p.group in shared for p in members):
            assert {s.split for s in samples if s.label == label} == {TRAIN, VALIDATION, TEST}


def test_series_fill_the_splits_in_the_shares_that_were_asked_for() -> None:
    pictures = [made_picture(f"{c}/{n}.jpg", None, f"{c}{n // 5}") for c in "ab" for n in range(200)]
    counts = Counter((s.label, s.split) for s in assign(pictures, settings=SplitSettings()))
    assert counts == {(c, s): n for c in "ab" for s, n in ((TRAIN, 140), (VALIDATION, 30), (TEST, 30))}


def test_judging_splits_are_not_made_of_single_pictures_alone() -> None:
    pictures = [made_picture(f"a/{n}.jpg", None, str(n // 5) if n < 100 else None) for n in range(200)]
    samples = assign(pictures, settings=SplitSettings())
    in_series = Counter(s.split for s in samples if s.group)
    assert in_series[TEST] in range(10, 21)
    assert Counter(s.split for s in samples) == {TRAIN: 140, VALIDATION: 30, TEST: 30}


def test_two_series_are_learnt_from_and_chosen_with_but_never_torn() -> None:
    pictures = [made_picture(f"a/{n}.jpg", None, str(n % 2)) for n in range(20)]
    assert Counter(s.split for s in assign(pictures, settings=SplitSettings())) == {TRAIN: 10, VALIDATION: 10}


def test_one_series_is_learnt_from() -> None:
    pictures = [made_picture(f"a/{n}.jpg", None, "all") for n in range(20)]
    assert {s.split for s in assign(pictures, settings=SplitSettings())} == {TRAIN}


def test_groups_that_are_handed_over_win_over_those_of_the_pictures() -> None:
    pictures = [made_picture(f"a/{n}.jpg") for n in range(30)]
    groups = [str(n // 3) for n in range(30)]
    samples: tuple[Sample, ...] = assign(pictures, settings=SplitSettings(), groups=groups)
    assert {s.sha256: s.group for s in samples} == {
        p.sha256: g for p, g in zip(pictures, groups, strict=True)
    }
    assert all(len(splits) == 1 for splits in of_groups(samples).values())


def test_given_members_that_contradict_are_not_moved() -> None:
    pictures = [
        made_picture("a/1.jpg", TRAIN, "x"),
        made_picture("a/2.jpg", TEST, "x"),
        made_picture("a/3.jpg", None, "x"),
    ]
    samples = {s.path: s.split for s in assign(pictures, settings=SplitSettings())}
    assert samples == {"a/1.jpg": TRAIN, "a/2.jpg": TEST, "a/3.jpg": TRAIN}


def test_twenty_thousand_pictures_are_divided_in_no_time() -> None:
    pictures = [
        Picture(
            path=f"{n % 9}/{n}.jpg",
            sha256=hashlib.sha256(str(n).encode()).hexdigest(),
            width=9,
            height=9,
            label=str(n % 9),
            split=None,
            group=str(n // 7) if n % 2 else None,
        )
        for n in range(20_000)
    ]
    assert len(assign(pictures, settings=SplitSettings())) == 20_000


def several(rows):
    """Return pictures with these classes each, given as letters."""
    return [
        replace(made_picture(f"{letters[0]}/{number}.jpg"), also=tuple(letters[1:]))
        for number, letters in enumerate(rows)
    ]


CLASSES_OF_ONE = st.lists(st.sampled_from("abcde"), min_size=1, max_size=3, unique=True).map("".join)


@effort(max_examples=100, deadline=None)
@drawn(rows=st.lists(CLASSES_OF_ONE, max_size=60), seed=st.integers(0, 3))
def test_of_several_classes_each_keeps_something_to_learn_from(rows, seed):
    samples = assign(several(rows), settings=SplitSettings(seed=seed))
    learnt = {name for sample in samples if sample.split is TRAIN for name in sample.labels}
    assert learnt == {name for sample in samples for name in sample.labels}


def test_a_rare_class_that_never_stands_first_is_judged():
    rows = ["ab"] * 3 + ["a"] * 97
    samples = assign(several(rows), settings=SplitSettings())
    assert {s.split for s in samples if "b" in s.labels} == {TRAIN, VALIDATION, TEST}
    sizes = Counter(s.split for s in samples)
    assert (sizes[TEST], sizes[VALIDATION]) == (15, 15)
