"""What was deleted: out of sight, and brought back or removed for good when the user says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeletedKind(StrEnum):
    """What can be deleted and brought back."""

    PROJECT = "project"
    RUN = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A deleted project, or a deleted run of a project that is not."""

    kind: DeletedKind
    id: str
    name: str
    project_id: str
    project: str  # its name
    created_at: datetime  # UTC
    runs: int  # that go with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What removing one deleted thing for good gives back."""

    id: str
    pictures: int  # that nothing else needs
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenRoom:
    """What lies on the disk and could make room."""

    shares: tuple[Share, ...]
    deleted: int  # bytes of all deleted things together; pictures that several of them have count once
    temporary: int  # bytes that can be computed again
