"""Settings of a training that somebody gave a name, to take them up again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.config import TrainConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsSet:
    """All settings of a training under a name; names differ within a workspace."""

    name: str
    config: TrainConfig
    created_at: datetime  # UTC
