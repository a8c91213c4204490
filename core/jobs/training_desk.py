"""What can be asked about training runs."""

from __future__ import annotations

import logging
from dataclasses import replace

from core.domain.choices import DeviceChoice, Preset
from core.domain.config import DEFAULT_BACKBONE, TrainConfig
from core.domain.dataset import Dataset
from core.domain.errors import AppError, DatasetError, RunError
from core.domain.model import ModelSpec, Readiness
from core.domain.report import Interval
from core.domain.run import JobKind, JobSnapshot, JobStatus, LogLine, Move, Run, RunStatus
from core.jobs.memory import given_back
from core.jobs.outlook_desk import OutlookDesk
from core.jobs.runner import JobContext, Work
from core.jobs.train_task import train_run
from core.models.surgery import preprocessing_for
from core.models.weights import readiness
from core.models.zoo import SPECS, spec_of
from core.training.device import choose_device, describe_device
from core.training.plan import plan, plan_in_words, require_trainable, why_not_trainable

log = logging.getLogger(__name__)


class TrainingDesk(OutlookDesk):
    """The part of the studio that trains, and tells how it went."""

    def device(self) -> str:
        """Return in words where networks are computed."""
        return describe_device(choose_device(DeviceChoice.AUTO))

    def backbones(self) -> tuple[tuple[ModelSpec, Readiness], ...]:
        """Return every backbone and whether its weights are on this machine."""
        return tuple((spec, readiness(spec, self.settings.weights)) for spec in SPECS)

    def plan(
        self, preset: Preset, project_id: str, *, backbone: str | None = None, seed: int = 0
    ) -> TrainConfig:
        """Return the settings that a preset means for the project's pictures, by all that is known of them.

        Without a ``backbone`` it is the recommended one.
        """
        dataset = require_trainable(self._workspace.datasets.current(project_id))
        outlook = self._workspace.outlooks.get(dataset.id)
        if backbone is None:
            known = outlook.recommendation if outlook else None
            backbone = known.key if known else DEFAULT_BACKBONE
        return plan(preset, dataset, spec_of(backbone), outlook=outlook, seed=seed)

    def plan_in_words(self, config: TrainConfig) -> str:
        """Return what the settings will do, in sentences."""
        return plan_in_words(config, spec_of(config.backbone))

    def why_not_trainable(self, project_id: str) -> str | None:
        """Return in words why the project's pictures cannot be trained on; None when they can."""
        dataset = self._workspace.datasets.current(project_id)
        blocked = _blocked(dataset)
        return str(blocked) if blocked else why_not_trainable(dataset)

    def start_run(self, project_id: str, config: TrainConfig, *, preset: Preset | None, token: str) -> Run:
        """Queue a training run; the same token twice starts one run only.

        Raises:
            ConfigError: the settings cannot work, all problems told.
            DatasetError: the pictures cannot be trained on, or a finding about them forbids it.
        """
        config.check()
        preprocessing_for(spec_of(config.backbone), config)
        dataset = self._workspace.datasets.current(project_id)
        if blocked := _blocked(dataset):
            raise blocked
        dataset = require_trainable(dataset)
        for look in self._looks():  # it would slow the training down, and can be done again
            self._runner.stop(look.id)
        run = self._workspace.runs.create(
            project_id,
            dataset,
            config=config,
            preset=preset,
            token=token,
            expected=self._expected(dataset, config, preset),
        )
        if run.status is RunStatus.QUEUED:  # else this token's run has begun long ago
            self._let_wait(run)
        return run

    def take_over(self) -> None:
        """Go on with the queue that an ended process has left."""
        for run in self._workspace.queue.take_over():
            self._let_wait(run)

    def waiting(self) -> tuple[Run, ...]:
        """Return the runs that wait, of all projects, the next one first."""
        return self._workspace.queue.waiting()

    def move(self, run_id: str, direction: Move) -> None:
        """Change a waiting run's place in the queue; RunError when it does not wait any more."""
        self._workspace.queue.move(run_id, direction)
        self._go_on()

    def pause(self, run_id: str) -> None:
        """Let a run leave off, to go on later; one that waits is taken out of the queue.

        Raises:
            RunError: there is no such run, or it is not under way in this process.
        """
        if self._workspace.queue.take_out(run_id):
            self._runner.drop(run_id, JobStatus.PAUSED)
        else:
            self._require_at_work(run_id)
            self._workspace.runs.log(run_id, "Pause asked for.")
            self._runner.pause(run_id)

    def resume(self, run_id: str) -> Run:
        """Queue a run that was paused or interrupted, or failed with a checkpoint: it goes on from there.

        Raises:
            RunError: there is no such run, or it cannot go on.
        """
        self.run(run_id)  # writes down how it left off, where the disk did not take that at the time

        def put_back() -> JobSnapshot:
            run = self._workspace.queue.put_back(run_id)
            self._workspace.runs.log(run_id, "Resumed.")
            return _job_of(run)

        self._runner.wait_again(put_back)
        self._go_on()
        return self._known_run(run_id)

    def stop_run(self, run_id: str) -> None:
        """End a run, keeping its best; one that waits is only taken out of the queue."""
        if self._workspace.queue.take_out(run_id):
            self._runner.drop(run_id, JobStatus.PAUSED)
        else:
            self._runner.stop(run_id)

    def discard(self, run_id: str) -> None:
        """End a run and keep nothing of it.

        Raises:
            RunError: there is no such run, it has ended, or another process works on it.
        """
        job = self._runner.snapshot(run_id)
        if job is not None and job.status is JobStatus.RUNNING:
            self._workspace.runs.log(run_id, "Told to be discarded.")
            self._runner.discard(run_id)
        if job is None or job.status is not JobStatus.RUNNING or self._has_left_off(run_id):
            self._workspace.runs.discard(run_id)
            self._workspace.sweep_activations()
            self._runner.drop(run_id, JobStatus.STOPPED)
            self._go_on()

    def log_of(self, run_id: str) -> tuple[LogLine, ...]:
        """Return what happened in the run, line by line, oldest first."""
        return self._workspace.runs.log_of(run_id)

    def dataset_of_run(self, run: Run) -> Dataset | None:
        """Return the version of the pictures that a run learnt from."""
        return self._workspace.datasets.get(run.dataset_id)

    def run(self, run_id: str) -> Run | None:
        """Return the run with its history, or None when there is none."""
        run = self._workspace.runs.get(run_id)
        return None if run is None else self._settled(run)

    def runs(self, project_id: str | None = None) -> tuple[Run, ...]:
        """Return the runs of one project or of all, newest first, without their histories."""
        if project_id is not None:
            return tuple(self._settled(run) for run in self._workspace.runs.of_project(project_id))
        projects = (summary.project.id for summary in self._workspace.projects.summaries())
        return tuple(run for project in projects for run in self.runs(project))

    def delete_run(self, run_id: str) -> None:
        """Take a run out of sight that is not under way; ``restore_run`` brings it back."""
        self._workspace.runs.delete(run_id)
        self._workspace.sweep_activations()
        self._go_on()

    def restore_run(self, run_id: str) -> str:
        """Bring a deleted run back, and return its name: another one where that is taken by now."""
        return self._workspace.runs.restore(run_id)

    def _expected(self, dataset: Dataset, config: TrainConfig, preset: Preset | None) -> Interval | None:
        """Return what the forecast tells for this run's test pictures; None for settings of one's own."""
        outlook = self._workspace.outlooks.get(dataset.id)
        forecast = outlook.forecast_of(config.backbone) if outlook else None
        told = forecast.range_of(preset) if forecast and preset else None
        return Interval(value=told.likely, low=told.low, high=told.high) if told else None

    def _let_wait(self, run: Run) -> None:
        self._runner.wait(_job_of(run))
        self._go_on()

    def _go_on(self) -> None:
        """See to it that what waits is trained, also what a full disk has held back until now."""
        self._runner.train(self._take)

    def _take(self) -> tuple[JobSnapshot, Work] | None:
        """Return the first run of the queue, which is ours from here on, with its work."""
        run = self._workspace.queue.take()
        if run is None:
            return None

        def train(context: JobContext) -> None:
            with given_back():
                train_run(self._workspace, self.settings, run, context)

        return _job_of(run), train

    def _has_left_off(self, run_id: str) -> bool:
        """Whether the run stands as one that could go on, though its job may not quite have ended."""
        run = self._workspace.runs.get(run_id)
        return run is not None and run.resumable

    def _require_at_work(self, run_id: str) -> None:
        job = self._runner.snapshot(run_id)
        if job is None or not job.status.active:
            run = self.run(run_id)
            raise RunError(
                f"The training run '{run.name if run else run_id}' is not under way here"
                + (f": it is {run.status}." if run else "."),
                hint="Look at it as it is now.",
            )

    def _settled(self, run: Run) -> Run:
        """Return the run as it was left by a job of ours or a process that ended, and nobody wrote that down.

        Ours could not where the disk took nothing more.
        """
        job = self._runner.snapshot(run.id)
        if run.status is not RunStatus.RUNNING or (job and job.status.active):
            return run
        if job is None:  # another process works on it, or has ended by now
            ended = run.id in self._workspace.runs.interrupt_orphans()
            return (self._workspace.runs.get(run.id) if ended else None) or run
        try:
            self._write_down(job)
        except AppError as error:  # it still does not; or the job has written it by now
            log.warning("the end of run %s cannot be written down: %s", run.id, error)
        now = self._workspace.runs.get(run.id) or run
        if now.status is not RunStatus.RUNNING:
            return replace(now, history=run.history)
        status = RunStatus.PAUSED if job.status is JobStatus.PAUSED else RunStatus.FAILED
        return replace(run, status=status, error=job.error, hint=job.hint)

    def _write_down(self, job: JobSnapshot) -> None:
        runs = self._workspace.runs
        if job.status is JobStatus.PAUSED:
            runs.pause(job.id, reason=job.error, hint=job.hint)
        else:
            runs.end_without_result(job.id, RunStatus.FAILED, error=job.error, hint=job.hint)


def _job_of(run: Run) -> JobSnapshot:
    return JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=run.project_id, title=run.name)


def _blocked(dataset: Dataset | None) -> DatasetError | None:
    """Return the finding that forbids training, as an error, or None."""
    blocks = dataset.blocking if dataset else None
    return DatasetError(blocks.message, hint=blocks.hint) if blocks else None
