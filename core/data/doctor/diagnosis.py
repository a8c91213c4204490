"""All checks in turn, and what an import noticed, gravest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from core.data.directions import Features, chosen
from core.data.doctor.alike import conflicts, leaks, near_copies
from core.data.doctor.case import Case
from core.data.doctor.classes import (
    empty_splits,
    few,
    imbalance,
    one_class,
    split_classes,
    twins,
    two_readings,
    unjudged,
)
from core.data.doctor.kinship import kinship
from core.data.doctor.looks import LOOKS, look
from core.data.doctor.outliers import outliers
from core.data.groups import without_chains
from core.data.likeness import near_duplicates
from core.data.pairs import Pairs
from core.data.reasons import class_missing
from core.data.shortcut import shortcut_issue
from core.domain.dataset import Issue, IssueKind, Sample, Severity
from core.domain.edit import SplitSettings
from core.domain.facts import PictureFacts

# Noticed about files while they were brought in; no later look at the pictures can find it again.
_OF_AN_IMPORT: Final = frozenset(
    (
        IssueKind.UNREADABLE,
        IssueKind.NOT_A_PICTURE,
        IssueKind.NO_CLASS,
        IssueKind.JUNK,
        IssueKind.SPLIT_FOLDERS,
        IssueKind.TABLE_COLUMNS,
        IssueKind.TABLE_ENCODING,
        IssueKind.DUPLICATE,
        IssueKind.WRONG_EXTENSION,
        IssueKind.FIRST_FRAME,
    )
)
# What a file that was left out does to the result, for issues whose finder did not say it.
_CONSEQUENCES: Final = {
    IssueKind.UNREADABLE: "The model cannot learn from these files; everything else goes on without them.",
    IssueKind.NOT_A_PICTURE: "Nothing is lost unless one of them should have been a picture.",
    IssueKind.NO_CLASS: "The model cannot learn from a picture whose class it does not know.",
    IssueKind.JUNK: "Nothing is lost: such files hold no pictures.",
    IssueKind.SPLIT_FOLDERS: "Scores can be compared with those that others got on the same division.",
    IssueKind.DUPLICATE: "Counted twice, it would weigh double, and in two splits flatter the score.",
    IssueKind.CONFLICTING_LABEL: "The model would be told two things about one picture and learn neither.",
    IssueKind.WRONG_EXTENSION: "Nothing is lost here; other programs may refuse such files.",
    IssueKind.FEW_PICTURES: "The model will never give this answer.",
}
_SEVERITIES: Final = tuple(Severity)
_KINDS: Final = (  # gravest first
    IssueKind.ONE_CLASS,
    IssueKind.LEAK,
    IssueKind.KINSHIP,
    IssueKind.CONFLICTING_LABEL,
    IssueKind.SHORTCUT,
    IssueKind.SPLIT_CLASS,
    IssueKind.TWO_READINGS,
    IssueKind.TWIN_CLASS,
    IssueKind.FEW_PICTURES,
    IssueKind.IMBALANCE,
    IssueKind.OUTLIER,
    IssueKind.UNREADABLE,
    IssueKind.NO_CLASS,
    IssueKind.NEAR_DUPLICATE,
    IssueKind.BLURRY,
    IssueKind.DARK,
    IssueKind.BRIGHT,
    IssueKind.ODD_ASPECT,
    IssueKind.TINY,
    IssueKind.HUGE,
    IssueKind.DUPLICATE,
    IssueKind.FIRST_FRAME,
    IssueKind.WRONG_EXTENSION,
    IssueKind.SPLIT_FOLDERS,
    IssueKind.TABLE_COLUMNS,
    IssueKind.TABLE_ENCODING,
    IssueKind.NOT_A_PICTURE,
    IssueKind.JUNK,
)


def diagnose(  # noqa: PLR0913 - what is known already is not looked for again
    samples: Sequence[Sample],
    classes: Sequence[str],
    facts: Mapping[str, PictureFacts],
    features: Features | None,
    *,
    settings: SplitSettings | None = None,
    noticed: Sequence[Issue] = (),
    alike: Pairs | None = None,
) -> tuple[Issue, ...]:
    """Return everything noticed about the pictures in use, and ``noticed`` before, gravest first.

    ``features`` (N, D) belong to ``samples``; without them, or without facts, fewer checks are made.
    ``settings`` are those that the mends divide the pictures with. ``alike`` are the near-duplicates of all
    these samples, where they are known already.
    """
    case = _case(samples, classes, facts, features, settings or SplitSettings(), alike)
    found: list[Issue | None] = [
        one_class(case),
        *empty_splits(case),
        few(case),
        imbalance(case),
        unjudged(case),
        split_classes(case),
        two_readings(case),
        *twins(case),
        *leaks(case),
        *kinship(case),
        *conflicts(case),
        near_copies(case),
        outliers(case),
        shortcut_issue(case.samples, case.classes, case.facts),
        *(look(case, trait) for trait in LOOKS),
    ]
    return _gravest_first([*noticed, *(issue for issue in found if issue is not None)])


def explained(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """Return an import's issues, each with its consequence.

    Their pictures are those that the finder named: a file that was left out may be called as a picture that
    is in use, which came with another upload.
    """
    return tuple(
        replace(issue, consequence=issue.consequence or _CONSEQUENCES.get(issue.kind, "")) for issue in issues
    )


def still_missing(issues: Sequence[Issue], classes: Iterable[str]) -> tuple[Issue, ...]:
    """Return an import's issues without those about a missing class that is among ``classes`` now."""
    found = {class_missing(name) for name in classes}
    return tuple(
        issue for issue in issues if issue.kind is not IssueKind.FEW_PICTURES or issue.message not in found
    )


def carried(issues: Sequence[Issue], samples: Sequence[Sample]) -> tuple[Issue, ...]:
    """Return the issues that only the import could notice, for a version made from an imported one.

    These are all about files that were left out; what concerns pictures that are no longer in use is dropped,
    and so is a missing class that has pictures by now.
    """
    used = {sample.sha256 for sample in samples if not sample.excluded}
    classes = {name for sample in samples if not sample.excluded for name in sample.labels}
    return tuple(
        issue
        for issue in still_missing(issues, classes)
        if (issue.kind in _OF_AN_IMPORT or len(issue.paths) > len(issue.pictures))
        and (not issue.pictures or used.intersection(issue.pictures))
    )


def _case(
    samples: Sequence[Sample],
    classes: Sequence[str],
    facts: Mapping[str, PictureFacts],
    features: Features | None,
    settings: SplitSettings,
    alike: Pairs | None,
) -> Case:
    used = np.array([row for row, sample in enumerate(samples) if not sample.excluded], dtype=np.int64)
    shown = [samples[row] for row in used]
    looks = chosen(features, used) if features is not None and len(features) == len(samples) else None
    known = alike if len(shown) == len(samples) else None
    return Case(
        samples=shown,
        classes=classes,
        facts=facts,
        features=looks,
        pairs=without_chains(near_duplicates(shown, facts, looks) if known is None else known, len(shown)),
        settings=settings,
    )


def _gravest_first(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    def place(issue: Issue) -> tuple[int, int]:
        return _SEVERITIES.index(issue.severity), _KINDS.index(issue.kind)

    return tuple(sorted(issues, key=place))
