"""All checks together: their order, what an import noticed, and sets that have hardly anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from core.data.collect import Collected
from core.data.doctor import carried, diagnose, explained
from core.data.split import build_dataset, split_again
from core.domain.dataset import Issue, IssueKind, Severity, Split
from core.domain.edit import SplitSettings
from tests.data.made_sets import made_sample, made_set

SAMPLES = [made_sample("cat/1.jpg"), made_sample("dog/1.jpg", Split.TEST)]
UNREADABLE = Issue(
    kind=IssueKind.UNREADABLE, severity=Severity.WARNS, message="1 file left out.", paths=("cat/broken.jpg",)
)
CONFLICT = Issue(
    kind=IssueKind.CONFLICTING_LABEL,
    severity=Severity.WARNS,
    message="1 picture is in more than one class.",
    paths=("cat/1.jpg", "dog/copy.jpg"),
    pictures=(SAMPLES[0].sha256,),
)


def built(made, **settings):
    return build_dataset(
        Collected(pictures=tuple(made.pictures), issues=(UNREADABLE,), facts=made.facts),
        id="d",
        project_id="p",
        version=1,
        created_at=datetime(2024, 6, 1, tzinfo=UTC),
        settings=SplitSettings(**settings),
        features=made.features,
    )


def test_gravest_first_and_what_was_noticed_before_among_them():
    issues = diagnose(SAMPLES, ["cat", "dog"], {}, None, noticed=[UNREADABLE])
    assert [issue.severity for issue in issues] == sorted(
        (issue.severity for issue in issues), key=list(Severity).index
    )
    assert UNREADABLE in issues


def test_every_issue_says_what_it_does():
    issues = diagnose(SAMPLES, ["cat", "dog"], {}, None, noticed=explained([UNREADABLE, CONFLICT]))
    assert all(issue.consequence for issue in issues)


def test_files_left_out_show_no_picture_that_is_called_the_same():
    """A later upload's cat/1.jpg was left out: its finding showed the good one, to leave it out."""
    two_labels = replace(CONFLICT, paths=(SAMPLES[0].path,), pictures=())
    issues = explained([replace(UNREADABLE, paths=(SAMPLES[0].path,)), two_labels])
    assert [(issue.pictures, issue.mend) for issue in issues] == [((), None), ((), None)]
    assert carried(issues, SAMPLES) == issues


def test_what_only_the_import_could_notice_is_carried_to_the_next_version():
    hashes = tuple(sample.sha256 for sample in SAMPLES)
    near = replace(CONFLICT, paths=("cat/1.jpg", "dog/1.jpg"), pictures=hashes)  # it will be found again
    issues = explained([UNREADABLE, CONFLICT, near])
    assert [issue.paths for issue in carried(issues, SAMPLES)] == [UNREADABLE.paths, CONFLICT.paths]


def test_a_missing_class_is_told_until_it_has_pictures():
    missing = replace(
        UNREADABLE,
        kind=IssueKind.FEW_PICTURES,
        message="Class 'owl' is missing: none of its files can be used.",
    )
    owl = made_sample("owl/1.jpg")
    assert carried([missing], SAMPLES) == (missing,)
    assert carried([missing], [*SAMPLES, replace(owl, excluded=True)]) == (missing,)
    assert carried([missing], [*SAMPLES, owl]) == ()


def test_what_concerns_pictures_that_are_left_out_now_is_dropped():
    excluded = [replace(SAMPLES[0], excluded=True), SAMPLES[1]]
    assert carried(explained([CONFLICT]), excluded) == ()


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("labels", ["a", "ab"])
@pytest.mark.parametrize("facts", [True, False])
@pytest.mark.parametrize("features", [True, False])
def test_hardly_anything_is_no_trouble(count, labels, facts, features):
    made = made_set(dict.fromkeys(labels, count))
    rows = made.features if features else None
    diagnose(made.samples(), sorted(labels), made.facts if facts else {}, rows)


def test_no_picture_in_use_is_no_trouble():
    diagnose([replace(s, excluded=True) for s in SAMPLES], ["cat", "dog"], {}, np.ones((2, 4)))
    diagnose([], [], {}, None)


def test_equal_pictures_and_empty_features_are_no_trouble():
    made = made_set({"a": 30, "b": 30})
    fact = made.facts[made.pictures[0].sha256]
    facts = {sha: replace(fact, sha256=sha) for sha in made.facts}
    diagnose(made.samples(), ["a", "b"], facts, np.zeros((60, 8), dtype=np.float16))


def test_a_built_set_keeps_its_copies_together_and_says_so():
    made = made_set({"cat": 60, "dog": 60}, apart=2.0)
    for row in range(0, 120, 4):
        made.copy_of(row, f"{made.pictures[row].label}/copy {row}.jpg")
    dataset = built(made)
    assert {issue.kind for issue in dataset.issues} == {IssueKind.UNREADABLE, IssueKind.NEAR_DUPLICATE}
    assert dataset.split_check.series == 30
    assert dataset.split_check.leaked > 0
    assert dataset.split_settings == SplitSettings()


def test_a_plain_division_of_copies_is_a_leak_that_dividing_again_mends():
    made = made_set({"cat": 60, "dog": 60}, apart=2.0)
    for row in range(0, 120, 4):
        made.copy_of(row, f"{made.pictures[row].label}/copy {row}.jpg")
    before = built(made, keep_series=False)
    (leak,) = [issue for issue in before.issues if issue.kind is IssueKind.LEAK]
    row = {p.sha256: n for n, p in enumerate(made.pictures)}
    features = made.features[[row[s.sha256] for s in before.samples]]
    after = split_again(before, leak.mend.edit.split_settings, facts=made.facts, features=features)
    assert [s.sha256 for s in after.samples] == [s.sha256 for s in before.samples]
    found = diagnose(after.samples, after.classes, made.facts, features)
    assert IssueKind.LEAK not in {issue.kind for issue in found}
    assert after.fingerprint != before.fingerprint


def test_dividing_again_keeps_a_given_test_and_takes_validation_from_training_only():
    made = made_set({"cat": 60, "dog": 60})
    splits = [Split.TRAIN, Split.TRAIN, Split.TRAIN, Split.TEST]
    made.pictures = [replace(p, split=splits[n % 4]) for n, p in enumerate(made.pictures)]
    before = built(made)
    test = {s.sha256 for s in before.used(Split.TEST)}
    after = split_again(before, SplitSettings(validation=0.3, seed=5), facts=made.facts, features=None)
    assert {s.sha256 for s in after.used(Split.TEST)} == test
    assert len(after.used(Split.VALIDATION)) == 32


def test_excluded_pictures_follow_their_series_when_divided_again():
    """Restored later, they must not stand on the other side of a split."""
    made = made_set({"cat": 60, "dog": 60}, apart=2.0)
    for row in range(0, 120, 4):
        made.copy_of(row, f"{made.pictures[row].label}/copy {row}.jpg")
    before = built(made, keep_series=False)
    half = replace(before, samples=tuple(replace(s, excluded="copy" in s.path) for s in before.samples))
    row = {p.sha256: n for n, p in enumerate(made.pictures)}
    features = made.features[[row[s.sha256] for s in before.samples]]
    after = split_again(half, SplitSettings(), facts=made.facts, features=features)
    splits = {}
    for sample in after.samples:
        splits.setdefault(sample.group or sample.sha256, set()).add(sample.split)
    assert sum(s.excluded for s in after.samples) == 30
    assert all(len(found) == 1 for found in splits.values())
