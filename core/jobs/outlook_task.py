"""Looking ahead: what the ready backbones make of the pictures, told before any training."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from core.data.crop_loss import resize_advice
from core.data.targets import multi_hot
from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Sample, Split
from core.domain.errors import AppError
from core.domain.forecast import Evidence, Forecast
from core.domain.model import ModelSpec
from core.domain.outlook import BackboneLook, Outlook
from core.domain.run import Progress, Stage
from core.jobs.costing import costs_of
from core.jobs.looking import BACKBONE, Eyes
from core.jobs.outlook_here import ready_backbones, this_machine
from core.jobs.runner import JobContext
from core.models.preprocessing import preprocessing_for
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.features import FROZEN_BATCH
from core.training.forecast import forecast
from core.training.plan import plan
from core.training.recommend import ranked, recommend
from core.training.safety import Known, safety_test

log = logging.getLogger(__name__)

TIMED_BATCHES: Final = 6  # of the frozen network, after one that is not timed
_JUDGED: Final = (Split.TRAIN, Split.VALIDATION)  # the test pictures are for the test alone


def look_ahead(
    workspace: Workspace, settings: Settings, dataset: Dataset, context: JobContext, *, seed: int = 0
) -> None:
    """Find out what can be told before a training, and keep each part as soon as it is known.

    The bundled backbone comes first: an import has looked with it already. A backbone that cannot be used is
    left out. Raises Cancelled.
    """
    _Look(workspace, settings, dataset, context, seed).ahead()


@dataclass(slots=True)
class _Look:
    workspace: Workspace
    settings: Settings
    dataset: Dataset
    context: JobContext
    seed: int
    outlook: Outlook = field(init=False)
    _began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.outlook = Outlook(
            resize=resize_advice(self.dataset.samples),
            machine=this_machine(),
            ready=ready_backbones(self.settings),
        )

    def ahead(self) -> None:
        self._keep()
        specs = [spec_of(key) for key in sorted(self.outlook.ready, key=lambda key: key != BACKBONE)]
        for number, spec in enumerate(specs):
            try:
                self._look_with(spec, (0.95 * number / (len(specs) + 1), 0.95 / (len(specs) + 1)))
            except (AppError, OSError) as problem:
                log.warning("nothing is told about %s: %s", spec.title, problem)
        if not self.dataset.several and any(spec.key == BACKBONE for spec in specs):
            self._try_variations((0.95 * len(specs) / (len(specs) + 1), 0.95 / (len(specs) + 1)))
        self._measure_costs()
        self._keep(complete=True)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The pictures that may be looked at now."""
        return tuple(sample for sample in self.dataset.used() if sample.split in _JUDGED)

    def _eyes(self, spec: ModelSpec) -> Eyes:
        config = TrainConfig(image_size=spec.image_size, resize_mode=self.outlook.resize.mode)
        name_of = {sample.sha256: sample.path for sample in self.samples}.__getitem__
        return Eyes(self.workspace, self.settings, spec, preprocessing_for(spec, config), name_of)

    def _look_with(self, spec: ModelSpec, part: tuple[float, float]) -> None:
        """Add what one backbone tells; ``part`` is where its work lies in the whole, and how much it is."""
        begin, share = part
        eyes, hashes = self._eyes(spec), [sample.sha256 for sample in self.samples]
        features = eyes.features(
            hashes, progress=self._told(Stage.FEATURES, begin, share / 2), stopped=self.context.stopped
        )
        evidence = Evidence(
            features=np.asarray(features),
            targets=multi_hot(self.samples, self.dataset.classes),
            groups=self._groups(),
            classes=self.dataset.classes,
            several=self.dataset.several,
        )
        told = forecast(
            evidence,
            test_pictures=len(self.dataset.used(Split.TEST)),
            seed=self.seed,
            progress=self._told(Stage.FORECAST, begin + share / 2, share / 2),
            stopped=self.context.stopped,
        )
        self._add(spec, told, _speed(eyes))

    def _add(self, spec: ModelSpec, told: Forecast, speed: float) -> None:
        looks = self.outlook.looks
        if told.accuracy is not None:
            look = BackboneLook(
                key=spec.key,
                title=spec.title,
                accuracy=told.accuracy,
                pictures_per_second=speed,
                parameters=spec.parameters,
            )
            looks = ranked((*looks, look))
        self.outlook = replace(
            self.outlook,
            looks=looks,
            forecasts=(*self.outlook.forecasts, (spec.key, told)),
            recommendation=recommend(looks) if looks else None,
        )
        self._keep()

    def _try_variations(self, part: tuple[float, float]) -> None:
        """Add what each kind of variation does to validation pictures."""
        eyes, samples = self._eyes(spec_of(BACKBONE)), self.samples
        hashes = [sample.sha256 for sample in samples]
        features = eyes.features(hashes, progress=lambda *_: None, stopped=self.context.stopped)
        splits = np.array([sample.split for sample in samples])
        known = Known(
            pixels=eyes.pixels(hashes, stopped=self.context.stopped),
            features=np.asarray(features),
            targets=multi_hot(samples, self.dataset.classes),
            classes=self.dataset.classes,
            learnt=np.flatnonzero(splits == Split.TRAIN),
            judged=np.flatnonzero(splits == Split.VALIDATION),
            groups=[sample.group or sample.sha256 for sample in samples],
        )
        checks = safety_test(
            eyes.engine(),
            known,
            TrainConfig(image_size=spec_of(BACKBONE).image_size),
            progress=self._told(Stage.VARIATIONS, *part),
            stopped=self.context.stopped,
        )
        self.outlook = replace(self.outlook, checks=checks)

    def _measure_costs(self) -> None:
        """Add what the deepest preset costs here; the others cost the same, block by block."""
        known = self.outlook.recommendation
        if known is None:
            return
        config = plan(Preset.BEST, self.dataset, spec_of(known.key), outlook=self.outlook)
        self._told(Stage.COSTS, 0.95, 0.05)(0, 1)
        try:
            costs = costs_of(self.settings, self.dataset, config, stopped=self.context.stopped)
        except (AppError, OSError) as problem:
            log.warning("nothing is told about minutes: %s", problem)
            return
        self.outlook = replace(self.outlook, costs=costs, costed=config)

    def _groups(self) -> npt.NDArray[np.int64]:
        names = [sample.group or sample.sha256 for sample in self.samples]
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    def _keep(self, *, complete: bool = False) -> None:
        seconds = time.monotonic() - self._began
        self.outlook = replace(self.outlook, complete=complete, seconds=seconds)
        self.workspace.outlooks.keep(self.dataset.id, self.outlook)

    def _told(self, stage: Stage, begin: float, share: float) -> Callable[[int, int], None]:
        def tell(done: int, total: int) -> None:
            part = begin + share * (done / total if total else 0.0)
            spent = time.monotonic() - self._began
            left = spent / part - spent if part > 0.05 else None
            self.context.publish(Progress(stage=stage, done=done, total=total, share=part, seconds_left=left))

        return tell


def _speed(eyes: Eyes) -> float:
    """Return how many pictures a second the frozen network looks at here."""
    side = eyes.preprocessing.image_size
    grey = np.full((FROZEN_BATCH, side, side, 3), 128, np.uint8)
    engine = eyes.engine()
    engine(grey)
    taken = []
    for _ in range(TIMED_BATCHES):
        began = time.perf_counter()
        engine(grey)
        taken.append(time.perf_counter() - began)
    return FROZEN_BATCH / min(taken)  # the least disturbed one: backbones are compared by it
