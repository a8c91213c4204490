"""What can be asked about new pictures: a trained model tried on files that belong to no project."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core.data.archive import FoundFile
from core.data.parallel import never
from core.domain.decision import Decision
from core.domain.errors import AppError, PictureError, StoreError
from core.domain.report import Answer
from core.domain.run import JobKind, JobSnapshot
from core.domain.trying import Source, Tried, TriedBatch
from core.jobs.answer_task import AnswerOrder, answer_all, answered, checked
from core.jobs.explain_desk import ExplainDesk
from core.jobs.memory import give_back
from core.jobs.package_desk import PackageDesk
from core.jobs.runner import JobContext
from core.jobs.try_shelf import Shelf
from core.settings import Settings
from core.sharing.sorted_pictures import write_sorted_zip
from core.store.files import remove_tree
from core.store.workspace import Workspace

TRIALS = 32  # visitors who try single pictures at the same time
BATCHES = 4  # projects and packages whose last folder or zip stays to be looked through


@dataclass(slots=True)
class _Trial:
    """Checked files, and what was answered to them: by whom, and by the rule of that time."""

    files: tuple[Tried, ...]
    answers: dict[tuple[Source, Decision], tuple[Tried, ...]] = field(default_factory=dict)


class TryDesk(ExplainDesk, PackageDesk):
    """The part of the studio that tries models on new pictures. Nothing of them outlives this process.

    A package stands in the place of a project: its job and its last folder carry its id.
    """

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

    def tried(self, trial_id: str, source: Source) -> tuple[Tried, ...] | None:
        """Return what a model says to the files of a trial, by its rule of today; None once it is gone.

        Raises RunError or PackageError where the model is gone, StoreError where its files are damaged.
        """
        trial = self._trials.get(trial_id)
        if trial is None:
            return None
        key = (source, self._rule_of(source))
        if key not in trial.answers:
            trial.answers[key] = answered(trial.files, partial(self._ask, source))
        return trial.answers[key]

    def forget_trial(self, trial_id: str) -> None:
        """Remove the files of a trial."""
        self._trials.drop(trial_id)

    def try_batch(
        self,
        asked: Source,
        source: Path | None = None,
        *,
        files: Sequence[FoundFile] = (),
        name: str,
        staging: Path | None = None,
    ) -> JobSnapshot:
        """Answer a zip, a folder, or ``files`` that lie in ``staging``, in the background.

        A zip in a folder of ours goes with it; anything else is only read. The result takes the place of the
        last one of the project, or of the package: see ``tried_batch``. Raises RunError or PackageError where
        there is no such model.
        """
        ours = source is not None and source.is_relative_to(self._workspace.paths.staging)
        folder = staging or (source.parent if source is not None and ours else self._workspace.staging())
        try:
            place = self._place_of(asked)
        except AppError:
            remove_tree(folder)  # no job will ever own this upload
            raise
        self._batches.drop(place)
        order = AnswerOrder(
            id=uuid.uuid4().hex, asked=asked, name=name, staging=folder, source=source, files=tuple(files)
        )
        job = JobSnapshot(id=order.id, kind=JobKind.ANSWER, project_id=place, title=name)
        return self._runner.submit(job, partial(self._answer_batch, order, place))

    def tried_batch(self, place: str) -> TriedBatch | None:
        """Return the last folder or zip of a project, or of a package, with its answers, or None."""
        return self._batches.get(place)

    def sorted_bytes(self, place: str) -> int:
        """Return how large the answered pictures of the last folder or zip there are together."""
        batch = self.tried_batch(place)
        return sum(_size(one.location) for one in batch.tried if one.answer) if batch else 0

    def export_sorted(self, place: str, target: Path, *, stopped: Callable[[], bool] = never) -> None:
        """Write the answered pictures of the last folder or zip there as a zip with a folder per answer.

        Raises StoreError where it is gone or cannot be written, PictureError where a picture is gone, and
        Cancelled, leaving no file, once it is stopped.
        """
        batch = self.tried_batch(place)
        if batch is None:
            raise StoreError(
                "These pictures are not there any more: they were put away, or others came in their place.",
                hint="Have them answered once more.",
            )
        write_sorted_zip(batch.tried, target, stopped=stopped)

    def forget_batch(self, place: str) -> None:
        """Remove the files and answers of the last folder or zip of a project, or of a package."""
        self._batches.drop(place)

    def delete_package(self, package_id: str) -> None:
        """Remove a package from the workspace for good, with what it answered."""
        self._remove_package(package_id)
        self.forget_batch(package_id)

    def forget_tried(self) -> None:
        """Remove everything that was tried, because the app is closing."""
        self._trials.clear()
        self._batches.clear()

    def _answer_batch(self, order: AnswerOrder, place: str, context: JobContext) -> None:
        try:
            batch = answer_all(
                order,
                partial(self._ask, order.asked),
                classes=self._classes_of(order.asked),
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
            self._batches.keep(place, batch, order.staging)

    def _place_of(self, source: Source) -> str:
        return self.kept_package(source.id).id if source.packaged else self._known_run(source.id).project_id

    def _rule_of(self, source: Source) -> Decision:
        return self.kept_package(source.id).info.decision if source.packaged else self.decision(source.id)

    def _classes_of(self, source: Source) -> tuple[str, ...]:
        if source.packaged:
            return self.kept_package(source.id).info.classes
        return self._workspace.runs.report(source.id).classes

    def _ask(self, source: Source, pictures: Sequence[tuple[str, Path]]) -> list[Answer | PictureError]:
        """Answer with the network that explanations use too, for as long as this takes."""
        if source.packaged:
            with self._asked_package(source.id) as predictor:
                return list(predictor.answer(pictures))
        with self._asked(source.id) as (explainer, decision):
            explainer.decision = decision  # of today: the network may have been loaded under another
            return list(explainer.answer(pictures))


def _size(file: Path) -> int:
    """Return the bytes of a file, 0 where it is gone."""
    try:
        return file.stat().st_size
    except OSError:
        return 0
