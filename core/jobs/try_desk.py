"""What can be asked about new pictures: a trained run tried on files that belong to no project."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core.data.archive import FoundFile
from core.domain.decision import Decision
from core.domain.errors import PictureError, RunError
from core.domain.report import Answer
from core.domain.run import JobKind, JobSnapshot, Run
from core.domain.trying import Tried, TriedBatch
from core.jobs.answer_task import AnswerOrder, answer_all, answered, checked
from core.jobs.explain_desk import ExplainDesk
from core.jobs.memory import give_back
from core.jobs.runner import JobContext
from core.jobs.try_shelf import Shelf
from core.settings import Settings
from core.store.files import remove_tree
from core.store.workspace import Workspace

TRIALS = 32  # visitors who try single pictures at the same time
BATCHES = 4  # projects whose last folder or zip stays to be looked through


@dataclass(slots=True)
class _Trial:
    """Checked files, and what was answered to them: by run and by the rule of that time."""

    files: tuple[Tried, ...]
    answers: dict[tuple[str, Decision], tuple[Tried, ...]] = field(default_factory=dict)


class TryDesk(ExplainDesk):
    """The part of the studio that tries runs on new pictures. Nothing of them outlives this process."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        super().__init__(settings, workspace)
        self._trials: Shelf[_Trial] = Shelf(most=TRIALS)
        self._batches: Shelf[TriedBatch] = Shelf(most=BATCHES)

    def try_files(self, files: Sequence[FoundFile], *, staging: Path) -> str:
        """Check a few files in limited processes and keep them in ``staging``; return the trial's id.

        They stay until ``forget_trial``, or until many others have been tried.
        """
        trial_id = uuid.uuid4().hex
        try:
            found = checked(files, staging, limits=self.settings.limits)
        except BaseException:
            remove_tree(staging)
            raise
        self._trials.keep(trial_id, _Trial(files=found), staging)
        return trial_id

    def tried(self, trial_id: str, run_id: str) -> tuple[Tried, ...] | None:
        """Return what a run says to the files of a trial, by its rule of today; None once it is gone.

        Raises RunError where the run is gone, StoreError where its files are damaged.
        """
        trial = self._trials.get(trial_id)
        if trial is None:
            return None
        key = (run_id, self._workspace.runs.decision(run_id))
        if key not in trial.answers:
            trial.answers[key] = answered(trial.files, partial(self._ask, run_id))
        return trial.answers[key]

    def forget_trial(self, trial_id: str) -> None:
        """Remove the files of a trial."""
        self._trials.drop(trial_id)

    def try_batch(
        self,
        run_id: str,
        source: Path | None = None,
        *,
        files: Sequence[FoundFile] = (),
        name: str,
        staging: Path | None = None,
    ) -> JobSnapshot:
        """Answer a zip, a folder, or ``files`` that lie in ``staging``, in the background.

        A zip in a folder of ours goes with it; anything else is only read. The result takes the place of the
        project's last one: see ``tried_batch``. Raises RunError where there is no such run.
        """
        ours = source is not None and source.is_relative_to(self._workspace.paths.staging)
        folder = staging or (source.parent if source is not None and ours else self._workspace.staging())
        try:
            run = self._known_run(run_id)
        except RunError:
            remove_tree(folder)  # no job will ever own this upload
            raise
        self._batches.drop(run.project_id)
        order = AnswerOrder(
            id=uuid.uuid4().hex, run_id=run_id, name=name, staging=folder, source=source, files=tuple(files)
        )
        job = JobSnapshot(id=order.id, kind=JobKind.ANSWER, project_id=run.project_id, title=name)
        return self._runner.submit(job, partial(self._answer_batch, order, run))

    def tried_batch(self, project_id: str) -> TriedBatch | None:
        """Return the project's last folder or zip with its answers, or None."""
        return self._batches.get(project_id)

    def forget_batch(self, project_id: str) -> None:
        """Remove the files and answers of the project's last folder or zip."""
        self._batches.drop(project_id)

    def forget_tried(self) -> None:
        """Remove everything that was tried, because the app is closing."""
        self._trials.clear()
        self._batches.clear()

    def _answer_batch(self, order: AnswerOrder, run: Run, context: JobContext) -> None:
        try:
            batch = answer_all(
                order,
                partial(self._ask, run.id),
                classes=self._workspace.runs.report(run.id).classes,
                limits=self.settings.limits,
                context=context,
            )
        except BaseException:
            remove_tree(order.staging)
            raise
        finally:
            give_back()
        if context.abandoned():
            remove_tree(order.staging)
        else:
            self._batches.keep(run.project_id, batch, order.staging)

    def _ask(self, run_id: str, pictures: Sequence[tuple[str, Path]]) -> list[Answer | PictureError]:
        """Answer with the network that explanations use too, for as long as this takes."""
        with self._asked(run_id) as (explainer, decision):
            explainer.decision = decision  # of today: the network may have been loaded under another
            return list(explainer.answer(pictures))
