"""Everything a screen or the command line can ask for: one Studio per process.

Screens ask, the studio answers from the workspace, and starts background work where it takes longer than a
moment. It holds no state of any user or browser.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

from core.data.archive import FoundFile
from core.data.decode import thumbnail as draw_thumbnail
from core.data.samples import sample_sets
from core.domain.config import DeviceChoice, Preset, TrainConfig
from core.domain.dataset import Dataset, Split
from core.domain.errors import RunError, StoreError
from core.domain.model import ModelSpec, Readiness
from core.domain.project import Project, ProjectSummary, SampleSet
from core.domain.report import Answer, Report
from core.domain.run import JobKind, JobSnapshot, Run
from core.evaluation.report import answers, mistakes
from core.jobs.answering import Answerer
from core.jobs.import_task import (
    ImportOrder,
    Reader,
    from_archive,
    from_files,
    from_folder,
    from_sample_set,
    import_pictures,
)
from core.jobs.runner import JobContext, Runner
from core.jobs.train_task import train_run
from core.models.surgery import preprocessing_for
from core.models.weights import readiness
from core.models.zoo import SPECS, spec_of
from core.settings import Settings
from core.store.files import make_folder, write_whole
from core.store.workspace import Workspace, utc_now
from core.training.device import choose_device, describe_device
from core.training.plan import plan, plan_in_words, require_trainable, why_not_trainable


class Studio:
    """Projects, pictures, training runs and their results, for everyone who asks."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self.settings = settings
        self._workspace = workspace
        self._runner = Runner()
        self._starting = threading.Lock()

    @classmethod
    def open(cls, settings: Settings) -> Studio:
        """Return the studio of a workspace; what an ended process left half-done is closed or swept away.

        Raises:
            StoreError: the workspace folder or its database cannot be used.
        """
        workspace = Workspace.open(settings)
        workspace.runs.interrupt_orphans()
        workspace.sweep_staging()
        return cls(settings, workspace)

    def close(self, timeout: float = 5.0) -> None:
        """End all background work, waiting for it up to ``timeout`` seconds."""
        self._runner.close(timeout)
        self._workspace.close()

    # Projects ------------------------------------------------------------------------------------------

    def summaries(self) -> tuple[ProjectSummary, ...]:
        """Return what the cards of all projects show, newest first."""
        return self._workspace.projects.summaries()

    def project(self, project_id: str) -> Project | None:
        """Return the project, or None when there is none or it was deleted."""
        return self._workspace.projects.get(project_id)

    def create_project(self, name: str, *, credit: str = "") -> Project:
        """Return a new, empty project."""
        return self._workspace.projects.create(name.strip() or "My pictures", credit=credit)

    def rename_project(self, project_id: str, name: str) -> None:
        """Give the project another name."""
        self._workspace.projects.rename(project_id, name)

    def delete_project(self, project_id: str) -> None:
        """Take the project out of sight; ``restore_project`` brings it back."""
        self._workspace.projects.delete(project_id)

    def restore_project(self, project_id: str) -> None:
        """Bring a deleted project back, as it was."""
        self._workspace.projects.restore(project_id)

    # Pictures ------------------------------------------------------------------------------------------

    def sample_sets(self) -> tuple[SampleSet, ...]:
        """Return the built-in sets of pictures."""
        return sample_sets()

    def staging(self) -> Path:
        """Return a fresh folder for an upload; an import started with it removes it in the end."""
        return self._workspace.staging()

    def import_sample(self, key: str, *, name: str | None = None) -> JobSnapshot:
        """Create a project with a built-in set of pictures, imported in the background."""
        chosen = next((s for s in self.sample_sets() if s.key == key), None)
        if chosen is None or not chosen.available:
            raise StoreError(
                f"The sample pictures {key!r} are not on this computer.",
                hint=chosen.missing if chosen else "Choose another set.",
            )
        project = self.create_project(name or chosen.title, credit=chosen.credit)
        return self._import(project.id, from_sample_set(key), staging=self.staging(), title=chosen.title)

    def import_archive(self, project_id: str, archive: Path, *, name: str) -> JobSnapshot:
        """Import a zip in the background. One in a ``staging`` folder is removed with it, any other stays."""
        read = from_archive(archive, self.settings.limits)
        ours = archive.is_relative_to(self._workspace.paths.staging)
        return self._import(project_id, read, staging=archive.parent if ours else self.staging(), title=name)

    def import_folder(self, project_id: str, folder: Path) -> JobSnapshot:
        """Import a folder of class folders on this computer, in the background; it is only read."""
        return self._import(
            project_id, from_folder(folder), staging=self.staging(), title=folder.name or str(folder)
        )

    def import_files(
        self,
        project_id: str,
        files: Sequence[FoundFile],
        *,
        label: str | None = None,
        staging: Path | None = None,
    ) -> JobSnapshot:
        """Import files in the background: class folders, or with ``label`` all into one class.

        ``staging`` is the folder they lie in, if it should be removed afterwards.
        """
        title = f"Pictures of {label}" if label else "A folder of pictures"
        return self._import(
            project_id, from_files(files, label), staging=staging or self.staging(), title=title
        )

    def _import(self, project_id: str, read: Reader, *, staging: Path, title: str) -> JobSnapshot:
        if self._workspace.projects.get(project_id) is None:
            raise StoreError("This project does not exist any more.", hint="Choose or create another one.")
        order = ImportOrder(
            project_id=project_id,
            dataset_id=uuid.uuid4().hex,
            created_at=utc_now(),
            staging=staging,
            read=read,
        )

        def work(context: JobContext) -> None:
            import_pictures(self._workspace, order, context, self.settings.limits)

        return self._runner.submit(
            JobSnapshot(id=order.dataset_id, kind=JobKind.IMPORT, project_id=project_id, title=title), work
        )

    def dataset(self, project_id: str) -> Dataset | None:
        """Return the newest version of the project's pictures, or None before the first import."""
        return self._workspace.datasets.latest(project_id)

    def dataset_of_run(self, run: Run) -> Dataset | None:
        """Return the version of the pictures that a run learnt from."""
        return self._workspace.datasets.get(run.dataset_id)

    def picture(self, sha256: str) -> bytes:
        """Return a picture's bytes as they were uploaded."""
        return self._workspace.datasets.picture(sha256)

    def thumbnail(self, sha256: str, size: int = 256) -> bytes:
        """Return a small JPEG of the picture, its longer side at most ``size`` pixels."""
        path = self._workspace.paths.thumbnail(sha256, size)
        if path.exists():
            return path.read_bytes()
        drawn = draw_thumbnail(self._workspace.paths.picture(sha256), size=size)
        make_folder(path.parent)
        write_whole(path, drawn)
        return drawn

    # Background work -----------------------------------------------------------------------------------

    def job(self, job_id: str) -> JobSnapshot | None:
        """Return a job of this process; a training run's job carries the run's id."""
        return self._runner.snapshot(job_id)

    def jobs(self, project_id: str | None = None) -> tuple[JobSnapshot, ...]:
        """Return the jobs of this process, of one project or of all, newest first."""
        found = (j for j in self._runner.snapshots() if project_id in (None, j.project_id))
        return tuple(found)[::-1]

    def active_job(self, project_id: str | None = None) -> JobSnapshot | None:
        """Return the job worked on now, or else the first that waits; None when nothing is going on."""
        going = [j for j in reversed(self.jobs(project_id)) if j.status.active]
        return next((j for j in going if j.progress), going[0] if going else None)

    def stop(self, job_id: str) -> None:
        """End a job: a training keeps its best epoch, an import leaves nothing behind."""
        self._runner.stop(job_id)

    # Training ------------------------------------------------------------------------------------------

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
        dataset = require_trainable(self.dataset(project_id))
        return plan(preset, dataset, spec_of(backbone), seed=seed)

    def plan_in_words(self, config: TrainConfig) -> str:
        """Return what the settings will do, in sentences."""
        return plan_in_words(config, spec_of(config.backbone))

    def why_not_trainable(self, project_id: str) -> str | None:
        """Return in words why the project's pictures cannot be trained on; None when they can."""
        return why_not_trainable(self.dataset(project_id))

    def start_run(self, project_id: str, config: TrainConfig, *, preset: Preset | None, token: str) -> Run:
        """Queue a training run; the same token twice starts one run only.

        Raises:
            ConfigError: the settings cannot work, all problems told.
            DatasetError: the pictures cannot be trained on.
        """
        config.check()
        preprocessing_for(spec_of(config.backbone), config)
        dataset = require_trainable(self.dataset(project_id))
        with self._starting:
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

    def run(self, run_id: str) -> Run | None:
        """Return the run with its history, or None when there is none."""
        return self._workspace.runs.get(run_id)

    def runs(self, project_id: str | None = None) -> tuple[Run, ...]:
        """Return the runs of one project or of all, newest first, without their histories."""
        if project_id is not None:
            return self._workspace.runs.of_project(project_id)
        return tuple(r for s in self.summaries() for r in self._workspace.runs.of_project(s.project.id))

    def delete_run(self, run_id: str) -> None:
        """Take a finished run out of sight; ``restore_run`` brings it back."""
        self._workspace.runs.delete(run_id)

    def restore_run(self, run_id: str) -> None:
        """Bring a deleted run back, as it was."""
        self._workspace.runs.restore(run_id)

    # Results -------------------------------------------------------------------------------------------

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
