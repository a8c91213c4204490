"""Two runs before and after a review, side by side."""

from __future__ import annotations

from core.domain.comparison import Comparison
from core.domain.errors import RunError
from core.evaluation.compare import compare
from core.evaluation.compare_corrected import by_later_labels
from core.jobs.compare_desk import CompareDesk


class CorrectedDesk(CompareDesk):
    """The part of the studio that also compares runs between which labels were put right."""

    def compare_corrected(self, run_a: str, run_b: str) -> Comparison:
        """Return what the second run does better and worse than the first, both by the labels of the second.

        Only test pictures of both count.

        Raises:
            RunError: one of them or the pictures of the second are gone, or they are one and the same.
            DatasetError: too few of their test pictures are the same, or a class is gone.
            StoreError: a result is damaged.
        """
        before, after = self._known_run(run_a), self._known_run(run_b)
        if before.id == after.id:
            raise RunError("A run cannot be compared with itself.", hint="Choose two different runs.")
        dataset = self._workspace.datasets.get(after.dataset_id)
        if dataset is None:
            raise RunError("The pictures of this run are gone.", hint="Choose another run.")
        first, second, _ = self._side_by_side(before, after)
        pair = by_later_labels(first, second, dataset.used())
        return compare(*pair, settings=self._changes(before, after))
