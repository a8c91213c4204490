"""What the check of the pictures knows that makes a score better than the truth.

Names of classes stand in the sentences as they are; whoever shows them makes them safe to show.
"""

from __future__ import annotations

from typing import Final

from core.domain.dataset import Dataset, IssueKind

_FLATTERING: Final = (IssueKind.LEAK, IssueKind.KINSHIP, IssueKind.SHORTCUT)


def doubts(dataset: Dataset) -> tuple[str, ...]:
    """Return each open finding by which a model of these pictures looks better than it is, and how so."""
    return tuple(
        f"{issue.message} {issue.consequence}".strip()
        for kind in _FLATTERING
        for issue in dataset.issues
        if issue.kind is kind
    )
