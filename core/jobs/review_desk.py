"""What can be asked about the review of a run: doubtful labels, verdicts, and what they add up to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from core.domain.dataset import Dataset, Split
from core.domain.errors import DatasetError
from core.domain.report import Answer
from core.domain.review import Conflict, ErrorBudget, Judgement, LabelCheck, Verdict
from core.domain.run import JobKind, JobSnapshot, Run
from core.evaluation.error_budget import error_budget, rightness, sample_of_right
from core.evaluation.report import answers
from core.jobs.desk import Desk
from core.jobs.earlier_verdicts import that_hold
from core.jobs.review_import import new_judgements
from core.jobs.review_task import LabelChecker
from core.jobs.runner import JobContext
from core.jobs.verdict_checks import Checks, by_picture, conflicts_among, opinions
from core.sharing.review_table import ReviewRow, read_review, review_csv

SAMPLE_SEED: Final = 0  # of the right answers drawn by lot: everyone looks at the same ones
MISTAKE, DOUBTFUL, DRAWN = "mistake", "probably mislabelled", "right answer"
_TOLD: Final = 10  # problems of a table, in words
_JUDGED: Final = (Split.TEST, Split.VALIDATION)


class ReviewDesk(Desk):
    """The part of the studio where people look at what a model got wrong, and at labels."""

    # Labels --------------------------------------------------------------------------------------------

    def label_check(self, run_id: str) -> LabelCheck | None:
        """Return the labels that are probably wrong, or None where they have to be looked for first.

        Raises RunError: the run is gone.
        """
        return self._checker(run_id).kept()

    def check_labels(self, run_id: str) -> JobSnapshot:
        """Look for labels that are probably wrong, in the background; a run is looked at once at a time.

        Raises RunError: the run or its pictures are gone.
        """
        checker, dataset = self._checker(run_id), self._dataset_reviewed(run_id)

        def work(context: JobContext) -> None:
            checker.check(dataset, context)

        job_id = _job_id(checker)
        self._runner.forget(job_id)  # an earlier one that failed or was stopped
        run = checker.run
        return self._runner.submit(
            JobSnapshot(id=job_id, kind=JobKind.LABELS, project_id=run.project_id, title=run.name), work
        )

    def label_check_under_way(self, run_id: str) -> JobSnapshot | None:
        """Return the look for wrong labels since the app began, under way or ended, or None."""
        return self._runner.snapshot(_job_id(self._checker(run_id)))

    # Verdicts ------------------------------------------------------------------------------------------

    def judge(self, run_id: str, said: Mapping[str, Judgement], *, reviewer: str = "") -> tuple[Verdict, ...]:
        """Keep what a reviewer says about pictures, by content hash; all of it is one step to undo.

        Raises:
            RunError: the run or its pictures are gone, or a note is too long.
            StoreError: the run has no result, or it is damaged.
            DatasetError: a picture is not the run's, or a judgement makes no sense; nothing is kept.
        """
        checks, found, problems = self._checks(run_id), {}, []
        for sha256, judgement in said.items():
            sample = checks.find(sha256, "")
            checked = checks.checked(sample, judgement) if sample else "it is not among this run's pictures."
            if isinstance(checked, str):
                problems.append(f"{sample.path if sample else sha256[:12]}: {checked}")
            else:
                found[sha256] = checked
        _raise(problems, "Nothing was kept. Choose again.")
        paths = {sha256: checks.samples[sha256].path for sha256 in found}
        return self._workspace.verdicts.add(run_id, found, paths=paths, reviewer=reviewer)

    def verdicts(self, run_id: str) -> tuple[Verdict, ...]:
        """Return the newest verdict of each reviewer on each picture, in the order in which they came."""
        return self._workspace.verdicts.latest(run_id)

    def undo_verdicts(self, run_id: str, *, reviewer: str = "") -> int:
        """Take back the last step of one reviewer; return on how many pictures, 0 where there is none."""
        return self._workspace.verdicts.undo(run_id, reviewer)

    def redo_verdicts(self, run_id: str, *, reviewer: str = "") -> int:
        """Say again what the reviewer took back last; 0 where there is nothing, or something new was said."""
        return self._workspace.verdicts.redo(run_id, reviewer)

    def conflicts(self, run_id: str) -> tuple[Conflict, ...]:
        """Return the pictures on which reviewers differ."""
        return conflicts_among(self.verdicts(run_id))

    def right_sample(self, run_id: str, n: int) -> tuple[Answer, ...]:
        """Return ``n`` right answers on test pictures, drawn by lot, in the order to look at them.

        Always the same ones, so that looking at more goes on where it ended.
        """
        drawn = sample_of_right(self._workspace.runs.predictions(run_id), n, SAMPLE_SEED, split=Split.TEST)
        found = {one.sha256: one for one in self._answers(run_id, Split.TEST)}
        return tuple(found[sha256] for sha256 in drawn)

    def error_budget(self, run_id: str, *, split: Split = Split.TEST) -> ErrorBudget:
        """Return whose mistakes the mistakes on one split are, as far as they were looked at.

        Raises RunError: the run is gone. StoreError: it has no result, or it is damaged.
        """
        return error_budget(
            self._workspace.runs.predictions(run_id),
            self._workspace.runs.report(run_id).classes,
            opinions(self.verdicts(run_id)),
            split=split,
            seed=SAMPLE_SEED,
            other_names=self._other_names(run_id),
        )

    def classes_to_say(self, run_id: str) -> tuple[str, ...]:
        """Return what a run's pictures can be said to show: its classes, then those that came since."""
        now = self._workspace.datasets.current(self._known_run(run_id).project_id)
        learnt, renamed = self._workspace.runs.report(run_id).classes, self._other_names(run_id)
        later = [name for name in (now.classes if now else ()) if name not in renamed]
        return tuple(dict.fromkeys((*learnt, *later)))

    # What was said when other runs were reviewed --------------------------------------------------------

    def earlier_verdicts(self, run_id: str) -> tuple[Verdict, ...]:
        """Return what was said of this run's pictures beside other runs, holds, and can be taken over.

        What a reviewer has said of a picture beside this run stays as it is.

        Raises:
            RunError: the run or its pictures are gone.
            StoreError: the run has no result, or it is damaged.
        """
        known = {(one.sha256, one.reviewer) for one in self.verdicts(run_id)}
        others = self._workspace.verdicts.of_other_runs(run_id)
        new = [one for one in others if (one.sha256, one.reviewer) not in known]
        if not new:
            return ()
        now = self._known_run(run_id)
        ways = {
            then.id: self._way(now.project_id, then=then.dataset_id, now=now.dataset_id)
            for then in map(self._known_run, {one.run_id for one in new})
        }
        return that_hold(new, self._checks(run_id), ways)

    def take_over_verdicts(self, run_id: str) -> int:
        """Take over what was said beside other runs; return how many verdicts.

        Each stays its reviewer's and of its moment; those of one reviewer are his last step to undo. Raises
        as ``earlier_verdicts``.
        """
        found = self.earlier_verdicts(run_id)
        for reviewer in dict.fromkeys(one.reviewer for one in found):
            his = {one.sha256: one for one in found if one.reviewer == reviewer}
            self._workspace.verdicts.add(
                run_id,
                {sha256: one.judgement for sha256, one in his.items()},
                paths={sha256: one.path for sha256, one in his.items()},
                reviewer=reviewer,
                moments={sha256: one.moment for sha256, one in his.items()},
            )
        return len(found)

    # The list, out and in ------------------------------------------------------------------------------

    def verdicts_csv(self, run_id: str) -> str:
        """Return every picture that is worth a look or has a verdict, a line per verdict, as a table."""
        return review_csv(self._rows(run_id))

    def import_verdicts(self, run_id: str, text: str, *, reviewer: str) -> tuple[Verdict, ...]:
        """Take over what ``reviewer`` filled into such a table; return what is new, one step to undo.

        A line that only repeats what its reviewer said, then or since, is left alone; any other is this
        reviewer's, also where he wrote over the verdict of somebody else.

        Raises:
            DatasetError: lines that cannot be taken, all of them told; nothing is kept.
            RunError: the run or its pictures are gone.
        """
        said, problems = new_judgements(
            read_review(text), self._checks(run_id), self._workspace.verdicts.ever_said(run_id)
        )
        _raise(problems, "Nothing was taken over. Correct these lines, then bring the file in again.")
        return self.judge(run_id, said, reviewer=reviewer)

    def _rows(self, run_id: str) -> Iterator[ReviewRow]:
        samples = self._checks(run_id).samples
        answered = {one.sha256: one for split in _JUDGED for one in self._answers(run_id, split)}
        said = by_picture(self.verdicts(run_id))
        check = self.label_check(run_id)
        doubtful = dict.fromkeys(one.sha256 for one in check.likely) if check else {}
        wrong = dict.fromkeys(one.sha256 for one in answered.values() if not one.right)
        for sha256 in (sha for sha in {**wrong, **doubtful, **said} if sha in samples):
            sample, answer = samples[sha256], answered.get(sha256)
            lists = (MISTAKE if sha256 in wrong else "", DOUBTFUL if sha256 in doubtful else "")
            for verdict in said.get(sha256, (None,)):
                yield ReviewRow(
                    file=sample.path,
                    sha256=sha256,
                    split=sample.split,
                    actual=sample.labels,
                    predicted=_predicted(answer),
                    confidence=answer.confidence if answer else None,
                    lists=tuple(filter(None, lists)) or ((DRAWN,) if answer and answer.right else ()),
                    judgement=verdict.judgement if verdict else None,
                    reviewer=verdict.reviewer if verdict else "",
                    moment=verdict.moment if verdict else None,
                )

    def _answers(self, run_id: str, split: Split) -> tuple[Answer, ...]:
        classes = self._workspace.runs.report(run_id).classes
        predictions, decided = self._decided(run_id, "", classes)
        return answers(predictions, classes, split=split, decided=decided)

    def _checks(self, run_id: str) -> Checks:
        dataset = self._dataset_reviewed(run_id)
        now = self._workspace.datasets.current(dataset.project_id)
        right = rightness(self._workspace.runs.predictions(run_id))
        others = self._other_names(run_id)
        return Checks(dataset, right, also=now.classes if now else (), other_names=others)

    def _other_names(self, run_id: str) -> Mapping[str, frozenset[str]]:
        """Return the new names of a run's classes with those that it has learnt them by."""
        run = self._run_reviewed(run_id)
        now = self._workspace.datasets.current(run.project_id)
        if now is None:
            return {}
        ahead = self._way(run.project_id, then=run.dataset_id, now=now.id)
        return ahead.other_names(self._workspace.runs.report(run_id).classes)

    def _checker(self, run_id: str) -> LabelChecker:
        return LabelChecker(self._workspace, self.settings, self._run_reviewed(run_id))

    def _run_reviewed(self, run_id: str) -> Run:
        return self._known_run(run_id)

    def _dataset_reviewed(self, run_id: str) -> Dataset:
        return self._dataset_of(self._known_run(run_id))


def _job_id(checker: LabelChecker) -> str:
    return hashlib.sha256(f"labels-{checker.key}".encode()).hexdigest()[:32]


def _predicted(answer: Answer | None) -> tuple[str, ...] | None:
    if answer is None:
        return None
    return answer.named if answer.several else (answer.predicted,)


def _raise(problems: list[str], hint: str) -> None:
    if problems:
        more = f" And {len(problems) - _TOLD:,} more." if len(problems) > _TOLD else ""
        raise DatasetError(" ".join(problems[:_TOLD]) + more, hint=hint)
