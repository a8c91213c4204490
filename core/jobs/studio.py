"""Everything a screen or the command line can ask for: one Studio per process.

Screens ask, the studio answers from the workspace, and starts background work where it takes longer than a
moment. It holds no state of any user or browser.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from core.domain.errors import StoreError
from core.domain.run import JobKind, JobSnapshot, JobStatus
from core.jobs.corrected_desk import CorrectedDesk
from core.jobs.corrections_desk import CorrectionsDesk
from core.jobs.further_tests_desk import FurtherTestsDesk
from core.jobs.map_desk import MapDesk
from core.jobs.picture_desk import PictureDesk
from core.jobs.report_desk import ReportDesk
from core.jobs.results_desk import ResultsDesk
from core.jobs.share_desk import ShareDesk
from core.jobs.slices_desk import SlicesDesk
from core.jobs.suggest_desk import SuggestDesk
from core.jobs.sweeping import sweep_pictures
from core.jobs.training_desk import TrainingDesk
from core.jobs.trash_desk import TrashDesk
from core.settings import Settings
from core.store.workspace import Workspace

_CUT_SHORT = "Sightsmith was closed before this had ended."
_AGAIN = {
    JobKind.IMPORT: "Bring the pictures in again; what the project had is as it was.",
    JobKind.EDIT: "Make it again; the pictures are as they were.",
}


class Studio(
    CorrectionsDesk,  # with the review
    ReportDesk,  # asks the desks of pictures, results, slices and explanations
    SuggestDesk,  # with what is tried, and explanations
    PictureDesk,
    TrainingDesk,
    ResultsDesk,
    FurtherTestsDesk,
    CorrectedDesk,  # with Compare
    SlicesDesk,
    MapDesk,
    ShareDesk,
    TrashDesk,
):
    """Projects, pictures, training runs and their results, for everyone who asks."""

    @classmethod
    def open(cls, settings: Settings, *, take_over: bool = False) -> Studio:
        """Return the studio of a workspace; what an ended process left half-done is closed or swept away.

        With ``take_over`` the runs that waited for an ended process are trained in this one, and what else it
        was working on is told of as failed.

        Raises:
            StoreError: the workspace folder or its database cannot be used.
        """
        workspace = Workspace.open(settings)
        for run_id in workspace.runs.interrupt_orphans():
            workspace.runs.log(run_id, "Sightsmith was closed or stopped: interrupted.")
        workspace.runs.sweep_checkpoints()
        workspace.trash.sweep()
        sweep_pictures(workspace)
        workspace.sweep_staging()
        workspace.sweep_activations()
        studio = cls(settings, workspace)
        if take_over:
            studio.tell_cut_short()
            studio.take_over()
        return studio

    def close(self, timeout: float = 5.0) -> None:
        """End all background work, waiting for it up to ``timeout`` seconds."""
        self._runner.close(timeout)
        self.forget_tried()
        self._workspace.close()

    def tell_cut_short(self) -> None:
        """Show as failed what an ended process was working on; runs are told of as interrupted instead."""
        left: tuple[JobSnapshot, ...] = ()
        with suppress(StoreError):  # the app must open all the same
            left = self._workspace.job_notes.take_left()
        for job in left:
            if not self._has_come_to_be(job):
                hint = _AGAIN.get(job.kind, "Start it again.")
                self._runner.recall(replace(job, status=JobStatus.FAILED, error=_CUT_SHORT, hint=hint))

    def _has_come_to_be(self, job: JobSnapshot) -> bool:
        """Whether a job had all but ended: what it makes is there, under its id."""
        with suppress(StoreError):  # the id is none
            if job.kind is JobKind.IMPORT:
                return self._workspace.datasets.get(job.id) is not None
            if job.kind is JobKind.TEST:
                return self._workspace.further_tests.get(job.id) is not None
        return False

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
        self.stop_run(job_id)
