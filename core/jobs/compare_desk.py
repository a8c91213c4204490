"""What can be asked about several training runs together, and what people write about them."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from functools import partial

from core.data.lineage import STANDING, Way, way
from core.domain.comparison import Comparison, LeaderboardLine, SettingChange
from core.domain.errors import AppError, RunError
from core.domain.report import Interval, RocCurve
from core.domain.run import Run
from core.evaluation.compare import Contender, compare, curves, judged_pictures
from core.evaluation.renaming import renamed
from core.evaluation.setting_words import changed_settings
from core.jobs.desk import Desk
from core.settings import Settings
from core.store.recent import Recent
from core.store.workspace import Workspace

log = logging.getLogger(__name__)

_REMEMBERED = 1_000  # runs; a few hundred bytes each
_CURVES = 16  # runs; of a hundred classes it takes seconds to make them


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What the leaderboard needs of a result; ``question`` is equal for runs that can be compared."""

    accuracy: Interval | None
    macro_f1: float | None
    pictures: int
    several: bool
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two runs to compare, and the way from the older of their pictures to the newer."""

    before: Contender
    after: Contender
    ahead: Way
    newer: str  # id of the version of the pictures
    swapped: bool  # ``before`` is the run on the newer pictures


class CompareDesk(Desk):
    """The part of the studio that puts runs side by side."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        super().__init__(settings, workspace)
        self._read = Recent[_Figures](_REMEMBERED)  # a result never changes once it is there
        self._curves = Recent[tuple[RocCurve, ...]](_CURVES)  # neither does a version of the pictures

    def compare(self, run_a: str, run_b: str) -> Comparison:
        """Return what the second run does better and worse than the first, on the same test pictures.

        Classes that were renamed between the two are known by their newer names; merged ones are one class.

        Raises:
            RunError: one of them is gone or has no result, or they are one and the same.
            DatasetError: they were not judged on the same test pictures, or know other classes.
            StoreError: a result is damaged.
        """
        before, after = self._known_run(run_a), self._known_run(run_b)
        if before.id == after.id:
            raise RunError("A run cannot be compared with itself.", hint="Choose two different runs.")
        pair = self._pair(before, after)
        found = compare(pair.before, pair.after, settings=self._changes(before, after))
        return self._with_curves(found, pair) if pair.ahead.renames else found

    def leaderboard(self, project_id: str) -> tuple[LeaderboardLine, ...]:
        """Return the project's runs that have a result, the most accurate first.

        One whose result is damaged comes last, without figures. Equally good ones: the newest first.
        """
        runs = [run for run in self._workspace.runs.of_project(project_id) if run.status.has_result]
        lines = self._workspace.datasets.history(project_id)
        now = next((line.id for line in lines if line.current), "")
        told = [(run, self._figures(run.id, way(lines, then=run.dataset_id, now=now))) for run in runs]
        told.sort(key=lambda one: -_goodness(one[1]))  # stable: of equals, the newest stays first
        best = next((figures.question for _, figures in told if figures), "")
        return tuple(_line(run, figures, best=best) for run, figures in told)

    def rename_run(self, run_id: str, name: str) -> None:
        """Give a run another name; RunError where it cannot be had."""
        self._workspace.runs.rename(run_id, name)

    def note_run(self, run_id: str, note: str) -> None:
        """Keep a note about a run; empty for none."""
        self._workspace.runs.annotate(run_id, note)

    def star_run(self, run_id: str, starred: bool) -> None:
        """Give a run a star, or take it away."""
        self._workspace.runs.star(run_id, starred=starred)

    def _pair(self, before: Run, after: Run) -> Pair:
        """Return both runs with the newer names of their classes."""
        then, now = before.dataset_id, after.dataset_id
        ahead = self._way(before.project_id, then=then, now=now)
        swapped = ahead.goes_back
        if swapped:
            then, now = now, then
            ahead = self._way(before.project_id, then=then, now=now)
        return Pair(
            before=self._contender(before, STANDING if swapped else ahead),
            after=self._contender(after, ahead if swapped else STANDING),
            ahead=ahead,
            newer=now,
            swapped=swapped,
        )

    def _with_curves(self, found: Comparison, pair: Pair) -> Comparison:
        """Return the comparison with curves by the labels and classes that it is made by."""
        both = f"{pair.before.run_id} {pair.after.run_id} {pair.newer}"
        before, after = (
            self._curves.get(f"{one.run_id} of {both}", partial(curves, one))
            for one in (pair.before, pair.after)
        )
        return replace(found, before=replace(found.before, roc=before), after=replace(found.after, roc=after))

    def _contender(self, run: Run, ahead: Way = STANDING) -> Contender:
        """Return a run with its answers, by the names that its classes have at the end of a way."""
        classes = self._workspace.runs.report(run.id).classes
        predictions, _ = self._decided(run.id, "", classes)
        predictions, classes = renamed(predictions, classes, ahead.names(classes))
        return Contender(run_id=run.id, name=run.name, classes=classes, predictions=predictions)

    def _changes(self, before: Run, after: Run) -> tuple[SettingChange, ...]:
        """Return what differs: the pictures that were learnt from, then the settings."""
        settings = changed_settings(before.config, after.config)
        if before.dataset_id == after.dataset_id:
            return settings
        pictures = SettingChange(
            title="Version of the pictures", before=self._version_of(before), after=self._version_of(after)
        )
        return (pictures, *settings)

    def _version_of(self, run: Run) -> str:
        dataset = self._workspace.datasets.get(run.dataset_id)
        return f"version {dataset.version}" if dataset else "not there any more"

    def _figures(self, run_id: str, ahead: Way) -> _Figures | None:
        """Return how a run did on its test pictures; None where its result is damaged."""
        key = f"{run_id} {[(sorted(gone), name) for gone, name in ahead.renames]}"
        try:
            return self._read.get(key, lambda: self._figures_on_disk(run_id, ahead))
        except AppError as error:
            log.warning("the result of run %s cannot be read: %s", run_id, error)
            return None

    def _figures_on_disk(self, run_id: str, ahead: Way) -> _Figures:
        report, predictions = self._workspace.runs.report(run_id), self._workspace.runs.predictions(run_id)
        classes = ahead.names(report.classes)  # merged ones stand there twice: they were told apart
        pictures = judged_pictures(classes, predictions)
        question = repr((report.test.several, sorted(classes), sorted(pictures.items())))
        return _Figures(
            accuracy=report.test.accuracy,
            macro_f1=report.test.macro_f1,
            pictures=report.test.pictures,
            several=report.test.several,
            question=hashlib.sha256(question.encode()).hexdigest(),
        )


def _line(run: Run, figures: _Figures | None, *, best: str) -> LeaderboardLine:
    return LeaderboardLine(
        run_id=run.id,
        name=run.name,
        note=run.note,
        starred=run.starred,
        preset=run.preset,
        backbone=run.config.backbone,
        accuracy=figures.accuracy if figures else None,
        macro_f1=figures.macro_f1 if figures else None,
        pictures=figures.pictures if figures else None,
        several=figures.several if figures else False,
        seconds=run.seconds,
        created_at=run.created_at,
        comparable=figures is not None and figures.question == best,
    )


def _goodness(figures: _Figures | None) -> float:
    return figures.accuracy.value if figures and figures.accuracy else -1.0
