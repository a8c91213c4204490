"""What can be asked about further tests: finished runs judged on pictures that came later."""

from __future__ import annotations

import uuid
from pathlib import Path

from core.data import origins
from core.domain.errors import RunError
from core.domain.further_test import FurtherTest
from core.domain.run import JobKind, JobSnapshot
from core.domain.slices import Origin, OriginChoice
from core.jobs.columns_now import with_columns
from core.jobs.cross_check import CrossCheckOrder, cross_check
from core.jobs.desk import Desk
from core.jobs.further_test_task import TestOrder, further_test
from core.jobs.import_task import from_archive, from_folder
from core.jobs.runner import JobContext
from core.jobs.sweeping import drop_pictures
from core.store.files import remove_tree
from core.store.workspace import utc_now


class FurtherTestsDesk(Desk):
    """The part of the studio that judges finished runs on more pictures."""

    def test_further(
        self, run_id: str, source: Path, *, name: str = "", labels: Path | None = None
    ) -> JobSnapshot:
        """Judge a finished run on a zip or a folder in the background; the job's id is the test's.

        A zip in a ``staging`` folder is removed with it; anything else is only read. ``labels`` is a CSV that
        says which file shows what; without it, folders are the classes.

        Raises:
            RunError: there is no such run.
        """
        ours = source.is_relative_to(self._workspace.paths.staging)
        staging = source.parent if ours else self._workspace.staging()
        try:
            run = self._known_run(run_id)
        except RunError:
            remove_tree(staging)  # no job will ever own this upload
            raise
        read = (
            from_folder(source, labels)
            if source.is_dir()
            else from_archive(source, self.settings.limits, labels, make_room=self.make_room)
        )
        order = TestOrder(
            id=uuid.uuid4().hex,
            run_id=run_id,
            name=name or source.name or str(source),
            created_at=utc_now(),
            staging=staging,
            read=read,
        )

        def work(context: JobContext) -> None:
            further_test(self._workspace, self.settings, order, context)

        title = f"{run.name} on {order.name}"
        return self._submit(
            JobSnapshot(id=order.id, kind=JobKind.TEST, project_id=run.project_id, title=title), work
        )

    def origins(self, run_id: str) -> tuple[OriginChoice, ...]:
        """Return where the pictures of a run can be told to come from, to be judged unseen by it.

        Raises:
            RunError: the run or its pictures are gone.
        """
        run = self._known_run(run_id)
        samples = with_columns(self._workspace, run.project_id, self._dataset_of(run).used())
        return origins.choices(samples, self._workspace.datasets.facts([s.sha256 for s in samples]))

    def cross_check(self, run_id: str, *, unseen: Origin | None = None) -> JobSnapshot:
        """Judge every picture of a run's data set by models that have not seen it, in the background.

        With ``unseen`` they have not seen any picture of the same origin either.

        Raises:
            RunError: there is no such run, or a training is under way, which it would slow down.
        """
        run = self._known_run(run_id)
        if any(job.kind is JobKind.TRAIN and job.status.active for job in self._runner.snapshots()):
            raise RunError("A training is under way.", hint="Start the cross-check when it has ended.")
        order = CrossCheckOrder(id=uuid.uuid4().hex, run_id=run_id, created_at=utc_now(), unseen=unseen)

        def work(context: JobContext) -> None:
            cross_check(self._workspace, self.settings, order, context)

        title = f"{run.name}: {order.name[:1].lower()}{order.name[1:]}"
        return self._submit(
            JobSnapshot(id=order.id, kind=JobKind.TEST, project_id=run.project_id, title=title), work
        )

    def further_tests(self, run_id: str) -> tuple[FurtherTest, ...]:
        """Return a run's further tests, newest first."""
        return self._workspace.further_tests.of_run(run_id)

    def further_test(self, test_id: str) -> FurtherTest | None:
        """Return one further test, or None when there is none."""
        return self._workspace.further_tests.get(test_id)

    def delete_further_test(self, test_id: str) -> None:
        """Remove a further test for good, with the pictures that nothing else needs."""
        drop_pictures(self._workspace, self._workspace.further_tests.delete(test_id))
