"""The review of the fake studio: the real desks of verdicts and corrections, over a store in memory."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace

import numpy as np

from core.domain.dataset import Split
from core.domain.edit import EditKind
from core.domain.errors import RunError
from core.domain.explanation import Alike, Box, Explanation, Likely
from core.domain.review import LabelCheck, LabelIssue, Verdict
from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, RunStatus, Stage
from core.jobs.corrections_desk import CorrectionsDesk
from core.jobs.review_desk import ReviewDesk

MOMENT = datetime(2025, 11, 22, 9, tzinfo=UTC)
LONGEST_NOTE = 2_000


class FakeVerdicts:
    """Steps of verdicts that can be undone, as the store keeps them."""

    def __init__(self):
        self.steps: list[tuple[str, bool, tuple[Verdict, ...]]] = []  # reviewer, undone, verdicts

    def add(self, run_id, said, *, paths, reviewer, moments=None):
        if any(len(one.note) > LONGEST_NOTE for one in said.values()):
            raise RunError("A note is too long.", hint="Make it shorter.")
        made = tuple(
            Verdict(
                id=uuid.uuid4().hex,
                project_id="p1",
                run_id=run_id,
                sha256=sha256,
                path=paths[sha256],
                kind=one.kind,
                labels=one.labels,
                note=one.note,
                reviewer=reviewer,
                moment=moments[sha256] if moments else MOMENT,
            )
            for sha256, one in said.items()
        )
        self.steps = [step for step in self.steps if not (step[0] == reviewer and step[1])]
        self.steps.append((reviewer, False, made))
        return made

    def latest(self, run_id):
        found = [one for _, undone, step in self.steps if not undone for one in step if one.run_id == run_id]
        newest = {(one.sha256, one.reviewer): one for one in found}
        return tuple(one for one in found if newest[one.sha256, one.reviewer] is one)

    def of_other_runs(self, run_id):
        return tuple(
            one for _, undone, step in self.steps if not undone for one in step if one.run_id != run_id
        )

    def ever_said(self, run_id):
        return tuple(one for *_, step in self.steps for one in step if one.run_id == run_id)

    def undo(self, run_id, reviewer):
        return self._turn(reviewer, undone=True)

    def redo(self, run_id, reviewer):
        return self._turn(reviewer, undone=False)

    def _turn(self, reviewer, *, undone):
        places = [i for i, (who, was, _) in enumerate(self.steps) if who == reviewer and was is not undone]
        if not places:
            return 0
        place = places[-1] if undone else places[0]
        _, _, step = self.steps[place]
        self.steps[place] = (reviewer, undone, step)
        return len(step)


class FakeReview:
    """Verdicts, corrections and doubtful labels; every tenth picture looks wrongly labelled."""

    labels_checked = True
    labels_job: JobSnapshot | None = None

    judge = ReviewDesk.judge
    verdicts = ReviewDesk.verdicts
    undo_verdicts = ReviewDesk.undo_verdicts
    redo_verdicts = ReviewDesk.redo_verdicts
    conflicts = ReviewDesk.conflicts
    right_sample = ReviewDesk.right_sample
    error_budget, classes_to_say = ReviewDesk.error_budget, ReviewDesk.classes_to_say
    verdicts_csv = ReviewDesk.verdicts_csv
    import_verdicts = ReviewDesk.import_verdicts
    earlier_verdicts, take_over_verdicts = ReviewDesk.earlier_verdicts, ReviewDesk.take_over_verdicts
    _known_run = ReviewDesk._known_run
    _rows, _answers, _checks = ReviewDesk._rows, ReviewDesk._answers, ReviewDesk._checks
    _run_reviewed, _dataset_reviewed = ReviewDesk._run_reviewed, ReviewDesk._dataset_reviewed
    corrections = CorrectionsDesk.corrections
    _way, _other_names = CorrectionsDesk._way, ReviewDesk._other_names
    apply_corrections = CorrectionsDesk.apply_corrections

    @cached_property
    def _workspace(self):
        """What those desks read of the store."""
        return SimpleNamespace(
            verdicts=FakeVerdicts(),
            runs=SimpleNamespace(
                get=self.run, report=self.report, predictions=lambda run_id: self._predictions(run_id, "")
            ),
            datasets=SimpleNamespace(
                get=lambda dataset_id: next((v for v in self.versions if v.id == dataset_id), None),
                current=self.dataset,
                history=self.history,
            ),
        )

    def apply_edit(self, project_id, edit, *, author=""):
        if edit.kind is not EditKind.CORRECT:
            return super().apply_edit(project_id, edit, author=author)
        before, number = self.dataset_, len(self.versions)
        for part in edit.parts:
            super().apply_edit(project_id, part, author=author)
        self.dataset_ = replace(
            self.dataset_, id=f"d{number + 1}", version=number + 1, parent_id=before.id, edit=edit
        )
        self.versions = [*self.versions[:number], self.dataset_]
        return self.dataset_

    def retrain(self, run_id, *, token):
        run = self.run(run_id)
        self.started.append((run.config, run.preset, token))
        again = self._run("r9", "Run 9", RunStatus.QUEUED, MOMENT, epochs=0)
        config = replace(run.config, search_minutes=0)
        again = replace(again, config=config, dataset_id=self.dataset_.id)
        self.runs_.insert(0, again)
        return again

    def compare_corrected(self, run_a, run_b):
        return self.compare(run_a, run_b)

    def label_check(self, run_id):
        if not self.labels_checked:
            return None
        used = self.dataset_.used()
        doubted = used[::10]
        issues = tuple(
            LabelIssue(
                sha256=one.sha256,
                path=one.path,
                split=one.split,
                given=one.labels,
                suggested=(self._next(one.label),),
                score=0.98 - 0.4 * place / max(1, len(doubted)),
                given_probability=0.1,
                suggested_probability=0.8,
            )
            for place, one in enumerate(doubted)
        )
        return LabelCheck(
            pictures=len(used), untold=0, issues=issues, wrong_share=0.04, backbone="EfficientNet-Lite0"
        )

    def _next(self, label):
        return self.classes[(self.classes.index(label) + 1) % len(self.classes)]

    def label_check_under_way(self, run_id):
        return self.labels_job

    def check_labels(self, run_id):
        self.labels_job = JobSnapshot(
            id="labels",
            kind=JobKind.LABELS,
            project_id="p1",
            title="Run 2",
            status=JobStatus.RUNNING,
            progress=Progress(stage=Stage.FEATURES, done=40, total=222, share=0.1),
        )
        return self.labels_job

    def explain(self, run_id, picture, class_name=None):
        rows, columns = np.mgrid[0:6, 0:8]
        heat = np.exp(-((rows - 2) ** 2 + (columns - 3) ** 2) / 4).astype(np.float32)
        return Explanation(
            heat=heat,
            seen=Box(left=0, top=0, right=1, bottom=1),
            class_name=class_name or self.classes[0],
            probability=0.81,
            drop_hottest=0.44,
            drop_random=0.05,
            seconds=0.1,
        )

    def likely(self, run_id, picture, *, most=3):
        shares = (0.81, 0.12, 0.04)
        return tuple(
            Likely(class_name=name, probability=share)
            for name, share in zip(self.classes[1:] + self.classes[:1], shares, strict=False)
        )

    def similar(self, run_id, picture, *, most=3):
        learnt = self.dataset_.used(Split.TRAIN)[:most]
        return tuple(
            Alike(sha256=one.sha256, path=one.path, labels=one.labels, likeness=0.93) for one in learnt
        )
