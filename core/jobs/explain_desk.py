"""What can be asked about single answers. A picture is a content hash, or a file that nobody has seen yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.domain.decision import Decision
from core.domain.explanation import Alike, Explanation, Likely
from core.jobs.desk import Desk
from core.jobs.explaining import Explainer
from core.jobs.kept_models import KeptModels
from core.settings import Settings
from core.store.workspace import Workspace


class ExplainDesk(Desk):
    """The part of the studio that says why a picture was answered as it was. Any thread may ask.

    All raise RunError where the run is gone, StoreError where it has no result or its files are damaged, and
    PictureError for a picture that cannot be read.
    """

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        super().__init__(settings, workspace)
        self._explainers = KeptModels(self._explainer)

    def explain(self, run_id: str, picture: str | Path, class_name: str | None = None) -> Explanation:
        """Return where the network looks for a class; without one, for the class that it answers.

        Raises ConfigError for a class that the run does not know.
        """
        with self._asked(run_id) as (explainer, decision):
            return explainer.explain(self._file(picture), decision, class_name)

    def similar(self, run_id: str, picture: str | Path, *, most: int = 3) -> tuple[Alike, ...]:
        """Return the training pictures that the final network finds most alike, but not the picture itself.

        Of very many, only those that the run remembers count. Nothing comes for a run from before they were.
        """
        without = picture if isinstance(picture, str) else ""
        with self._asked(run_id) as (explainer, _):
            return explainer.alike(self._file(picture), most=most, without=without)

    def likely(self, run_id: str, picture: str | Path, *, most: int = 3) -> tuple[Likely, ...]:
        """Return the most likely classes with their calibrated probabilities, the likeliest first."""
        with self._asked(run_id) as (explainer, decision):
            return explainer.likely(self._file(picture), decision, most=most)

    @contextmanager
    def _asked(self, run_id: str) -> Iterator[tuple[Explainer, Decision]]:
        """Give the loaded run with its rule of today; RunError also where it was removed after loading."""
        decision = self._workspace.runs.decision(run_id)
        with self._explainers.using(run_id) as explainer:
            yield explainer, decision

    def _explainer(self, run_id: str) -> Explainer:
        return Explainer(self._workspace, self._known_run(run_id))

    def _file(self, picture: str | Path) -> Path:
        return self._workspace.paths.picture(picture) if isinstance(picture, str) else picture
