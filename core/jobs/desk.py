"""What every part of the studio works with."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from core.data.lineage import STANDING, Way, way
from core.domain.dataset import Dataset
from core.domain.decision import Decision
from core.domain.errors import RunError, StoreError
from core.domain.report import Predictions
from core.domain.run import JobSnapshot, Run
from core.evaluation.deciding import Decided, decide
from core.jobs.caches import keep_within
from core.jobs.room import make_room
from core.jobs.runner import JobContext, Runner, Work
from core.settings import Settings
from core.store.workspace import Workspace


class Desk:
    """The workspace, the workers and the settings of one process."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self.settings = settings
        self._workspace = workspace
        # almost every job writes something
        self._runner = Runner(before=self.make_room, tidy_up=self._tidy_up)

    def make_room(self, needed: int = 0) -> None:
        """Let caches make way where the disk has less free than ``needed`` bytes and some to go on with."""
        make_room(self._workspace, self.settings, needed)

    def _tidy_up(self) -> None:
        """Keep the caches within the space they may take; what the disk refuses is left for later."""
        with suppress(OSError, StoreError):
            keep_within(self._workspace, self.settings)

    def _submit(self, job: JobSnapshot, work: Work) -> JobSnapshot:
        """Start a job at once, of which a word stays where Sightsmith is closed before its end."""
        notes = self._workspace.job_notes

        def noted(context: JobContext) -> None:
            with suppress(StoreError):  # no job must fail for that
                notes.keep(job)
            cut_short = False
            try:
                work(context)
            except BaseException:
                cut_short = context.abandoned()
                raise
            finally:
                if not cut_short:
                    with suppress(StoreError):
                        notes.drop(job.id)

        return self._runner.submit(job, noted)

    def decision(self, run_id: str) -> Decision:
        """Return the rule by which the trained model answers."""
        return self._workspace.runs.decision(run_id)

    def _finished_run(self, run_id: str) -> Run:
        """Return the run; RunError when there is none, or it has no result."""
        run = self._known_run(run_id)
        if not run.status.has_result:
            raise RunError(f"The training run '{run.name}' has no result.", hint="Wait for its end.")
        return run

    def _dataset_of(self, run: Run) -> Dataset:
        """Return the pictures as the run learnt from them; RunError when they are gone."""
        dataset = self._workspace.datasets.get(run.dataset_id)
        if dataset is None:
            raise RunError("The pictures of this run are gone.", hint="Choose another run.")
        return dataset

    def _known_run(self, run_id: str) -> Run:
        """Return the run; RunError when there is none."""
        run = self._workspace.runs.get(run_id)
        if run is None:
            raise RunError("This training run does not exist any more.", hint="Choose another one.")
        return run

    def _way(self, project_id: str, *, then: str, now: str) -> Way:
        """Return the way from one version of a project's pictures to another, by their ids."""
        if then == now:
            return STANDING
        return way(self._workspace.datasets.history(project_id), then=then, now=now)

    def _predictions(self, run_id: str, test: str) -> Predictions:
        """Return the answers of a run to its own pictures, or to those of a further test."""
        if test:
            return self._workspace.further_tests.predictions(run_id, test)
        return self._workspace.runs.predictions(run_id)

    def _decided(
        self, run_id: str, test: str, classes: tuple[str, ...], decision: Decision | None = None
    ) -> tuple[Predictions, Decided]:
        """Return the answers as sure as they are shown everywhere, and what the rule makes of them.

        The temperature of the rule is in the probabilities. Without a ``decision`` it is the run's own.
        """
        raw = self._predictions(run_id, test)
        decided = decide(
            decision or self.decision(run_id),
            raw.probabilities,
            classes,
            several=raw.targets is not None,
            strange=raw.strangeness,
        )
        return replace(raw, probabilities=decided.probabilities), decided
