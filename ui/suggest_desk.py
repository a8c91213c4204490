"""What screens can ask about labels that a model suggests, and what a click there does."""

from __future__ import annotations

from collections.abc import Sequence

from core.data.decode import thumbnail
from core.domain.run import JobSnapshot
from core.domain.suggestions import Confirmed, Suggestions
from core.domain.trying import Tried
from ui import services, state
from ui.services import open_studio
from ui.thumbnails import LARGE


def suggestions(project_id: str) -> Suggestions | None:
    """Return what the answers to the last folder or zip of a project suggest; None where there is none."""
    return open_studio().suggestions(project_id)


def add(project_id: str, batch_id: str, confirmed: Sequence[Confirmed]) -> None:
    """Start adding pictures under the classes that were confirmed; StaleError where they are there by now."""
    open_studio().add_suggested(project_id, batch_id, confirmed, author=state.author())


def ended(project_id: str) -> JobSnapshot | None:
    """Return the project's newest work on pictures where it was adding some from here and has ended."""
    job = services.last_picture_job(project_id)
    return job if job and not job.status.active and open_studio().adds_suggested(job.id) else None


def large(one: Tried) -> bytes:
    """Return a tried picture as large as a screen shows it; PictureError where it is gone."""
    return thumbnail(one.location, size=LARGE)
