"""Which pictures are learnt from, chosen with and judged on; and the finished dataset."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from core.data.collect import Collected, Picture
from core.data.directions import Features, chosen
from core.data.division import divided
from core.data.doctor import diagnose, explained
from core.data.group_names import given_names, joined
from core.data.groups import find_series
from core.data.likeness import near_duplicates
from core.data.names import natural
from core.data.pairs import Pairs
from core.data.probe import split_check
from core.domain.dataset import Dataset, Issue, Sample, Split
from core.domain.edit import SplitSettings
from core.domain.errors import DatasetError
from core.domain.facts import PictureFacts
from core.settings import Limits


def assign(
    pictures: Sequence[Picture], *, settings: SplitSettings, groups: Sequence[str | None] | None = None
) -> tuple[Sample, ...]:
    """Return the pictures with a split each, by class and name. The files' order and names do not matter.

    Each class is divided by itself: 3 pictures or more stand in all three splits, 2 in training and
    validation, 1 in training. Pictures of one group (by default the one each carries) count as one and stay
    together. Given splits stay, and a group follows its given member; where given members contradict each
    other nothing is moved. A split that was not given at all comes out of training.
    """
    names = [picture.group for picture in pictures] if groups is None else list(groups)
    freed = _with_some_to_learn_from(pictures)
    splits = divided(freed, names, settings)
    samples = [
        _sample(picture, splits[picture.sha256], name, given=splits[picture.sha256] is picture.split)
        for picture, name in zip(freed, names, strict=True)
    ]
    return tuple(sorted(samples, key=_place))


def ordered(pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    """Return the pictures in the order in which a dataset keeps them: by class and name."""
    return tuple(sorted(pictures, key=_place))


def build_dataset(  # noqa: PLR0913 - a dataset's own fields
    collected: Collected,
    *,
    id: str,  # noqa: A002 (the record's own word)
    project_id: str,
    version: int,
    created_at: datetime,
    settings: SplitSettings | None = None,
    features: Features | None = None,
) -> Dataset:
    """Return the dataset with its series, splits, fingerprint and everything noticed, gravest first.

    ``features`` (N, D) belong to ``collected.pictures``; without them less is found. Raises DatasetError when
    there is no picture at all, or more classes than can be trained.
    """
    pictures, looks = _in_order(collected.pictures, features)
    alike = near_duplicates(pictures, collected.facts, looks)  # looked for once: series and findings need it
    dataset = draft_dataset(
        replace(collected, pictures=pictures),
        id=id,
        project_id=project_id,
        version=version,
        created_at=created_at,
        settings=settings,
        features=looks,
        alike=alike,
    )
    samples, by, told = dataset.samples, dataset.split_settings, explained(collected.issues)
    return replace(
        dataset,
        issues=diagnose(
            samples, dataset.classes, collected.facts, looks, settings=by, noticed=told, alike=alike
        ),
        split_check=split_check(samples, looks, by),
    )


def draft_dataset(  # noqa: PLR0913 - a dataset's own fields
    collected: Collected,
    *,
    id: str,  # noqa: A002 (the record's own word)
    project_id: str,
    version: int,
    created_at: datetime,
    settings: SplitSettings | None = None,
    features: Features | None = None,
    alike: Pairs | None = None,
) -> Dataset:
    """Return the dataset with its series, splits and fingerprint; nothing of it is examined yet.

    ``features`` (N, D) and ``alike`` belong to ``collected.pictures``; near-duplicates that are not given are
    looked for. Raises DatasetError when there is no picture at all, or more classes than can be trained.
    """
    if not collected.pictures:
        raise _nothing_usable(collected.issues)
    by = settings or SplitSettings()
    pictures, looks = _in_order(collected.pictures, features)
    groups = find_series(pictures, collected.facts, looks, settings=by, alike=alike)
    samples = assign(pictures, settings=by, groups=groups)
    classes = tuple(sorted({name for sample in samples for name in sample.labels}, key=natural))
    most = Limits().classes
    if len(classes) > most:
        raise DatasetError(
            f"There are {len(classes):,} classes; the most is {most:,}.",
            hint="Check that the folders are classes, or leave some out.",
        )
    return Dataset(
        id=id,
        project_id=project_id,
        version=version,
        classes=classes,
        samples=samples,
        issues=(),
        fingerprint=fingerprint_of(classes, samples),
        created_at=created_at,
        split_settings=by,
    )


def split_again(
    before: Dataset,
    settings: SplitSettings,
    *,
    facts: Mapping[str, PictureFacts],
    features: Features | None,
) -> Dataset:
    """Return the dataset divided anew, with the same pictures in the same order; given splits stay.

    Excluded pictures do not count, but follow their series, so that they can be restored without a leak.
    ``features`` (N, D) belong to ``before.samples``. Issues and everything else are left as they are.
    """
    groups = find_series(pictures_of(before.samples), facts, features, settings=settings)
    samples = _moved(before.samples, groups, settings)
    return replace(
        before,
        samples=samples,
        split_settings=settings,
        split_check=split_check(samples, features, settings),
        fingerprint=fingerprint_of(before.classes, samples),
    )


def pictures_of(samples: Sequence[Sample]) -> tuple[Picture, ...]:
    """Return the samples as pictures that can be divided again: only given splits and groups are kept.

    Where the upload had no validation of its own, that was taken out of the given training pictures, and goes
    back to them.
    """
    given = {sample.split for sample in samples if sample.given}
    lent = {split for split in (Split.VALIDATION, Split.TEST) if Split.TRAIN in given and split not in given}
    return tuple(
        Picture(
            path=sample.path,
            sha256=sample.sha256,
            width=sample.width,
            height=sample.height,
            label=sample.label,
            split=sample.split if sample.given else Split.TRAIN if sample.split in lent else None,
            group=joined(given_names(sample.group)),
            also=sample.also,
            columns=sample.columns,
        )
        for sample in samples
    )


def fingerprint_of(classes: Sequence[str], samples: Sequence[Sample]) -> str:
    """Return a hash of what a training depends on: classes, and the used pictures' contents and splits."""
    rows = sorted((s.label, s.sha256, s.split.value, *s.also) for s in samples if not s.excluded)
    return hashlib.sha256(json.dumps([classes, rows]).encode()).hexdigest()


def _moved(
    samples: Sequence[Sample], groups: Sequence[str | None], settings: SplitSettings
) -> tuple[Sample, ...]:
    """Return the samples in their order, with these groups and in the splits that follow from them."""
    shown = list(zip(pictures_of(samples), groups, samples, strict=True))
    used = [(picture, group) for picture, group, sample in shown if not sample.excluded]
    divided_again = assign([p for p, _ in used], settings=settings, groups=[group for _, group in used])
    made = {sample.sha256: sample for sample in divided_again}
    of_series = {sample.group: sample.split for sample in divided_again if sample.group}
    return tuple(
        replace(
            sample,
            group=group or picture.group,
            split=made[sample.sha256].split
            if sample.sha256 in made
            else of_series.get(group or "", sample.split),
            given=made[sample.sha256].given if sample.sha256 in made else sample.given,
        )
        for picture, group, sample in shown
    )


def _in_order(
    pictures: Sequence[Picture], features: Features | None
) -> tuple[tuple[Picture, ...], Features | None]:
    """Return the pictures in the order of a dataset, and the features in theirs."""
    if features is None or len(features) != len(pictures):
        return ordered(pictures), None
    row = {picture.sha256: at for at, picture in enumerate(pictures)}
    sorted_pictures = ordered(pictures)
    order = np.array([row[picture.sha256] for picture in sorted_pictures], dtype=np.int64)
    return sorted_pictures, chosen(features, order)


def _with_some_to_learn_from(pictures: Sequence[Picture]) -> Sequence[Picture]:
    """Return the pictures; where none was given for training, those of one split are set free for it."""
    given = {picture.split for picture in pictures}
    if not given or given & {Split.TRAIN, None}:
        return pictures
    freed = Split.VALIDATION if Split.VALIDATION in given else Split.TEST
    return [replace(p, split=None) if p.split is freed else p for p in pictures]


def _place(shown: Picture | Sample) -> tuple[object, ...]:
    return natural(shown.label), natural(shown.path)


def _sample(picture: Picture, split: Split, group: str | None, *, given: bool) -> Sample:
    return Sample(
        path=picture.path,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        label=picture.label,
        split=split,
        group=group or joined(given_names(picture.group)),
        given=given,
        also=picture.also,
        columns=picture.columns,
    )


def _nothing_usable(issues: Sequence[Issue]) -> DatasetError:
    told = " ".join(issue.message for issue in issues[:3])
    hint = next((issue.hint for issue in issues if issue.hint), "Put every class's pictures into a folder.")
    return DatasetError(f"There is no picture that can be used. {told}".strip(), hint=hint)
