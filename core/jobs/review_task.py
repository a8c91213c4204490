"""Looking for labels that are probably wrong among all pictures of a run; what was found is kept."""

from __future__ import annotations

import logging
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
    whole. For validation and test pictures the run itself is such a model, and is asked where it knows them
    better.
    """

    workspace: Workspace
    settings: Settings
    run: Run

    @property
    def key(self) -> str:
        """What the result depends on: a run never changes, but the network that can look may."""
        spec, preprocessing = self._look()
        return f"{self.run.id}-{feature_key(spec.key, spec.weights_sha256, preprocessing)}"

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
        features = Eyes(self.workspace, self.settings, *look).features(
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
        several = dataset.several
        heads = asked.probabilities[rows]
        told = doubts(heads, targets, several=several)
        told = self._by_the_run(told, heads, targets, samples, several=several)
        return LabelCheck(
            pictures=len(rows),
            untold=len(features) - len(rows),
            issues=issues(told, targets, samples, dataset.classes),
            wrong_share=told.share,
            backbone=backbone,
        )

    def _by_the_run(
        self,
        told: Doubts,
        heads: npt.NDArray[np.float32],
        targets: npt.NDArray[np.bool_],
        samples: list[Sample],
        *,
        several: bool,
    ) -> Doubts:
        """Return the doubts, those of pictures that the run itself knows better told by it."""
        predictions = self._predictions()
        place = {} if predictions is None else {sha: at for at, sha in enumerate(predictions.sha256)}
        known = [(row, place[one.sha256]) for row, one in enumerate(samples) if one.sha256 in place]
        if predictions is None or not known:
            return told
        rows, theirs = np.array(known, dtype=np.intp).T
        said = predictions.probabilities[theirs]
        run, other = (agreement(p, targets[rows], several=several) for p in (said, heads[rows]))
        if run <= other:
            return told
        return told_better(told, doubts(said, targets[rows], several=several), rows)

    def _predictions(self) -> Predictions | None:
        try:
            return self.workspace.runs.predictions(self.run.id)
        except AppError as problem:  # it has no result, or a damaged one
            log.info("the labels of run %s are checked without its answers: %s", self.run.id, problem)
            return None

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
