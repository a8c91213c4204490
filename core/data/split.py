"""Which pictures are learnt from, chosen with and judged on; and the finished dataset."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import Final

import numpy as np

from core.data.collect import Collected, Picture
from core.data.findings import counted
from core.data.names import natural
from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Severity, Split
from core.domain.errors import DatasetError
from core.settings import Limits

FEW: Final = 10  # pictures of a class below which its scores say little
IMBALANCED: Final = 5  # times as many pictures in the largest class as in the smallest


def assign(
    pictures: Sequence[Picture], *, seed: int, validation: float = 0.15, test: float = 0.15
) -> tuple[Sample, ...]:
    """Return the pictures with a split each, by class and name. The files' order and names do not matter.

    Each class is divided by itself: 3 pictures or more stand in all three splits, 2 in training and
    validation, 1 in training. Given splits stay; one that was not given at all comes out of training.
    """
    pictures = _with_some_to_learn_from(pictures)
    given = {picture.split for picture in pictures}
    by_class: dict[str, list[Picture]] = defaultdict(list)
    for picture in pictures:
        by_class[picture.label].append(picture)
    samples = []
    for label in sorted(by_class, key=natural):
        group = by_class[label]
        shares = {Split.TEST: test, Split.VALIDATION: validation}
        splits = _divided(_shuffled(group, label, seed), shares, given)
        samples += [
            _sample(picture, splits[picture.sha256])
            for picture in sorted(group, key=lambda picture: natural(picture.path))
        ]
    return tuple(samples)


def build_dataset(
    collected: Collected,
    *,
    id: str,  # noqa: A002 (the record's own word)
    project_id: str,
    version: int,
    seed: int,
    created_at: datetime,
) -> Dataset:
    """Return the dataset with its splits, its fingerprint and everything noticed, gravest first.

    Raises DatasetError when there is no picture at all, or more classes than can be trained.
    """
    if not collected.pictures:
        raise _nothing_usable(collected.issues)
    samples = assign(collected.pictures, seed=seed)
    classes = tuple(sorted({sample.label for sample in samples}, key=natural))
    most = Limits().classes
    if len(classes) > most:
        raise DatasetError(
            f"There are {len(classes):,} classes; the most is {most:,}.",
            hint="Check that the folders are classes, or leave some out.",
        )
    gravest_first = tuple(Severity)
    issues = (*collected.issues, *_health(samples))
    return Dataset(
        id=id,
        project_id=project_id,
        version=version,
        classes=classes,
        samples=samples,
        issues=tuple(sorted(issues, key=lambda issue: gravest_first.index(issue.severity))),
        fingerprint=_fingerprint(classes, samples),
        created_at=created_at,
    )


def _with_some_to_learn_from(pictures: Sequence[Picture]) -> Sequence[Picture]:
    """Return the pictures; where none was given for training, those of one split are set free for it."""
    given = {picture.split for picture in pictures}
    if not given or given & {Split.TRAIN, None}:
        return pictures
    freed = Split.VALIDATION if Split.VALIDATION in given else Split.TEST
    return [replace(p, split=None) if p.split is freed else p for p in pictures]


def _shuffled(group: Sequence[Picture], label: str, seed: int) -> list[Picture]:
    """Return one class in an order that depends on its contents, its name and the seed alone."""
    ordered = sorted(group, key=lambda picture: picture.sha256)
    name = int.from_bytes(hashlib.sha256(label.encode()).digest()[:8])
    shuffle = np.random.default_rng([seed, name]).permutation(len(ordered))
    return [ordered[index] for index in shuffle]


def _divided(
    group: Sequence[Picture], shares: Mapping[Split, float], given: Set[Split | None]
) -> dict[str, Split]:
    """Return the split of every content hash of one class; at least one picture stays in training."""
    splits = {picture.sha256: picture.split or Split.TRAIN for picture in group}
    for split, share in shares.items():
        pool = [
            picture
            for picture in group
            if splits[picture.sha256] is Split.TRAIN and (picture.split is None or split not in given)
        ]
        counts = Counter(splits.values())
        wanted = _target(split, len(group), share) - counts[split]
        for picture in pool[: max(0, min(wanted, counts[Split.TRAIN] - 1))]:
            splits[picture.sha256] = split
    return splits


def _target(split: Split, total: int, share: float) -> int:
    least = 3 if split is Split.TEST else 2
    return max(1, int(total * share + 0.5)) if share > 0 and total >= least else 0


def _sample(picture: Picture, split: Split) -> Sample:
    return Sample(
        path=picture.path,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        label=picture.label,
        split=split,
    )


def _fingerprint(classes: Sequence[str], samples: Sequence[Sample]) -> str:
    rows = sorted((sample.label, sample.sha256, sample.split.value) for sample in samples)
    return hashlib.sha256(json.dumps([classes, rows]).encode()).hexdigest()


def _health(samples: Sequence[Sample]) -> list[Issue]:
    counts = Counter(sample.label for sample in samples)
    return [*_one_class(counts), *_without_validation(samples), *_few(counts), *_imbalance(counts)]


def _one_class(counts: Counter[str]) -> list[Issue]:
    if len(counts) > 1:
        return []
    issue = Issue(
        kind=IssueKind.ONE_CLASS,
        severity=Severity.BLOCKS,
        message=f"There is only one class: '{next(iter(counts))}'.",
        hint="Add pictures of at least one other class, in a folder of their own.",
    )
    return [issue]


def _without_validation(samples: Sequence[Sample]) -> list[Issue]:
    missing = [split for split in Split if split not in {sample.split for sample in samples}]
    if not missing:
        return []
    issue = Issue(
        kind=IssueKind.FEW_PICTURES,
        severity=Severity.BLOCKS,
        message=f"No picture is left for: {', '.join(missing)}.",
        hint="Add pictures, so that every class has at least three.",
    )
    return [issue]


def _few(counts: Counter[str]) -> list[Issue]:
    few = sorted((label for label, count in counts.items() if count < FEW), key=natural)
    if not few:
        return []
    named = ", ".join(f"'{label}' ({counts[label]})" for label in few[:5]) + (", …" if len(few) > 5 else "")
    issue = Issue(
        kind=IssueKind.FEW_PICTURES,
        severity=Severity.WARNS,
        message=f"Few pictures: {named}. Scores of such classes say little.",
        hint=f"Add pictures until each class has at least {FEW}; more is better.",
    )
    return [issue]


def _imbalance(counts: Counter[str]) -> list[Issue]:
    (large, most), (small, least) = counts.most_common()[0], counts.most_common()[-1]
    if most < IMBALANCED * least:
        return []
    issue = Issue(
        kind=IssueKind.IMBALANCE,
        severity=Severity.WARNS,
        message=f"'{large}' has {counted(most, 'picture')}, '{small}' only {least:,}.",
        hint="Add pictures of the rare classes, or give rare classes more weight in the settings.",
    )
    return [issue]


def _nothing_usable(issues: Sequence[Issue]) -> DatasetError:
    told = " ".join(issue.message for issue in issues[:3])
    hint = next((issue.hint for issue in issues if issue.hint), "Put every class's pictures into a folder.")
    return DatasetError(f"There is no picture that can be used. {told}".strip(), hint=hint)
