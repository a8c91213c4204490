"""What lies beside the journal of runs: their results, checkpoints and logs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update

from core.domain.decision import Decision, Memory
from core.domain.errors import RunError
from core.domain.preprocess import Preprocessing
from core.domain.report import Predictions, Report
from core.domain.run import LogLine, RunStatus
from core.store.checkpoints import Checkpoint, Checkpoints
from core.store.database import Database
from core.store.results import Results, Weights
from core.store.run_log import RunLog
from core.store.run_rows import check_going, visible_row
from core.store.schema import run as table


class RunFiles:
    """The part of the runs that is kept in files, and their logs."""

    def __init__(
        self,
        database: Database,
        results: Results,
        checkpoints: Checkpoints,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._results = results
        self._checkpoints = checkpoints
        self._clock = clock
        self._log = RunLog(database, clock)

    def keep_checkpoint(self, run_id: str, *, tensors: bytes, state: bytes) -> None:
        """Keep how far the run is, whole or not at all; ``checkpoint`` gives back the newest.

        Raises:
            DiskFullError: the disk takes no more; the checkpoints from before are as they were.
        """
        self._checkpoints.keep(run_id, tensors=tensors, state=state)
        self._change(run_id, saved_at=self._clock())

    def checkpoint(self, run_id: str) -> Checkpoint | None:
        """Return the newest checkpoint that is not damaged; None when there is none."""
        return self._checkpoints.newest(run_id)

    def drop_checkpoints(self, run_id: str) -> None:
        """Remove every checkpoint of a run that does not need them any more."""
        self._checkpoints.drop(run_id)
        self._set(run_id, saved_at=None)

    def log(self, run_id: str, text: str) -> None:
        """Add a line to the run's log; it never fails, because no training must end for that."""
        self._log.add(run_id, text)

    def log_of(self, run_id: str) -> tuple[LogLine, ...]:
        """Return the run's log, oldest line first."""
        return self._log.lines(run_id)

    def sweep_checkpoints(self) -> None:
        """Remove the checkpoints of runs that have ended for ever: the process ended before it could."""
        ended = [status for status in RunStatus if status.has_result or status is RunStatus.DISCARDED]
        with self._database.reading() as connection:
            left = connection.scalars(
                select(table.c.id).where(table.c.status.in_(ended), table.c.saved_at.is_not(None))
            ).all()
        for run_id in left:
            self.drop_checkpoints(run_id)

    def save_result(  # noqa: PLR0913 - all that a result consists of, by name
        self,
        run_id: str,
        *,
        report: Report,
        predictions: Predictions,
        weights: Weights,
        preprocessing: Preprocessing,
        memory: Memory | None = None,
        decision: Decision | None = None,
    ) -> None:
        """Keep what the run achieved on disk, whole; it is shown once ``finish`` has recorded the end."""
        self._results.save(
            run_id,
            report=report,
            predictions=predictions,
            weights=weights,
            preprocessing=preprocessing,
            memory=memory,
            decision=decision,
        )

    def report(self, run_id: str) -> Report:
        """Return the run's evaluation.

        Raises:
            RunError: there is no such run, or it has no result. So with all below.
            StoreError: the file is not what was saved. So with all below.
        """
        return self._results.report(self._with_result(run_id))

    def predictions(self, run_id: str) -> Predictions:
        """Return the answers for each validation and test picture, in the order they were saved."""
        return self._results.predictions(self._with_result(run_id))

    def weights(self, run_id: str) -> bytes:
        """Return the trained network's weights, in the safetensors format."""
        return self._results.weights(self._with_result(run_id))

    def preprocessing(self, run_id: str) -> Preprocessing:
        """Return how pictures are brought to the trained network's input."""
        return self._results.preprocessing(self._with_result(run_id))

    def memory(self, run_id: str) -> Memory | None:
        """Return what the pictures learnt from look like; None for a run from before that was kept."""
        return self._results.memory(self._with_result(run_id))

    def decision(self, run_id: str) -> Decision:
        """Return the rule by which the trained model answers."""
        return self._results.decision(self._with_result(run_id))

    def decide(self, run_id: str, decision: Decision) -> None:
        """Keep another rule by which the trained model answers."""
        self._results.decide(self._with_result(run_id), decision)

    def _change(self, run_id: str, **values: object) -> None:
        """Change a run that waits or is worked on."""
        with self._database.writing() as connection:
            check_going(connection, run_id)
            connection.execute(update(table).where(table.c.id == run_id).values(**values))

    def _set(self, run_id: str, **values: object) -> None:
        """Change a run, wherever it stands."""
        with self._database.writing() as connection:
            connection.execute(update(table).where(table.c.id == run_id).values(**values))

    def _with_result(self, run_id: str) -> str:
        with self._database.reading() as connection:
            row = visible_row(connection, run_id)
        if not row.status.has_result:
            raise RunError(
                f"The training run '{row.name}' has no result: it is {row.status}.",
                hint="Wait for its end." if row.status.active else "Start it again.",
            )
        return run_id
