"""What can be asked about a trained model for people who were not there: a report, and a model card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import metadata
from itertools import islice
from typing import Final

from core.domain.dataset import Dataset, Split
from core.domain.decision import Decision
from core.domain.errors import PictureError, RunError, StoreError
from core.domain.project import Project
from core.domain.report import Answer, Report
from core.domain.report_contents import JudgedAgain, Look, Missed, ReportContents, Shown, ShownMistake
from core.domain.run import Run
from core.evaluation.overlooking import dearly_missed
from core.evaluation.words import Mistake, worst_mistakes
from core.jobs.explain_desk import ExplainDesk
from core.jobs.further_tests_desk import FurtherTestsDesk
from core.jobs.picture_desk import PictureDesk
from core.jobs.results_desk import ResultsDesk
from core.jobs.review_desk import ReviewDesk
from core.jobs.slices_desk import SlicesDesk
from core.models.zoo import spec_of
from core.sharing.model_card import as_card
from core.sharing.report_html import as_html
from core.store.workspace import utc_now
from core.training.plan import plan_in_words

_MISTAKES: Final = 4  # kinds of them
_PICTURES: Final = 4  # of each
_DEAR: Final = 5  # classes that cost more than others to overlook
_LOOKS: Final = 3  # right ones, and as many wrong ones
_SMALL, _LARGE = 200, 360  # pixels of the longer side


class ReportDesk(ReviewDesk, PictureDesk, ResultsDesk, FurtherTestsDesk, SlicesDesk, ExplainDesk):
    """The part of the studio that writes reports.

    Both raise RunError where the run is gone or has no result, and StoreError where it is damaged.
    """

    def report_html(self, run_id: str, *, pictures: bool = True) -> str:
        """Return a report for people who were not there: one file of HTML that needs no network.

        Without ``pictures`` it shows none and names no file.
        """
        return as_html(self._contents(run_id, pictures=pictures))

    def model_card(self, run_id: str) -> str:
        """Return the model card as Markdown with a head in YAML, as it lies beside published models."""
        return as_card(self._contents(run_id, pictures=False))

    def _contents(self, run_id: str, *, pictures: bool) -> ReportContents:
        run, dataset, project = self._finished_with_pictures(run_id)
        report = self.report(run_id)
        spec = spec_of(run.config.backbone)
        rule = self.decision(run_id)
        worst = worst_mistakes(report.test, _MISTAKES)
        return ReportContents(
            project=project,
            run=run,
            dataset=dataset,
            report=report,
            prospect=self.prospect(run_id, rule),
            slices=self.slices(run_id, Split.TEST),
            backbone=spec,
            settings_in_words=plan_in_words(run.config, spec),
            mistakes=tuple(self._mistake(run_id, one, pictures=pictures) for one in worst),
            looks=tuple(self._where_it_looks(run_id)) if pictures else (),
            further=tuple(self._judged_again(run_id)),
            budget=self.error_budget(run_id) if self.verdicts(run_id) else None,
            price=self.price(run_id, rule) if rule.costs else None,
            missed=tuple(self._missed(report, rule)),
            pictures=pictures,
            created_at=utc_now(),
            version=metadata.version("sightsmith"),
        )

    def _finished_with_pictures(self, run_id: str) -> tuple[Run, Dataset, Project]:
        run = self._finished_run(run_id)
        dataset, project = self._dataset_of(run), self.project(run.project_id)
        if project is None:
            raise RunError("The pictures of this run are gone.", hint="Choose another run.")
        return run, dataset, project

    def _missed(self, report: Report, rule: Decision) -> Iterator[Missed]:
        """Yield how often classes are missed that cost more than others to overlook, by the rule."""
        names = dearly_missed(rule.costs, report.classes, several=report.test.several)[:_DEAR]
        if not names:
            return
        unlike = rule.farthest is not None
        before = self.rule(report.run_id, most_wrong=rule.most_wrong, unlike=unlike)
        for name in names:
            first, then = (self.detected(report.run_id, one, name) for one in (before, rule))
            yield Missed(name=name, before=first, after=then)

    def _judged_again(self, run_id: str) -> Iterator[JudgedAgain]:
        """Yield the run's further tests, the oldest first, and of cross-checks the newest of each kind."""
        tests = self.further_tests(run_id)
        newest = {test.unseen: test for test in reversed(tests) if test.turns is not None}
        for test in reversed(tests):
            if test.turns is not None and test is not newest[test.unseen]:
                continue
            try:
                scores = self.report(run_id, test=test.id).test
            except StoreError:  # told as damaged: a bad result must not vanish
                scores = None
            yield JudgedAgain(test=test, scores=scores)

    def _mistake(self, run_id: str, mistake: Mistake, *, pictures: bool) -> ShownMistake:
        found = self._pictures_of(run_id, mistake) if pictures else ()
        return ShownMistake(
            words=mistake.words, pictures=tuple(islice(self._shown(found, _SMALL), _PICTURES))
        )

    def _pictures_of(self, run_id: str, mistake: Mistake) -> tuple[Answer, ...]:
        actual, predicted = mistake.actual, mistake.predicted
        if actual is not None and predicted is not None:
            return self.answers(run_id, Split.TEST, actual=actual, predicted=predicted)
        name, shown = (actual, True) if actual is not None else (predicted or "", False)
        return self.answers_about(run_id, Split.TEST, name=name, shown=shown, named=not shown)

    def _where_it_looks(self, run_id: str) -> Iterator[Look]:
        """Yield where the network looked in some pictures: the surest right ones, then the surest wrong."""
        told = self.answers(run_id, Split.TEST)
        for right in (True, False):
            chosen = _of_many_classes(one for one in told if one.right is right)
            yield from islice(self._looked_at(run_id, chosen), _LOOKS)

    def _looked_at(self, run_id: str, answers: Iterable[Answer]) -> Iterator[Look]:
        for shown in self._shown(answers, _LARGE):
            try:
                found = self.explain(run_id, shown.answer.sha256, shown.answer.predicted)
            except PictureError:
                continue
            yield Look(picture=shown, explanation=found)

    def _shown(self, answers: Iterable[Answer], size: int) -> Iterator[Shown]:
        """Yield these pictures, but not those that cannot be read any more."""
        for answer in answers:
            try:
                yield Shown(answer=answer, jpeg=self.thumbnail(answer.sha256, size))
            except (PictureError, StoreError):
                continue


def _of_many_classes(answers: Iterable[Answer]) -> Iterator[Answer]:
    """Yield the first answer of each actual class, then all others, in their order."""
    seen: set[str | None] = set()
    later = []
    for answer in answers:
        if answer.label in seen:
            later.append(answer)
        else:
            seen.add(answer.label)
            yield answer
    yield from later
