"""Checks on classes and their numbers: too few, too uneven, named twice, not judged."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Final

from core.data.doctor.case import Case, hashes_of, listed, paths_of
from core.data.findings import counted
from core.data.groups import series_of
from core.data.names import natural, split_named
from core.data.second_reading import ORIGIN, second_reading
from core.domain.dataset import Issue, IssueKind, Sample, Severity, Split
from core.domain.edit import Edit, EditKind, Mend

FEW: Final = 10  # pictures of a class below which its scores say little
IMBALANCED: Final = 5  # times as many pictures in the largest class as in the smallest


def one_class(case: Case) -> Issue | None:
    """Return the issue that there is nothing to tell apart."""
    labels = sorted({name for sample in case.samples for name in sample.labels}, key=natural)
    if len(labels) != 1:
        return None
    return Issue(
        kind=IssueKind.ONE_CLASS,
        severity=Severity.BLOCKS,
        message=f"There is only one class: '{labels[0]}'.",
        consequence="A model with one possible answer always gives it; there is nothing to learn.",
        hint="Add pictures of at least one other class, in a folder of their own.",
    )


def empty_splits(case: Case) -> list[Issue]:
    """Return the issue that there is nothing to learn from, to choose with or to judge on."""
    missing = [split for split in Split if split not in {sample.split for sample in case.samples}]
    if not missing:
        return []
    series = _everything_in_series(case)
    issue = Issue(
        kind=IssueKind.FEW_PICTURES,
        severity=Severity.BLOCKS,
        message=f"No picture is left for: {', '.join(missing)}.",
        consequence="Without pictures to judge on, nobody can tell whether the model is any good.",
        hint="Each class is one or two series of shots: take another of each, at another time or place."
        if series
        else "Add pictures, so that every class has at least three.",
        mend=_apart(case) if series else None,
    )
    return [issue]


def few(case: Case) -> Issue | None:
    """Return the issue that scores of some classes will say little."""
    counts = _counts(case)
    short = sorted((label for label, count in counts.items() if count < FEW), key=natural)
    if not short:
        return None
    named = ", ".join(f"'{label}' ({counts[label]})" for label in short[:5]) + (
        ", …" if len(short) > 5 else ""
    )
    of_them = [sample for sample in case.samples if not set(short).isdisjoint(sample.labels)]
    return Issue(
        kind=IssueKind.FEW_PICTURES,
        severity=Severity.WARNS,
        message=f"Few pictures: {named}.",
        consequence="Scores of such classes say little: one picture more or less changes them a lot.",
        hint=f"Add pictures until each class has at least {FEW}; more is better.",
        paths=paths_of(of_them),
        pictures=hashes_of(of_them),
    )


def imbalance(case: Case) -> Issue | None:
    """Return the issue that one class has many times the pictures of another."""
    ranked = _counts(case).most_common()
    if len(ranked) < 2 or ranked[0][1] < IMBALANCED * ranked[-1][1]:
        return None
    (large, most), (small, least) = ranked[0], ranked[-1]
    return Issue(
        kind=IssueKind.IMBALANCE,
        severity=Severity.WARNS,
        message=f"'{large}' has {counted(most, 'picture')}, '{small}' only {least:,}.",
        consequence=f"In doubt the model will answer '{large}', and few mistakes on '{small}' will show.",
        hint="Add pictures of the rare classes, or give rare classes more weight in the settings.",
    )


def unjudged(case: Case) -> Issue | None:
    """Return the issue that some classes have no test picture, though others have."""
    tested = {name for sample in case.samples if sample.split is Split.TEST for name in sample.labels}
    missing = [label for label, count in _counts(case).items() if label not in tested and count >= 3]
    if not missing or not tested:
        return None
    missing.sort(key=natural)
    of_them = [sample for sample in case.samples if not set(missing).isdisjoint(sample.labels)]
    return Issue(
        kind=IssueKind.FEW_PICTURES,
        severity=Severity.WARNS,
        message=f"No test picture shows {listed(missing)}.",
        consequence="How well these classes are recognised will not be known.",
        hint="Add pictures of them from another time or place, or to the test pictures of the upload.",
        paths=paths_of(of_them),
        pictures=hashes_of(of_them),
    )


def twins(case: Case) -> list[Issue]:
    """Return one issue for each set of class names that differ only in case, blanks, signs or a plural s."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in sorted({one for sample in case.samples for one in sample.labels}, key=natural):
        alike[name_key(name)].append(name)
    return [_twin(case, names) for names in alike.values() if len(names) > 1]


def split_classes(case: Case) -> Issue | None:
    """Return the issue that two or more classes are named like the parts of a division."""
    splits = {name: split_named(name) for name in sorted(_counts(case), key=natural)}
    named = [name for name, split in splits.items() if split]
    if len({splits[name] for name in named}) < 2:
        return None
    of_them = [sample for sample in case.samples if not set(named).isdisjoint(sample.labels)]
    return Issue(
        kind=IssueKind.SPLIT_CLASS,
        severity=Severity.WARNS,
        message=f"Some classes are named like parts of a division: {listed(named)}.",
        consequence="The model would learn to tell these parts apart, not what the pictures show.",
        hint="If they are such parts, make a new project from an upload with a folder for each class inside "
        "each part: train/cat, train/dog, test/cat, test/dog. If they are classes, nothing is to be done.",
        paths=paths_of(of_them),
        pictures=hashes_of(of_them),
    )


def two_readings(case: Case) -> Issue | None:
    """Return the issue that folders inside those of the classes look like the classes."""
    reading = second_reading(case.samples)
    if reading is None:
        return None
    return Issue(
        kind=IssueKind.TWO_READINGS,
        severity=Severity.WARNS,
        message=f"The folders can be read in two ways. Now the classes are {listed(reading.outer)}.",
        consequence=f"The folders inside are called alike: {listed(reading.inner)}. If those are what the "
        "model should tell apart, it would learn where a picture comes from instead.",
        hint=f"If they are the classes, take them. {listed(reading.outer)} then stay as a column '{ORIGIN}', "
        "by which results can be looked at.",
        paths=paths_of(reading.samples),
        pictures=hashes_of(reading.samples),
        mend=Mend(
            title=f"Take {listed(reading.inner)} as the classes",
            edit=Edit(kind=EditKind.FOLDERS, classes=reading.outer),
        ),
    )


def name_key(name: str) -> str:
    """Return what two names have in common that mean the same class."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(char for char in folded if unicodedata.category(char) != "Cf")  # the rest takes no room
    bare = re.sub(r"[\s_\-.]+", "", seen)
    plural = len(bare) > 3 and bare[-1] == "s" and bare[-2].isalpha() and bare[-2] not in "su"
    return bare[:-1] if plural else bare or folded


def _twin(case: Case, names: list[str]) -> Issue:
    counts = _counts(case)
    keep = max(names, key=lambda name: counts[name])
    of_them = [sample for sample in case.samples if not set(names).isdisjoint(sample.labels)]
    numbers = " and ".join(f"'{name}' ({counts[name]:,})" for name in names)
    return Issue(
        kind=IssueKind.TWIN_CLASS,
        severity=Severity.WARNS,
        message=f"Some class names look like the same class: {numbers}.",
        consequence="The model would have to tell apart what is the same, and right answers would count as "
        "mistakes.",
        hint="Merge them if they are one class; else give them names that differ.",
        paths=paths_of(of_them),
        pictures=hashes_of(of_them),
        mend=Mend(
            title=f"Merge into '{keep}'",
            edit=Edit(kind=EditKind.MERGE, classes=tuple(names), label=keep),
        ),
    )


def _counts(case: Case) -> Counter[str]:
    return Counter(name for sample in case.samples for name in sample.labels)


def _everything_in_series(case: Case) -> bool:
    """Tell whether it is for the series that a split is empty: without them every class could be divided."""
    counts = _counts(case)
    return (
        bool(series_of(case.samples)) and not any(s.given for s in case.samples) and min(counts.values()) >= 3
    )


def _apart(case: Case) -> Mend:
    settings = replace(case.settings, keep_series=False, prefix="", column="", folders=False)
    return Mend(
        title="Divide them all the same, with a flattering score",
        edit=Edit(kind=EditKind.SPLIT, split_settings=settings),
    )


def split_mend(case: Case, samples: list[Sample]) -> Mend | None:
    """Return the mend that divides anew with series kept together; None where that cannot move these."""
    if any(sample.given for sample in samples):
        return None
    settings = replace(case.settings, keep_series=True)
    return Mend(
        title="Divide again, series kept together", edit=Edit(kind=EditKind.SPLIT, split_settings=settings)
    )
