"""What tables of labels say of a run's pictures by now: a table may have come after the training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.domain.dataset import Sample
from core.store.workspace import Workspace


def with_columns(workspace: Workspace, project_id: str, samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """Return the pictures with their further columns: their own, or else those that the project has now."""
    current = workspace.datasets.current(project_id)
    told = {s.sha256: s.columns for s in current.samples if s.columns} if current else {}
    return tuple(replace(s, columns=s.columns or told.get(s.sha256, ())) for s in samples)
