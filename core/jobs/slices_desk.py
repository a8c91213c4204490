"""What can be asked about kinds of pictures: where a trained model is worse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.data import origins
from core.domain.dataset import Sample, Split
from core.domain.facts import PictureFacts
from core.domain.report import Answer, Predictions
from core.domain.run import Run
from core.domain.slices import Origin, Slice, SliceReport
from core.evaluation.report import answers
from core.evaluation.slices import slice_report, slices_by_name
from core.jobs.columns_now import with_columns
from core.jobs.desk import Desk


class SlicesDesk(Desk):
    """The part of the studio that divides judged pictures by what they are like.

    ``test`` is empty for the run's own pictures, or the id of a further test.
    """

    def slices(self, run_id: str, split: Split, *, test: str = "") -> SliceReport:
        """Return a run's scores by kind of picture.

        Raises:
            RunError: the run or its pictures are gone.
            StoreError: the run has no result, or it is damaged.
        """
        predictions = self._predictions(run_id, test)
        facts = self._workspace.datasets.facts(predictions.sha256)
        samples = self._judged(run_id, split, test, predictions, facts)
        if self._unseen(test):  # their groups are origins, which are what is compared here
            predictions = replace(predictions, groups=None)
        return slice_report(predictions, split, samples=samples, facts=facts)

    def by_origin(self, run_id: str, test: str) -> tuple[Slice, ...]:
        """Return the score at each origin of a cross-check that judged them unseen, the worst first.

        Empty for any other test. The same errors.
        """
        origin = self._unseen(test)
        if origin is None:
            return ()
        predictions = replace(self._predictions(run_id, test), groups=None)
        facts = self._workspace.datasets.facts(predictions.sha256)
        samples = self._judged(run_id, Split.TEST, test, predictions, facts)
        names = origins.said(list(samples.values()), origin, facts)
        return slices_by_name(
            predictions,
            Split.TEST,
            origin,
            samples=samples,
            names=dict(zip(samples, names, strict=True)),
        )

    def labels_version(self, run_id: str) -> str:
        """Return the id of the version that slices take further columns from: the project's present one."""
        current = self._workspace.datasets.current(self._known_run(run_id).project_id)
        return current.id if current else ""

    def slice_answers(self, run_id: str, rows: Sequence[int], *, test: str = "") -> tuple[Answer, ...]:
        """Return the answers to the pictures of a slice, wrong ones first, the surest of each first."""
        if not rows:
            return ()
        classes = self._workspace.runs.report(run_id).classes
        predictions, decided = self._decided(run_id, test, classes)
        wanted = {predictions.paths[row] for row in rows}
        found = answers(predictions, classes, split=predictions.splits[rows[0]], decided=decided)
        return tuple(sorted((one for one in found if one.path in wanted), key=lambda one: one.right))

    def _judged(
        self,
        run_id: str,
        split: Split,
        test: str,
        predictions: Predictions,
        facts: Mapping[str, PictureFacts],
    ) -> dict[str, Sample]:
        """Return the judged pictures by path."""
        run = self._known_run(run_id)
        samples = (
            self._samples_of_test(run, test, predictions, facts)
            if test
            else self._dataset_of(run).used(split)
        )
        return {s.path: s for s in with_columns(self._workspace, run.project_id, samples)}

    def _unseen(self, test: str) -> Origin | None:
        found = self._workspace.further_tests.get(test) if test else None
        return found.unseen if found else None

    def _samples_of_test(
        self, run: Run, test: str, predictions: Predictions, facts: Mapping[str, PictureFacts]
    ) -> Iterable[Sample]:
        """Return the pictures as the test kept them, or as far as an older test tells of them."""
        kept = self._workspace.further_tests.samples(run.id, test)
        classes = self._workspace.runs.report(run.id).classes
        return kept or _rebuilt(predictions, classes, facts)


def _rebuilt(
    predictions: Predictions, classes: tuple[str, ...], facts: Mapping[str, PictureFacts]
) -> Iterable[Sample]:
    for path, sha256, label in zip(predictions.paths, predictions.sha256, predictions.labels, strict=True):
        known = facts.get(sha256)
        yield Sample(
            path=path,
            sha256=sha256,
            width=known.width if known else 0,
            height=known.height if known else 0,
            label=classes[label],
            split=Split.TEST,
        )
