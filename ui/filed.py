"""How pictures are filed now, where that is no longer as a run knew them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.data.corrections import KEEPS, corrects
from core.data.lineage import STANDING, Way, way
from core.domain.dataset import Sample
from core.domain.edit import VersionLine
from core.domain.review import Verdict
from core.domain.run import Run
from ui import services
from ui.words import esc


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What became of one picture since the run."""

    then: tuple[str, ...]  # its classes in the run, as they are called now
    now: Sample | None  # None: it is gone
    last: VersionLine | None  # the last change that named it

    @property
    def differs(self) -> bool:
        """Whether it is filed otherwise."""
        return self.now is None or self.now.excluded or set(self.now.labels) != set(self.then)

    @property
    def changed_at(self) -> datetime | None:
        """When it was changed last; None where it was not."""
        return self.last.created_at if self.last else None

    @property
    def words(self) -> str:
        """How it is filed, as Markdown in the middle of a sentence; empty where that is as it was."""
        if self.now is None:
            return "no longer among the project's pictures"
        moved = set(self.now.labels) != set(self.then)
        parts = [f"filed under “{esc(', '.join(self.now.labels))}”"] if moved else []
        parts += ["left out"] if self.now.excluded else []
        when = f"since version {self.last.version}" if self.last else "now"
        return f"{' and '.join(parts)} {when}" if parts else ""

    def way_back(self, verdicts: Sequence[Verdict], *, mistake: bool) -> str:
        """Return how corrections of it are taken back, as Markdown; empty where none were made."""
        if self.now is None or self.last is None or not self.differs or not corrects(self.last):
            return ""
        if any(one.kind in KEEPS and one.moment > self.last.created_at for one in verdicts):
            return "The next corrections take that back."
        said, label = "Model wrong" if mistake else "Label is right", esc(", ".join(self.then))
        return f"Say “{said}” to have it back under “{label}” with the next corrections."


class Filing:
    """How all pictures of a run's project are filed now."""

    def __init__(self, run: Run) -> None:
        now = services.dataset(run.project_id)
        self._samples = {sample.sha256: sample for sample in now.samples} if now else {}
        self._way = self._way_to(run, now.id) if now and now.id != run.dataset_id else STANDING
        self._changed = self._way.last_changes()

    def sample(self, sha256: str) -> Sample | None:
        """Return a picture as the project knows it now, or None where it is gone."""
        return self._samples.get(sha256)

    def of(self, sha256: str, labels: Sequence[str]) -> Filed:
        """Return what became of a picture with these labels in the run."""
        return Filed(
            then=self._way.labels(labels),
            now=self._samples.get(sha256),
            last=self._changed.get(sha256),
        )

    @staticmethod
    def _way_to(run: Run, version: str) -> Way:
        return way(services.history(run.project_id), then=run.dataset_id, now=version)
