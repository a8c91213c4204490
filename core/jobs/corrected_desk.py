"""Two runs before and after a review, side by side."""

from __future__ import annotations

from dataclasses import replace

from core.domain.comparison import Comparison
from core.domain.errors import RunError
from core.evaluation.compare import compare
from core.evaluation.compare_corrected import by_later_labels
from core.jobs.compare_desk import CompareDesk


class CorrectedDesk(CompareDesk):
    """The part of the studio that also compares runs between which labels were put right."""

    def corrected_between(self, run_a: str, run_b: str) -> bool:
        """Return whether labels were put right after a review between two runs, in either order.

        Raises RunError: one of them is gone.
        """
        one, other = self._known_run(run_a), self._known_run(run_b)
        pairs = ((one.dataset_id, other.dataset_id), (other.dataset_id, one.dataset_id))
        return any(self._way(one.project_id, then=then, now=now).corrects for then, now in pairs)

    def compare_corrected(self, run_a: str, run_b: str) -> Comparison:
        """Return what the second run does better and worse than the first, both by the newer labels.

        Those are the labels of the run whose pictures came later, be it the first or the second. Only test
        pictures of both count.

        Raises:
            RunError: one of them or the newer pictures are gone, or they are one and the same.
            DatasetError: too few of their test pictures are the same, or a class is gone.
            StoreError: a result is damaged.
        """
        before, after = self._known_run(run_a), self._known_run(run_b)
        if before.id == after.id:
            raise RunError("A run cannot be compared with itself.", hint="Choose two different runs.")
        pair = self._pair(before, after)
        dataset = self._workspace.datasets.get(pair.newer)
        if dataset is None:
            raise RunError("The pictures of this run are gone.", hint="Choose another run.")
        if pair.swapped:
            second, first = by_later_labels(pair.after, pair.before, dataset.used())
        else:
            first, second = by_later_labels(pair.before, pair.after, dataset.used())
        found = compare(first, second, settings=self._changes(before, after))
        return self._with_curves(found, replace(pair, before=first, after=second))
