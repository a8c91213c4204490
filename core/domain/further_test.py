"""A finished training run, judged once more on other pictures than its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherTest:
    """One such test: on which pictures, and which files were left out of it and why."""

    id: str
    run_id: str
    name: str  # of the zip or folder, as the user knows it
    created_at: datetime  # UTC
    pictures: int  # judged
    left_out: tuple[tuple[str, str], ...] = ()  # (file, reason), each file once
    unknown_classes: tuple[str, ...] = ()  # named by the upload, and unknown to the run
