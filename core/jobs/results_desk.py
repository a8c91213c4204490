"""What can be asked about the results of training runs.

Answers are those that the scores count: the most likely class, or of several classes those as likely as not.
What the rule makes of the costs of mistakes is told by ``ruled_answers`` and ``changed`` alone.

``test`` is empty for the run's own pictures, or the id of a further test, all of whose pictures are test
pictures.
"""

from __future__ import annotations

from core.domain.dataset import Split
from core.domain.decision import Cost, Decision, Detected, Price, Prospect, SeldomMissed
from core.domain.report import Answer, Report
from core.evaluation.overlooking import detected, seldom_missed
from core.evaluation.prospect import changed_rows, price, prospect, rule_for
from core.evaluation.report import answers, answers_about, mistakes, ruled_answers
from core.evaluation.scores import rows_of
from core.jobs.answering import Answerer
from core.jobs.desk import Desk
from core.store.results import as_parquet


class ResultsDesk(Desk):
    """The part of the studio that tells how good a trained model is."""

    def report(self, run_id: str, *, test: str = "") -> Report:
        """Return the run's evaluation; RunError when it has none, StoreError when it is damaged."""
        if test:
            return self._workspace.further_tests.report(run_id, test)
        return self._workspace.runs.report(run_id)

    def mistakes(self, run_id: str, split: Split = Split.TEST, *, test: str = "") -> tuple[Answer, ...]:
        """Return the wrong answers on one split, the surest first."""
        classes = self.report(run_id, test=test).classes
        predictions, decided = self._decided(run_id, test, classes)
        return mistakes(predictions, classes, split, decided=decided)

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
        classes = self.report(run_id, test=test).classes
        predictions, decided = self._decided(run_id, test, classes)
        return answers(predictions, classes, split=split, actual=actual, predicted=predicted, decided=decided)

    def answers_about(
        self, run_id: str, split: Split, *, name: str, shown: bool, named: bool, test: str = ""
    ) -> tuple[Answer, ...]:
        """Return the answers to whether pictures show a class: one of the four ways they can come out."""
        classes = self.report(run_id, test=test).classes
        predictions, decided = self._decided(run_id, test, classes)
        return answers_about(
            predictions, classes, split=split, name=name, shown=shown, named=named, decided=decided
        )

    def ruled_answers(self, run_id: str, split: Split) -> tuple[Answer, ...]:
        """Return the answers on one split as the model gives them to new pictures, the surest first."""
        classes = self.report(run_id).classes
        predictions, decided = self._decided(run_id, "", classes)
        return ruled_answers(predictions, classes, rows_of(predictions, split), decided=decided)

    def predictions_parquet(self, run_id: str, *, test: str = "") -> bytes:
        """Return every answer with the probability of each class, toned as it is shown, as a Parquet file."""
        classes = self.report(run_id, test=test).classes
        predictions, _ = self._decided(run_id, test, classes)
        return as_parquet(predictions, classes)

    def answerer(self, run_id: str) -> Answerer:
        """Return the trained run, loaded to answer for new pictures."""
        return Answerer(self._workspace, self._known_run(run_id))

    def decide(self, run_id: str, decision: Decision) -> None:
        """Keep another rule by which the trained model answers, here and wherever it goes."""
        self._workspace.runs.decide(run_id, decision)

    def rule(
        self, run_id: str, *, most_wrong: float | None, costs: tuple[Cost, ...] = (), unlike: bool = True
    ) -> Decision:
        """Return the rule that these choices mean for the run; it is not kept."""
        return rule_for(
            self._predictions(run_id, ""),
            self.report(run_id).classes,
            temperature=self.decision(run_id).temperature,
            most_wrong=most_wrong,
            costs=costs,
            unlike=unlike,
        )

    def knows_unlike(self, run_id: str) -> bool:
        """Return whether the run can tell pictures that are unlike anything it learnt from."""
        return self._predictions(run_id, "").strangeness is not None

    def prospect(self, run_id: str, decision: Decision) -> Prospect:
        """Return what a rule does with the validation and the test pictures of the run."""
        return prospect(decision, self._predictions(run_id, ""), self.report(run_id).classes)

    def seldom_missed(
        self, run_id: str, decision: Decision, *, name: str, most_missed: float
    ) -> SeldomMissed:
        """Return what overlooking a class must cost so that at most so many of its pictures are missed."""
        classes = self.report(run_id).classes
        return seldom_missed(decision, self._predictions(run_id, ""), classes, name, most_missed)

    def detected(self, run_id: str, decision: Decision, name: str) -> Detected:
        """Return how often the rule misses a class of the test pictures, and how often it says it wrongly."""
        return detected(decision, self._predictions(run_id, ""), self.report(run_id).classes, name)

    def price(self, run_id: str, decision: Decision) -> Price | None:
        """Return what mistakes cost per 1,000 test pictures, with and without minding costs."""
        return price(decision, self._predictions(run_id, ""), self.report(run_id).classes)

    def changed(self, run_id: str, decision: Decision) -> tuple[Answer, ...]:
        """Return the test pictures that are answered otherwise because of costs, as they are answered now."""
        classes = self.report(run_id).classes
        predictions, decided = self._decided(run_id, "", classes, decision)
        rows = changed_rows(decision, self._predictions(run_id, ""), classes)
        return ruled_answers(predictions, classes, rows, decided=decided)
