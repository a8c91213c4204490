"""A check on what a table or the folders say: pictures of one patient or place may show the same thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from core.data.directions import BLOCK, Directions, Rows
from core.data.doctor.case import Case, hashes_of, paths_of
from core.data.related import inner_folders, titles, values
from core.domain.dataset import Issue, IssueKind, Sample, Severity
from core.domain.edit import Edit, EditKind, Mend, SplitSettings

LEAST_VALUES: Final = 10  # with fewer, keeping each together leaves too little to divide
LARGEST_SHARE: Final = 0.2  # of all pictures, of one value
ASKED: Final = 400  # pictures whose most similar one is looked for
LEAST_ASKED: Final = 30
CLEARLY: Final = 0.15  # more often than by chance, as a share of those asked
TIMES: Final = 2.0  # as often as by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Something that pictures can have in common, and how they are divided when it is kept together."""

    said: Sequence[str]  # of each picture; "" for nothing
    settings: SplitSettings
    of_one: str  # completes "Pictures of ..."
    same: str  # completes "the most similar picture ..."
    title: str  # of the mend


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    share: float  # of those asked, in how many cases the most similar picture has the same value
    chance: float
    rows: list[int]  # these pictures, each with its most similar one


def kinship(case: Case) -> list[Issue]:
    """Return an issue for each column, or the folders, of which pictures of one value are most alike.

    A picture is asked for the most similar one of its class that is not kept together with it already. Where
    that has the same value far more often than chance would have it, the value tells what is shown.
    """
    if case.features is None or any(sample.given for sample in case.samples):
        return []
    rules = [rule for rule in _rules(case) if _dividable(rule.said)]
    if not rules:
        return []
    asked, nearest = _nearest(case.samples, Directions(case.features))
    found = [(rule, _alike(case.samples, rule.said, asked, nearest)) for rule in rules]
    return [_issue(case, rule, alike) for rule, alike in found if alike is not None]


def _rules(case: Case) -> list[_Rule]:
    by = case.settings
    rules = [
        _Rule(
            said=values(case.samples, title),
            settings=replace(by, column=title),
            of_one=f"one '{title}'",
            same=f"has the same '{title}'",
            title=f"Keep each '{title}' together",
        )
        for title in titles(case.samples)
        if title != by.column
    ]
    if not by.folders:
        folders = _Rule(
            said=inner_folders(case.samples),
            settings=replace(by, folders=True),
            of_one="one folder inside a class",
            same="lies in such a folder of the same name",
            title="Keep each folder together",
        )
        rules.append(folders)
    return rules


def _dividable(said: Sequence[str]) -> bool:
    """Tell whether there are many values, of a few pictures each."""
    counts = Counter(value for value in said if value)
    return (
        len(counts) >= LEAST_VALUES
        and max(counts.values()) > 1
        and max(counts.values()) <= LARGEST_SHARE * len(said)
    )


def _nearest(samples: Sequence[Sample], unit: Directions) -> tuple[Rows, Rows]:
    """Return pictures, and for each the most similar one of its class outside its series."""
    number = len(samples)
    asked = np.random.default_rng(0).permutation(number)[:ASKED]
    classes = np.unique([sample.label for sample in samples], return_inverse=True)[1]
    series = np.unique([sample.group or sample.sha256 for sample in samples], return_inverse=True)[1]
    best, nearest = np.full(len(asked), -np.inf, np.float32), np.full(len(asked), -1, np.int64)
    own = unit[asked]
    for start in range(0, number, BLOCK):
        rows = np.arange(start, min(start + BLOCK, number))
        cosines = own @ unit[rows].T
        cosines[classes[asked][:, None] != classes[rows]] = -np.inf
        cosines[series[asked][:, None] == series[rows]] = -np.inf
        place = cosines.argmax(axis=1)
        value = cosines[np.arange(len(asked)), place]
        closer = value > best
        best[closer], nearest[closer] = value[closer], rows[place[closer]]
    return asked[nearest >= 0], nearest[nearest >= 0]


def _alike(samples: Sequence[Sample], said: Sequence[str], asked: Rows, nearest: Rows) -> _Found | None:
    """Return how often the most similar picture has the same value, if that is far more than by chance."""
    pairs = [
        (row, near)
        for row, near in zip(asked.tolist(), nearest.tolist(), strict=True)
        if said[row] and said[near]
    ]
    if len(pairs) < LEAST_ASKED:
        return None
    known = [(sample.label, value) for sample, value in zip(samples, said, strict=True) if value]
    of_value, of_class = Counter(known), Counter(label for label, _ in known)
    chances = [
        (of_value[samples[row].label, said[row]] - 1) / max(1, of_class[samples[row].label] - 1)
        for row, _ in pairs
    ]
    same = [pair for pair in pairs if said[pair[0]] == said[pair[1]]]
    share, chance = len(same) / len(pairs), sum(chances) / len(chances)
    if share - chance < CLEARLY or share < TIMES * chance:
        return None
    return _Found(share=share, chance=chance, rows=list(dict.fromkeys(row for pair in same for row in pair)))


def _issue(case: Case, rule: _Rule, found: _Found) -> Issue:
    concerned = [case.samples[row] for row in found.rows]
    return Issue(
        kind=IssueKind.KINSHIP,
        severity=Severity.WARNS,
        message=f"Pictures of {rule.of_one} are alike: in {found.share:.0%} of cases the most similar "
        f"picture of the class {rule.same}; by chance it would be {_per_cent(found.chance)}.",
        consequence="If they show the same thing, the score is better than the truth: the model is judged on "
        "what it has learnt from.",
        hint="Keep them together if they show the same thing, person or place.",
        paths=paths_of(concerned),
        pictures=hashes_of(concerned),
        mend=Mend(title=rule.title, edit=Edit(kind=EditKind.SPLIT, split_settings=rule.settings)),
    )


def _per_cent(share: float) -> str:
    return "less than 1%" if share < 0.01 else f"{share:.0%}"
