"""What can be asked about training runs and their results."""

from __future__ import annotations

import threading

from core.domain.choices import DeviceChoice, Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Split
from core.domain.errors import RunError
from core.domain.model import ModelSpec, Readiness
from core.domain.report import Answer, Report
from core.domain.run import JobKind, JobSnapshot, Run
from core.evaluation.report import answers, mistakes
from core.jobs.answering import Answerer
from core.jobs.desk import Desk
from core.jobs.train_task import train_run
from core.models.surgery import preprocessing_for
from core.models.weights import readiness
from core.models.zoo import SPECS, spec_of
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.device import choose_device, describe_device
from core.training.plan import plan, plan_in_words, require_trainable, why_not_trainable


class TrainingDesk(Desk):
    """The part of the studio that trains, and tells how it went."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        super().__init__(settings, workspace)
        self._naming = threading.Lock()

    def device(self) -> str:
        """Return in words where networks are computed."""
        return describe_device(choose_device(DeviceChoice.AUTO))

    def backbones(self) -> tuple[tuple[ModelSpec, Readiness], ...]:
        """Return every backbone and whether its weights are on this machine."""
        return tuple((spec, readiness(spec, self.settings.weights)) for spec in SPECS)

    def plan(
        self, preset: Preset, project_id: str, *, backbone: str = "efficientnet_lite0", seed: int = 0
    ) -> TrainConfig:
        """Return the settings that a preset means for the project's pictures."""
        dataset = require_trainable(self._workspace.datasets.current(project_id))
        return plan(preset, dataset, spec_of(backbone), seed=seed)

    def plan_in_words(self, config: TrainConfig) -> str:
        """Return what the settings will do, in sentences."""
        return plan_in_words(config, spec_of(config.backbone))

    def why_not_trainable(self, project_id: str) -> str | None:
        """Return in words why the project's pictures cannot be trained on; None when they can."""
        return why_not_trainable(self._workspace.datasets.current(project_id))

    def start_run(self, project_id: str, config: TrainConfig, *, preset: Preset | None, token: str) -> Run:
        """Queue a training run; the same token twice starts one run only.

        Raises:
            ConfigError: the settings cannot work, all problems told.
            DatasetError: the pictures cannot be trained on.
        """
        config.check()
        preprocessing_for(spec_of(config.backbone), config)
        dataset = require_trainable(self._workspace.datasets.current(project_id))
        with self._naming:
            number = len(self._workspace.runs.of_project(project_id)) + 1
            run = self._workspace.runs.create(
                project_id,
                dataset,
                config=config,
                preset=preset,
                name=f"Run {number}",
                token=token,
            )
        if not run.status.active:
            return run  # this token's run has ended long ago
        self._runner.submit(
            JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=project_id, title=run.name),
            lambda context: train_run(self._workspace, self.settings, run, context),
        )
        return run

    def dataset_of_run(self, run: Run) -> Dataset | None:
        """Return the version of the pictures that a run learnt from."""
        return self._workspace.datasets.get(run.dataset_id)

    def run(self, run_id: str) -> Run | None:
        """Return the run with its history, or None when there is none."""
        return self._workspace.runs.get(run_id)

    def runs(self, project_id: str | None = None) -> tuple[Run, ...]:
        """Return the runs of one project or of all, newest first, without their histories."""
        if project_id is not None:
            return self._workspace.runs.of_project(project_id)
        projects = (summary.project.id for summary in self._workspace.projects.summaries())
        return tuple(run for project in projects for run in self._workspace.runs.of_project(project))

    def delete_run(self, run_id: str) -> None:
        """Take a finished run out of sight; ``restore_run`` brings it back."""
        self._workspace.runs.delete(run_id)

    def restore_run(self, run_id: str) -> None:
        """Bring a deleted run back, as it was."""
        self._workspace.runs.restore(run_id)

    def report(self, run_id: str) -> Report:
        """Return the run's evaluation; RunError when it has none, StoreError when it is damaged."""
        return self._workspace.runs.report(run_id)

    def mistakes(self, run_id: str, split: Split = Split.TEST) -> tuple[Answer, ...]:
        """Return the wrong answers on one split, the surest first."""
        return mistakes(self._workspace.runs.predictions(run_id), self.report(run_id).classes, split)

    def answers(
        self, run_id: str, split: Split, *, actual: str | None = None, predicted: str | None = None
    ) -> tuple[Answer, ...]:
        """Return the answers on one split, those of one actual or predicted class where it is given."""
        return answers(
            self._workspace.runs.predictions(run_id),
            self.report(run_id).classes,
            split=split,
            actual=actual,
            predicted=predicted,
        )

    def answerer(self, run_id: str) -> Answerer:
        """Return the trained run, loaded to answer for new pictures."""
        run = self.run(run_id)
        if run is None:
            raise RunError("This training run does not exist any more.", hint="Choose another one.")
        return Answerer(self._workspace, run)
