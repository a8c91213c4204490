"""What can be asked before a training: what to expect, previews, and settings to keep."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from core.data.parallel import never
from core.domain.config import TrainConfig
from core.domain.cost import Estimate
from core.domain.model import ModelSpec
from core.domain.outlook import Outlook
from core.domain.preprocess import ResizeMode
from core.domain.run import JobKind, JobSnapshot
from core.domain.settings_set import SettingsSet
from core.jobs.costing import counts_of
from core.jobs.desk import Desk
from core.jobs.looking import BACKBONE, Eyes
from core.jobs.outlook_task import look_ahead
from core.jobs.runner import JobContext
from core.models.preprocessing import preprocessing_for
from core.models.sizes import block_parameters, head_parameters
from core.models.zoo import spec_of
from core.training.cost import estimate
from core.training.plan import require_trainable, within


class OutlookDesk(Desk):
    """The part of the studio that looks ahead."""

    def outlook(self, project_id: str) -> Outlook | None:
        """Return what is known about the project's pictures before a training; it may still grow."""
        dataset = self._workspace.datasets.current(project_id)
        return self._workspace.outlooks.get(dataset.id) if dataset else None

    def look_ahead(self, project_id: str) -> JobSnapshot:
        """Find out in the background what can be told before a training; one look at a time.

        Raises:
            DatasetError: the pictures cannot be trained on.
        """
        dataset = require_trainable(self._workspace.datasets.current(project_id))
        under_way = next(self._looks(project_id), None)
        if under_way is not None:
            return under_way

        def work(context: JobContext) -> None:
            look_ahead(self._workspace, self.settings, dataset, context)

        project = self._workspace.projects.get(project_id)
        job = JobSnapshot(
            id=uuid.uuid4().hex,
            kind=JobKind.LOOK,
            project_id=project_id,
            title=project.name if project else "",
        )
        return self._runner.submit(job, work)

    def estimate(self, project_id: str, config: TrainConfig) -> Estimate | None:
        """Return how long a run takes here, and how much room it needs; None where nobody knows."""
        dataset = self._workspace.datasets.current(project_id)
        outlook = self._workspace.outlooks.get(dataset.id) if dataset else None
        costs = outlook.costs_for(config) if outlook else None
        if dataset is None or costs is None:
            return None
        return estimate(costs, config, counts_of(self.settings, dataset, config))

    def within(
        self, project_id: str, config: TrainConfig, *, minutes: float, search: bool
    ) -> TrainConfig | None:
        """Return the settings with as little taken away as lets the run end in time; None where none can.

        With ``search``, most of the time left over goes to trying several ways first. Without an estimate,
        the settings come back as they are.
        """
        dataset = self._workspace.datasets.current(project_id)
        outlook = self._workspace.outlooks.get(dataset.id) if dataset else None
        costs = outlook.costs_for(config) if outlook else None
        if dataset is None or costs is None:
            return config
        counts = counts_of(self.settings, dataset, config)
        return within(60 * minutes, config, costs, counts, search=search)

    def look_under_way(self, project_id: str) -> JobSnapshot | None:
        """Return the newest look ahead of a project since the app began, under way or ended, or None."""
        jobs = (job for job in self._runner.snapshots()[::-1] if job.project_id == project_id)
        return next((job for job in jobs if job.kind is JobKind.LOOK), None)

    def seen(self, hashes: Sequence[str], mode: ResizeMode) -> npt.NDArray[np.uint8]:
        """Return pictures as the bundled backbone sees them, (N, H, W, 3), fitted into squares by ``mode``.

        Raises PictureError or OSError.
        """
        spec = spec_of(BACKBONE)
        config = TrainConfig(image_size=spec.image_size, resize_mode=mode)
        eyes = Eyes(self._workspace, self.settings, spec, preprocessing_for(spec, config))
        pixels: npt.NDArray[np.uint8] = eyes.pixels(hashes, stopped=never)[np.arange(len(hashes))]
        return pixels

    def block_parameters(self, spec: ModelSpec) -> tuple[int, ...]:
        """Return the parameters of each block of a backbone, from the picture upwards."""
        return block_parameters(spec)

    def head_parameters(self, spec: ModelSpec, config: TrainConfig, classes: int, *, several: bool) -> int:
        """Return the parameters of the new head."""
        return head_parameters(spec, config, classes, several=several)

    def settings_sets(self) -> tuple[SettingsSet, ...]:
        """Return all settings that were kept under a name, the newest first."""
        return self._workspace.settings_sets.all()

    def keep_settings(self, name: str, config: TrainConfig) -> SettingsSet:
        """Keep settings under a name, in place of older ones of that name. StoreError for no name."""
        return self._workspace.settings_sets.keep(name, config)

    def drop_settings(self, name: str) -> None:
        """Throw settings away that were kept under a name."""
        self._workspace.settings_sets.remove(name)

    def _looks(self, project_id: str | None = None) -> Iterator[JobSnapshot]:
        """Yield the looks ahead that are under way, of one project or of all."""
        for job in self._runner.snapshots():
            if job.kind is JobKind.LOOK and job.status.active and project_id in (None, job.project_id):
                yield job
