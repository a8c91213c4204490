"""What can be asked about the results of training runs.

``test`` is empty for the run's own pictures, or the id of a further test, all of whose pictures are test
pictures.
"""

from __future__ import annotations

from core.domain.dataset import Split
from core.domain.errors import RunError
from core.domain.report import Answer, Predictions, Report
from core.evaluation.report import answers, answers_about, mistakes
from core.jobs.answering import Answerer
from core.jobs.desk import Desk


class ResultsDesk(Desk):
    """The part of the studio that tells how good a trained model is."""

    def report(self, run_id: str, *, test: str = "") -> Report:
        """Return the run's evaluation; RunError when it has none, StoreError when it is damaged."""
        if test:
            return self._workspace.further_tests.report(run_id, test)
        return self._workspace.runs.report(run_id)

    def mistakes(self, run_id: str, split: Split = Split.TEST, *, test: str = "") -> tuple[Answer, ...]:
        """Return the wrong answers on one split, the surest first."""
        return mistakes(self._predictions(run_id, test), self.report(run_id, test=test).classes, split)

    def answers(
        self,
        run_id: str,
        split: Split,
        *,
        actual: str | None = None,
        predicted: str | None = None,
        test: str = "",
    ) -> tuple[Answer, ...]:
        """Return the answers on one split, those of one actual or predicted class where it is given."""
        return answers(
            self._predictions(run_id, test),
            self.report(run_id, test=test).classes,
            split=split,
            actual=actual,
            predicted=predicted,
        )

    def answers_about(
        self, run_id: str, split: Split, *, name: str, shown: bool, named: bool, test: str = ""
    ) -> tuple[Answer, ...]:
        """Return the answers to whether pictures show a class: one of the four ways they can come out."""
        predictions, classes = self._predictions(run_id, test), self.report(run_id, test=test).classes
        return answers_about(predictions, classes, split=split, name=name, shown=shown, named=named)

    def answerer(self, run_id: str) -> Answerer:
        """Return the trained run, loaded to answer for new pictures."""
        run = self._workspace.runs.get(run_id)
        if run is None:
            raise RunError("This training run does not exist any more.", hint="Choose another one.")
        return Answerer(self._workspace, run)

    def _predictions(self, run_id: str, test: str) -> Predictions:
        if test:
            return self._workspace.further_tests.predictions(run_id, test)
        return self._workspace.runs.predictions(run_id)
