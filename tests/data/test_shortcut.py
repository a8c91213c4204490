"""The alarm for classes that can be told apart without looking."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.data.shortcut import clues, shortcut_issue
from core.domain.dataset import IssueKind, Severity
from tests.data.made_sets import hash_of, made_set


def alarm(counts=None, of=lambda label, fact: fact):
    made = made_set(counts or {"cat": 60, "dog": 60, "owl": 60})
    label = {p.sha256: p.label for p in made.pictures}
    facts = {sha: of(label[sha], fact) for sha, fact in made.facts.items()}
    return shortcut_issue(made.samples(), sorted(set(label.values())), facts)


def test_sets_that_were_taken_in_one_way_raise_no_alarm():
    assert alarm() is None


def test_another_size_for_each_class_is_told_with_examples():
    widths = {"cat": 640, "dog": 800, "owl": 1024}
    issue = alarm(of=lambda label, fact: replace(fact, width=widths[label], height=widths[label] * 3 // 4))
    assert (issue.kind, issue.severity) == (IssueKind.SHORTCUT, Severity.WARNS)
    assert issue.message == (
        "The size in pixels alone tells the classes of 180 pictures out of 180 "
        "(100% right, each class counting the same; 33% would be chance)."
    )
    assert len(issue.pictures) == len(issue.paths) == 12
    assert {path.split("/")[0] for path in issue.paths} == set(widths)
    assert "pictures from elsewhere" in issue.consequence


def test_only_pictures_of_classes_with_enough_are_counted():
    """It told "58 pictures out of 220" and "97% right": the others had never been asked about."""
    few = {f"rare {number}": 8 for number in range(20)}
    issue = alarm(
        {"cat": 30, "dog": 30, **few},
        of=lambda label, fact: replace(fact, jpeg_quality=60 if label == "cat" else 90),
    )
    assert issue.message == (
        "The JPEG quality alone tells the classes of 60 pictures out of 60 of the classes with enough "
        "pictures (100% right, each class counting the same; 50% would be chance)."
    )


def test_one_class_from_another_source_is_told():
    issue = alarm(of=lambda label, fact: replace(fact, format="PNG") if label == "owl" else fact)
    assert issue.message.startswith("The file format alone recognises class 'owl': 100% of its pictures")


@pytest.mark.parametrize(
    ("clue", "change"),
    [
        ("JPEG quality", {"jpeg_quality": 60}),
        ("the camera", {"camera": "Other"}),
        ("the border", {"border_color": (0.0, 1.0, 0.0), "border_contrast": 0.0}),
        ("the size of the file", {"file_bytes": 500_000}),
        ("the shape", {"width": 480, "height": 480}),
    ],
)
def test_each_clue_can_raise_it(clue, change):
    issue = alarm(of=lambda label, fact: replace(fact, **change) if label == "owl" else fact)
    assert clue.casefold() in issue.message.casefold()


def test_the_colour_of_the_whole_picture_may_be_the_class():
    colours = {"cat": (1.0, 0.0, 0.0), "dog": (0.0, 1.0, 0.0), "owl": (0.0, 0.0, 1.0)}
    assert alarm(of=lambda label, fact: replace(fact, mean_color=colours[label])) is None


def test_a_weak_tendency_is_no_alarm():
    def larger(label, fact):
        return replace(fact, file_bytes=fact.file_bytes + 4_000 * (label == "owl"))

    assert alarm(of=larger) is None


def test_a_handful_of_pictures_proves_nothing():
    assert alarm({"cat": 6, "dog": 6}, of=lambda label, fact: replace(fact, format=label)) is None


def test_a_series_does_not_answer_for_itself():
    """Series with sizes of their own, of two classes: a tree that saw part of one would know its class."""
    made = made_set({"cat": 300, "dog": 300})
    samples, facts = [], {}
    for row, sample in enumerate(made.samples()):
        samples.append(replace(sample, group=f"series {row // 10}"))
        width = 300 + int(hash_of(str(row // 10))[:3], 16)
        facts[sample.sha256] = replace(made.facts[sample.sha256], width=width, height=width)
    (size,) = [clue for clue in clues(samples, ["cat", "dog"], facts) if clue.name == "the size in pixels"]
    assert size.accuracy < 0.75
    assert shortcut_issue(samples, ["cat", "dog"], facts) is None


@pytest.mark.parametrize("count", [0, 1, 50])
def test_no_facts_few_pictures_one_class_are_no_trouble(count):
    made = made_set({"cat": count})
    assert shortcut_issue(made.samples(), ["cat"], made.facts) is None
    assert shortcut_issue(made.samples(), ["cat"], {}) is None
