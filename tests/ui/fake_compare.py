"""What the fake studio tells of several runs: answers drawn by lot, compared for real."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.data.targets import multi_hot
from core.domain.comparison import LeaderboardLine
from core.domain.dataset import Split
from core.domain.report import Predictions
from core.evaluation.compare import Contender, compare
from core.evaluation.setting_words import changed_settings
from core.jobs.corrected_desk import CorrectedDesk


class FakeComparisons:
    """Later runs are a little more often right; for the rest it is up to chance."""

    corrected_between = CorrectedDesk.corrected_between

    def compare(self, run_a, run_b):
        before, after = self.run(run_a), self.run(run_b)
        return compare(
            self._contender(before),
            self._contender(after),
            settings=changed_settings(before.config, after.config),
        )

    def leaderboard(self, project_id):
        runs = [run for run in self.runs(project_id) if run.status.has_result]
        lines = [self._line(run) for run in runs]
        return tuple(sorted(lines, key=lambda line: -line.accuracy.value))

    def rename_run(self, run_id, name):
        self._label(run_id, name=name)

    def note_run(self, run_id, note):
        self._label(run_id, note=note)

    def star_run(self, run_id, starred):
        self._label(run_id, starred=starred)

    def _label(self, run_id, **values):
        self.runs_ = [replace(run, **values) if run.id == run_id else run for run in self.runs_]

    def _contender(self, run):
        return Contender(
            run_id=run.id, name=run.name, classes=self.classes, predictions=self._judged(int(run.id[1:]))
        )

    def _judged(self, number):
        judged = self.dataset_.used(Split.TEST)
        targets = multi_hot(judged, self.classes).astype(np.bool_)
        several = any(sample.also for sample in judged)
        noise = np.random.default_rng(number).normal(size=targets.shape)
        logits = noise + (1.0 + number / 2) * (targets - 0.5 * several)
        likely = 1 / (1 + np.exp(-logits)) if several else np.exp(logits)
        return Predictions(
            paths=tuple(sample.path for sample in judged),
            sha256=tuple(sample.sha256 for sample in judged),
            splits=tuple(sample.split for sample in judged),
            labels=targets.argmax(axis=1),
            probabilities=likely if several else likely / likely.sum(axis=1, keepdims=True),
            targets=targets if several else None,
        )

    def _line(self, run):
        scores = self.report(run.id).test
        return LeaderboardLine(
            run_id=run.id,
            name=run.name,
            note=run.note,
            starred=run.starred,
            preset=run.preset,
            backbone=run.config.backbone,
            accuracy=scores.accuracy,
            macro_f1=scores.macro_f1,
            pictures=scores.pictures,
            several=scores.several,
            seconds=84.0,
            created_at=run.created_at,
            comparable=True,
        )
