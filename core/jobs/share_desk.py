"""What can be asked about taking a trained model away."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.domain.certificate import Export, ExportKind
from core.domain.dataset import Dataset, Split
from core.domain.package import PackageInfo
from core.domain.run import JobKind, JobSnapshot, Run
from core.jobs.answering import trained_model
from core.jobs.desk import Desk
from core.jobs.export_task import export_run, kept_export
from core.jobs.runner import JobContext
from core.models.zoo import spec_of
from core.sharing.package import write_package
from core.sharing.predictor import TrainedModel
from core.store.workspace import utc_now


class ShareDesk(Desk):
    """The part of the studio that hands trained models on."""

    def export_model(self, run_id: str, kind: ExportKind) -> JobSnapshot:
        """Write a run's model for other programs, and try it there, in the background.

        The same form of the same run is written once at a time.

        Raises:
            RunError: the run is gone, or has no result.
        """
        run = self._finished_run(run_id)

        def work(context: JobContext) -> None:
            export_run(self._workspace, run, kind, context)

        job_id = _job_id(run_id, kind)
        self._runner.forget(job_id)  # an earlier one that has ended
        job = JobSnapshot(
            id=job_id, kind=JobKind.PACK, project_id=run.project_id, title=f"{run.name} as {kind}"
        )
        return self._submit(job, work)

    def export_under_way(self, run_id: str, kind: ExportKind) -> JobSnapshot | None:
        """Return the writing of this form since the app began, under way or ended, or None."""
        return self._runner.snapshot(_job_id(run_id, kind))

    def exports(self, run_id: str) -> tuple[Export, ...]:
        """Return the finished exports of a run, each with its certificate, in the order of their kinds.

        One whose ``decision`` is not the run's any more answers by an earlier rule.
        """
        found = (kept_export(self._workspace, run_id, kind) for kind in ExportKind)
        return tuple(export for export in found if export is not None)

    def package(self, run_id: str, target: Path) -> PackageInfo:
        """Write a run's model as a package, the one form that Sightsmith reads; return what it says.

        Raises:
            RunError: the run is gone, or has no result.
            StoreError: its result is damaged, or the file cannot be written.
        """
        run = self._finished_run(run_id)
        model = trained_model(self._workspace, run)
        info = self._info(run, model)
        write_package(target, info, weights=model.weights, memory=model.memory)
        return info

    def about(self, run_id: str) -> PackageInfo:
        """Return what a package of the run would say of its model; raises as ``package``."""
        run = self._finished_run(run_id)
        return self._info(run, trained_model(self._workspace, run))

    def _info(self, run: Run, model: TrainedModel) -> PackageInfo:
        spec = spec_of(run.config.backbone)
        scores = self._workspace.runs.report(run.id).test
        project = self._workspace.projects.get(run.project_id)
        dataset: Dataset | None = self._workspace.datasets.get(run.dataset_id)
        return PackageInfo(
            name=run.name,
            project=project.name if project else "",
            network=model.network,
            backbone=spec.title,
            licence=spec.licence,
            preprocessing=model.preprocessing,
            classes=model.classes,
            decision=model.decision,
            dataset_fingerprint=run.dataset_fingerprint,
            learnt_from=len(dataset.used(Split.TRAIN)) if dataset else 0,
            tested_on=scores.pictures,
            accuracy=scores.accuracy,
            per_class=scores.per_class,
            trained_at=run.finished_at,
            created_at=utc_now(),
            versions=run.versions,
        )


def _job_id(run_id: str, kind: ExportKind) -> str:
    return hashlib.sha256(f"export {run_id} {kind}".encode()).hexdigest()[:32]
