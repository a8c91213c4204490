"""Looking for labels that are probably wrong among all pictures of a run; what was found is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from core.data.parallel import check
from core.data.targets import multi_hot
from core.domain.dataset import Dataset, Sample
from core.domain.errors import AppError
from core.domain.forecast import Evidence
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.domain.report import Predictions
from core.domain.review import LabelCheck
from core.domain.run import Progress, Run, Stage
from core.evaluation.label_issues import Doubts, agreement, ask, doubts, issues, told_better
from core.jobs.looking import Eyes, look_of
from core.jobs.runner import JobContext
from core.settings import Settings
from core.store.files import write_whole
from core.store.workspace import Workspace
from core.training.features import feature_key

log = logging.getLogger(__name__)

_LOOKING = 0.7  # share of the work that is looking at pictures; the rest cannot tell how far it is


@dataclass(frozen=True, slots=True)
class LabelChecker:
    """Checks every label of a run's pictures by models that did not learn from them.

    They are heads on the features of the pretrained network that the run began with, cross-validated, series
    whole. For validation and test pictures the run itself is such a model, and for all pictures those of its
    newest cross-check are: they are asked where they name the labels more often.
    """

    workspace: Workspace
    settings: Settings
    run: Run

    @property
    def key(self) -> str:
        """What the result depends on: a run never changes, but who can be asked may."""
        spec, preprocessing = self._look()
        look = feature_key(spec.key, spec.weights_sha256, preprocessing)
        return "-".join(filter(None, (self.run.id, look, self._cross_check())))

    @property
    def file(self) -> Path:
        """Where the result is kept."""
        return self.workspace.paths.cache("labels") / f"{self.key}.json"

    def kept(self) -> LabelCheck | None:
        """Return what was found before, or None."""
        try:
            return msgspec.json.decode(self.file.read_bytes(), type=LabelCheck)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as problem:
            log.info("the labels of run %s are checked again: %s", self.run.id, problem)
            return None

    def check(self, dataset: Dataset, context: JobContext) -> None:
        """Check all labels and keep what is found. Raises Cancelled, AppError or OSError."""
        samples, look = dataset.used(), self._look()
        name_of = {sample.sha256: sample.path for sample in samples}.__getitem__
        features = Eyes(self.workspace, self.settings, *look, name_of).features(
            [sample.sha256 for sample in samples],
            progress=lambda done, total: context.publish(
                Progress(stage=Stage.FEATURES, done=done, total=total, share=_LOOKING * done / max(1, total))
            ),
            stopped=context.stopped,
        )
        context.publish(Progress(stage=Stage.LABELS, share=_LOOKING))
        check(context.stopped)
        found = self._found(dataset, np.asarray(features, np.float32), context, backbone=look[0].title)
        check(context.stopped)
        write_whole(self.file, msgspec.json.encode(found))

    def _found(
        self, dataset: Dataset, features: npt.NDArray[np.float32], context: JobContext, *, backbone: str
    ) -> LabelCheck:
        evidence = _evidence(dataset, features)
        asked = ask(evidence, stopped=context.stopped)
        if asked is None:
            untold = len(features)
            return LabelCheck(pictures=0, untold=untold, issues=(), wrong_share=None, backbone=backbone)
        rows = np.flatnonzero(asked.judged)
        samples, targets = [dataset.used()[row] for row in rows], evidence.targets[rows] > 0
        told = self._doubts(asked.probabilities[rows], targets, samples, several=dataset.several)
        return LabelCheck(
            pictures=len(rows),
            untold=len(features) - len(rows),
            issues=issues(told, targets, samples, dataset.classes),
            wrong_share=told.share,
            backbone=backbone,
        )

    def _doubts(
        self,
        heads: npt.NDArray[np.float32],
        targets: npt.NDArray[np.bool_],
        samples: list[Sample],
        *,
        several: bool,
    ) -> Doubts:
        """Return the doubts by the heads, or of pictures that another model knows better, by that one."""
        told, said = doubts(heads, targets, several=several), heads.copy()
        for predictions in self._others():
            place = {sha256: row for row, sha256 in enumerate(predictions.sha256)}
            known = [(row, place[one.sha256]) for row, one in enumerate(samples) if one.sha256 in place]
            if not known:
                continue
            rows, theirs = np.array(known, dtype=np.intp).T
            new = predictions.probabilities[theirs]
            if agreement(new, targets[rows], several=several) > agreement(
                said[rows], targets[rows], several=several
            ):
                told = told_better(told, doubts(new, targets[rows], several=several), rows)
                said[rows] = new
        return told

    def _others(self) -> Iterator[Predictions]:
        """Yield the answers of the run itself and of its cross-check, as far as there are any."""
        test = self._cross_check()
        for which in ("", test) if test else ("",):
            try:
                yield self._answers(which)
            except AppError as problem:  # none, or damaged ones
                log.info("the labels of run %s are checked without some answers: %s", self.run.id, problem)

    def _answers(self, test: str) -> Predictions:
        if test:
            return self.workspace.further_tests.predictions(self.run.id, test)
        return self.workspace.runs.predictions(self.run.id)

    def _cross_check(self) -> str:
        """Return the id of the newest cross-check, empty without one."""
        tests = self.workspace.further_tests.of_run(self.run.id)
        return next((test.id for test in tests if test.in_turn), "")

    def _look(self) -> tuple[ModelSpec, Preprocessing]:
        return look_of(self.run, self.settings)


def _evidence(dataset: Dataset, features: npt.NDArray[np.float32]) -> Evidence:
    samples = dataset.used()
    names = [sample.group or sample.sha256 for sample in samples]
    return Evidence(
        features=features,
        targets=multi_hot(samples, dataset.classes),
        groups=np.unique(names, return_inverse=True)[1].astype(np.int64),
        classes=dataset.classes,
        several=dataset.several,
    )
