"""What can be asked before a training: what to expect, previews, and settings to keep."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.data.parallel import never
from core.domain.config import TrainConfig
from core.domain.cost import Estimate
from core.domain.model import ModelSpec
from core.domain.outlook import Outdated, Outlook
from core.domain.preprocess import ResizeMode
from core.domain.range_test import RateRange
from core.domain.run import JobKind, JobSnapshot
from core.domain.settings_set import SettingsSet
from core.jobs.costing import counts_of
from core.jobs.desk import Desk
from core.jobs.looking import BACKBONE, Eyes, prepare_eyes
from core.jobs.memory import given_back
from core.jobs.outlook_here import outlook_here, ready_backbones, this_machine
from core.jobs.outlook_task import look_ahead
from core.jobs.rate_task import tested_rates
from core.jobs.runner import JobContext
from core.models.preprocessing import preprocessing_for
from core.models.sizes import block_parameters, head_parameters
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.cost import estimate
from core.training.plan import require_trainable, within


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTest:
    """A test of rates: for which settings, its job, and what it found so far as it has ended well."""

    config: TrainConfig
    job_id: str
    found: list[RateRange]


class OutlookDesk(Desk):
    """The part of the studio that looks ahead."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        super().__init__(settings, workspace)
        self._rates: dict[str, RateTest] = {}  # the newest of each project; nothing is lost with them

    def prepare_ahead(self) -> None:
        """Prepare the bundled network in the background, so that the first pictures need not wait for it."""
        threading.Thread(
            target=prepare_eyes, args=(self._workspace, self.settings), name="prepare ahead", daemon=True
        ).start()

    def find_rate(self, project_id: str, config: TrainConfig) -> JobSnapshot:
        """Look for a good learning rate in the background; ``rates_found`` tells of it.

        Raises:
            ConfigError: the settings cannot work.
            DatasetError: the pictures cannot be trained on.
        """
        config.check()
        dataset = require_trainable(self._workspace.datasets.current(project_id))
        test = RateTest(config=config, job_id=uuid.uuid4().hex, found=[])

        def work(context: JobContext) -> None:
            with given_back():
                test.found.append(tested_rates(self._workspace, self.settings, dataset, config, context))

        self._rates[project_id] = test
        job = JobSnapshot(id=test.job_id, kind=JobKind.RATES, project_id=project_id, title="")
        return self._runner.submit(job, work)

    def rates_found(
        self, project_id: str, config: TrainConfig
    ) -> tuple[JobSnapshot | None, RateRange | None]:
        """Return the job of the newest test of these settings, and what it found; None for what is not there.

        Other rates and lengths are the same settings: they are what is looked for.
        """
        test = self._rates.get(project_id)
        if test is None or _but_rates(test.config) != _but_rates(config):
            return None, None
        return self._runner.snapshot(test.job_id), next(iter(test.found), None)

    def outlook(self, project_id: str) -> Outlook | None:
        """Return what is known about the project's pictures before a training; it may still grow."""
        dataset = self._workspace.datasets.current(project_id)
        found = outlook_here(self._workspace, dataset.id) if dataset else None
        if found is None or not found.complete or self._outdated(found) is None:
            return found
        return replace(found, complete=False)

    def outdated(self, project_id: str) -> Outdated | None:
        """Return why the project's pictures should be looked at again; None where nothing is known."""
        dataset = self._workspace.datasets.current(project_id)
        found = self._workspace.outlooks.get(dataset.id) if dataset else None
        return self._outdated(found) if found else None

    def _outdated(self, found: Outlook) -> Outdated | None:
        return found.outdated(machine=this_machine(), ready=ready_backbones(self.settings))

    def look_ahead(self, project_id: str) -> JobSnapshot:
        """Find out in the background what can be told before a training; one look at a time.

        Raises:
            DatasetError: the pictures cannot be trained on.
        """
        dataset = require_trainable(self._workspace.datasets.current(project_id))
        under_way = next((job for job in self._looks(project_id) if job.kind is JobKind.LOOK), None)
        if under_way is not None:
            return under_way

        def work(context: JobContext) -> None:
            with given_back():
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
        outlook = outlook_here(self._workspace, dataset.id) if dataset else None
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
        outlook = outlook_here(self._workspace, dataset.id) if dataset else None
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
        """Yield the jobs under way that make way for a training, of one project or of all."""
        for job in self._runner.snapshots():
            if job.kind.makes_way and job.status.active and project_id in (None, job.project_id):
                yield job


def _but_rates(config: TrainConfig) -> TrainConfig:
    plain = TrainConfig()
    return replace(
        config,
        head_learning_rate=plain.head_learning_rate,
        fine_tune_learning_rate=plain.fine_tune_learning_rate,
        head_epochs=plain.head_epochs,
        fine_tune_epochs=plain.fine_tune_epochs,
        search_minutes=0,
    )
