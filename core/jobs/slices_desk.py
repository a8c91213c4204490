"""What can be asked about kinds of pictures: where a trained model is worse."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.dataset import Split
from core.domain.errors import RunError
from core.domain.report import Answer
from core.domain.slices import SliceReport
from core.evaluation.report import answers
from core.evaluation.slices import slice_report
from core.jobs.desk import Desk


class SlicesDesk(Desk):
    """The part of the studio that divides judged pictures by what they are like."""

    def slices(self, run_id: str, split: Split) -> SliceReport:
        """Return a run's scores by kind of picture.

        Raises:
            RunError: the run or its pictures are gone.
            StoreError: the run has no result, or it is damaged.
        """
        run = self._workspace.runs.get(run_id)
        dataset = self._workspace.datasets.get(run.dataset_id) if run else None
        if dataset is None:
            raise RunError("The pictures of this run are gone.", hint="Choose another run.")
        samples = {sample.path: sample for sample in dataset.used(split)}
        return slice_report(
            self._workspace.runs.predictions(run_id),
            split,
            samples=samples,
            facts=self._workspace.datasets.facts([sample.sha256 for sample in samples.values()]),
        )

    def slice_answers(self, run_id: str, rows: Sequence[int]) -> tuple[Answer, ...]:
        """Return the answers to the pictures of a slice, wrong ones first, the surest of each first."""
        predictions = self._workspace.runs.predictions(run_id)
        if not rows:
            return ()
        classes = self._workspace.runs.report(run_id).classes
        wanted = {predictions.paths[row] for row in rows}
        found = answers(predictions, classes, split=predictions.splits[rows[0]])
        return tuple(sorted((one for one in found if one.path in wanted), key=lambda one: one.right))
