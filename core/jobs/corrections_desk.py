"""What verdicts lead to: corrected pictures, old runs judged by the new labels, a training once more."""

from __future__ import annotations

from dataclasses import replace

from core.data.corrections import corrections
from core.domain.dataset import Split
from core.domain.edit import Edit, EditKind
from core.domain.errors import DatasetError, RunError
from core.domain.report import Scores
from core.domain.run import JobSnapshot, Run
from core.evaluation.renaming import renamed
from core.evaluation.rescoring import rescore
from core.jobs.picture_desk import PictureDesk
from core.jobs.review_desk import ReviewDesk
from core.jobs.training_desk import TrainingDesk
from core.jobs.verdict_checks import opinions, said_last


class CorrectionsDesk(ReviewDesk, PictureDesk, TrainingDesk):
    """The part of the studio that puts right what a review has found."""

    def corrections(self, run_id: str, *, decides: str = "") -> tuple[Edit, ...]:
        """Return the changes to the project's pictures of now that the verdicts on a run ask for.

        A picture moves into its right class, or the new one, and a bad photo is left out; what is so
        already, left out or gone is passed over, and so is what was changed after the verdict. A picture of
        a class that has none to learn from moves there, and is left out until there is one. Classes that were
        renamed since are meant by their present names. Where reviewers differ, the verdict of the one
        who ``decides`` counts; without it, nothing is changed.

        Raises RunError: the run or its pictures are gone.
        """
        run = self._run_reviewed(run_id)
        dataset = self.dataset(run.project_id)
        if dataset is None:
            return ()
        verdicts = self.verdicts(run_id)
        said = said_last(verdicts, opinions(verdicts, decides=decides).agreed)
        path = self._way(run.project_id, then=run.dataset_id, now=dataset.id)
        given = {one.sha256: one.labels for one in self._dataset_reviewed(run_id).samples}
        return corrections(dataset, said, path, given=given)

    def apply_corrections(self, run_id: str, *, decides: str = "", author: str = "") -> JobSnapshot | None:
        """Make all corrections as one new version of the pictures; very many in the background, as a job.

        ``undo`` takes them back. Raises DatasetError where there is nothing to correct.
        """
        run, parts = self._run_reviewed(run_id), self.corrections(run_id, decides=decides)
        if not parts:
            raise DatasetError(
                "There is nothing to correct in the pictures.",
                hint="Say of a picture first that its label is wrong, that it is a bad photo or a new class.",
            )
        return self.change(
            run.project_id, Edit(kind=EditKind.CORRECT, parts=parts), title=run.name, author=author
        )

    def rescored(self, run_id: str, dataset_id: str, *, split: Split = Split.TEST) -> Scores:
        """Return a run's scores by the labels of another version of its pictures; its report stays.

        Classes that were renamed in between are known by their new names; merged ones are one class.

        Raises:
            RunError: there is no such version.
            StoreError: the run has no result, or it is damaged.
        """
        dataset = self._workspace.datasets.get(dataset_id)
        if dataset is None:
            raise RunError("This version of the pictures does not exist.", hint="Choose another one.")
        then = self._run_reviewed(run_id).dataset_id
        names = self._way(dataset.project_id, then=then, now=dataset.id).names
        classes = self._workspace.runs.report(run_id).classes
        predictions, _ = self._decided(run_id, "", classes)
        predictions, known = renamed(predictions, classes, names(classes))
        return rescore(predictions, known, dataset.used(), split)

    def retrain(self, run_id: str, *, token: str) -> Run:
        """Queue a training with the settings of a run on the pictures as they are now.

        Where the run had tried several ways, it goes on with the one that it chose, and tries none again.

        Raises as ``start_run``, and RunError where the run is gone.
        """
        run = self._run_reviewed(run_id)
        config = replace(run.config, search_minutes=0)
        return self.start_run(run.project_id, config, preset=run.preset, token=token)
