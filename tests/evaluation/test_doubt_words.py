"""What speaks against a score: leaks first, then shortcuts, and nothing else."""

from __future__ import annotations

from core.domain.dataset import Dataset, Issue, IssueKind, Severity
from core.evaluation.doubt_words import doubts
from tests.store.made import NOON


def with_issues(*issues: tuple[IssueKind, str, str]) -> Dataset:
    found = tuple(
        Issue(kind=kind, severity=Severity.WARNS, message=message, consequence=consequence)
        for kind, message, consequence in issues
    )
    return Dataset(
        id="d",
        project_id="p",
        version=1,
        classes=("a", "b"),
        samples=(),
        issues=found,
        fingerprint="f",
        created_at=NOON,
    )


def test_only_what_flatters_the_score_is_told_with_its_consequence():
    found = with_issues(
        (IssueKind.BLURRY, "3 pictures are blurred.", "Fine detail is missing."),
        (IssueKind.SHORTCUT, "The camera alone tells the classes.", "The score will look good."),
        (
            IssueKind.KINSHIP,
            "Pictures of one 'plant' are alike.",
            "If they show the same thing, it flatters.",
        ),
        (IssueKind.LEAK, "4 pictures are in more than one split.", "The score is better than the truth."),
    )
    assert doubts(found) == (
        "4 pictures are in more than one split. The score is better than the truth.",
        "Pictures of one 'plant' are alike. If they show the same thing, it flatters.",
        "The camera alone tells the classes. The score will look good.",
    )
    assert doubts(with_issues()) == ()
