"""One training run, from its settings to its evaluated result: where store and science meet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version

import numpy as np
import numpy.typing as npt
import torch

from core.data.pixels import cache_key, decode_all
from core.domain.dataset import Dataset, Sample, Split
from core.domain.errors import AppError, Cancelled, RunError
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.domain.report import Predictions
from core.domain.run import EpochRow, Progress, Run, RunStatus, Stage, StageSeconds
from core.evaluation.predict import probabilities
from core.evaluation.report import build_report
from core.jobs.looking import features_path
from core.jobs.runner import JobContext, unexpected
from core.models.engine import compile_frozen
from core.models.surgery import Classifier, build_classifier, export_weights, preprocessing_for
from core.models.weights import load_weights
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.clock import Clock
from core.training.device import choose_device, describe_device
from core.training.features import extract, stored_features
from core.training.loop import Best, Tick
from core.training.sources import Divided, Labelled
from core.training.stages import fine_tune, train_head

PACKAGES = ("torch", "torchvision", "timm", "openvino", "scikit-learn", "pillow")

Told = Callable[[int, int], None]


def train_run(workspace: Workspace, settings: Settings, run: Run, context: JobContext) -> None:
    """Train and evaluate the run; it ends in exactly one final status, also when this raises.

    A run that is stopped keeps and evaluates its best epoch. Raises Cancelled when there was none yet, or
    when the app is closing; AppError for what the user can do something about.
    """
    trainer = _Trainer(workspace, settings, run, context)
    try:
        trainer.work()
    except Cancelled:
        gone = context.abandoned()
        trainer.end(
            RunStatus.INTERRUPTED if gone else RunStatus.DISCARDED,
            error="Sightsmith was closed while this run was going."
            if gone
            else "Stopped before the first epoch was complete, so there was nothing to keep.",
        )
        raise
    except AppError as error:
        trainer.end(RunStatus.FAILED, error=error.message, hint=error.hint)
        raise
    except Exception as error:
        trainer.end(RunStatus.FAILED, error=unexpected(error), hint="The log has the details.")
        raise


@dataclass(slots=True)
class _Inputs:
    """Everything a run needs before it can learn; rows of ``pixels`` and ``features`` follow ``samples``."""

    spec: ModelSpec
    preprocessing: Preprocessing
    samples: tuple[Sample, ...]
    labels: npt.NDArray[np.int64]  # (N,)
    pixels: npt.NDArray[np.uint8]  # (N, H, W, 3)
    features: npt.NDArray[np.floating]  # (N, D)
    model: Classifier

    def rows(self, *splits: Split) -> npt.NDArray[np.int64]:
        """Return the positions of the samples of these splits."""
        return np.array([i for i, s in enumerate(self.samples) if s.split in splits], dtype=np.int64)

    def labelled(self, split: Split) -> Labelled:
        """Return the positions and classes of one split."""
        rows = self.rows(split)
        return Labelled(rows=rows, labels=self.labels[rows])


@dataclass(slots=True)
class _Trainer:
    """The state of one run while it is worked on."""

    workspace: Workspace
    settings: Settings
    run: Run
    context: JobContext
    best: Best = field(default_factory=Best)
    took: list[StageSeconds] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    epochs: int = 0  # gone through so far, over all stages

    def work(self) -> None:
        if self.context.stopped():
            raise Cancelled
        device = choose_device(self.run.config.device)
        self.workspace.runs.start(
            self.run.id,
            device=describe_device(device),
            versions=tuple((name, version(name)) for name in PACKAGES),
        )
        dataset = self._dataset()
        clock = _clock(dataset, self.run)
        inputs = self._prepare(dataset, clock, device)
        self._learn(inputs, clock)
        if self.best.state is None or self.context.abandoned():
            raise Cancelled
        self.best.restore(inputs.model)
        self._evaluate(inputs, dataset, clock)

    def end(self, status: RunStatus, *, error: str, hint: str = "") -> None:
        """Record an end without a result."""
        self.workspace.runs.end_without_result(
            self.run.id,
            status,
            error=error,
            hint=hint,
            stage_seconds=tuple(self.took),
            notes=tuple(self.notes),
        )

    def _dataset(self) -> Dataset:
        dataset = self.workspace.datasets.get(self.run.dataset_id)
        if dataset is None:
            raise RunError("The pictures of this run are gone.", hint="Import them again.")
        return dataset

    def _prepare(self, dataset: Dataset, clock: Clock, device: torch.device) -> _Inputs:
        config, paths = self.run.config, self.workspace.paths
        spec = spec_of(config.backbone)
        preprocessing = preprocessing_for(spec, config)
        samples = dataset.used()
        key = cache_key([s.sha256 for s in samples], preprocessing)
        with self._stage(Stage.WEIGHTS, clock) as told:
            weights = load_weights(spec, self.settings.weights, progress=told, stopped=self.context.stopped)
        with self._stage(Stage.PIXELS, clock) as told:
            pixels = decode_all(
                [paths.picture(s.sha256) for s in samples],
                preprocessing,
                cache=paths.cache("pixels") / f"{key}.npy",
                progress=told,
                stopped=self.context.stopped,
            )
        model = build_classifier(
            spec,
            weights,
            preprocessing=preprocessing,
            classes=len(dataset.classes),
            hidden_units=config.hidden_units,
            dropout=config.dropout,
            seed=config.seed,
        ).to(device)
        with self._stage(Stage.FEATURES, clock) as told:
            features = stored_features(
                lambda: compile_frozen(
                    model.backbone, image_size=config.image_size, cache=paths.cache("engines")
                ),
                pixels,
                cache=features_path(self.workspace, spec.key, spec.weights_sha256, key),
                progress=told,
                stopped=self.context.stopped,
            )
        index = {name: i for i, name in enumerate(dataset.classes)}
        return _Inputs(
            spec=spec,
            preprocessing=preprocessing,
            samples=samples,
            labels=np.array([index[s.label] for s in samples], dtype=np.int64),
            pixels=pixels,
            features=features,
            model=model,
        )

    def _learn(self, inputs: _Inputs, clock: Clock) -> None:
        """Go through the stages until they are through or the user stops."""
        config = self.run.config
        divided = Divided(train=inputs.labelled(Split.TRAIN), validation=inputs.labelled(Split.VALIDATION))
        torch.manual_seed(config.seed)  # of dropout; everything else has generators of its own
        with self._stage(Stage.HEAD, clock):
            stage = train_head(inputs.model, inputs.features, config, divided=divided, best=self.best)
            self._follow(stage, clock, Stage.HEAD, epochs=config.head_epochs)
        if not config.fine_tune_blocks or self.context.stopped():
            return
        self.best.restore(inputs.model)
        with self._stage(Stage.FINE_TUNE, clock):
            tuning = fine_tune(
                inputs.model,
                inputs.pixels,
                config,
                divided=divided,
                best=self.best,
                first_epoch=self.epochs + 1,
            )
            self._follow(tuning, clock, Stage.FINE_TUNE, epochs=self.epochs + config.fine_tune_epochs)

    def _follow(self, events: Iterator[Tick | EpochRow], clock: Clock, stage: Stage, *, epochs: int) -> None:
        """Write down what happens in a stage, and end it when the user stops."""
        before = self.epochs
        for event in events:
            if isinstance(event, EpochRow):
                self.workspace.runs.add_epoch(self.run.id, event)
                self.epochs = event.epoch
            else:
                done = (event.epoch - before - 1) * event.total + event.done
                told = Progress(
                    stage=stage,
                    done=done,
                    total=(epochs - before) * event.total,
                    epoch=event.epoch,
                    epochs=epochs,
                )
                self._publish(told, clock)
            if self.context.stopped():
                return

    def _evaluate(self, inputs: _Inputs, dataset: Dataset, clock: Clock) -> None:
        """Answer every validation and test picture with the final model; keep everything."""
        with self._stage(Stage.EVALUATE, clock) as told:
            predictions = self._predict(inputs, told)
            report = build_report(self.run.id, dataset.classes, predictions)
            self.workspace.runs.save_result(
                self.run.id,
                report=report,
                predictions=predictions,
                weights={name: t.numpy() for name, t in export_weights(inputs.model).items()},
                preprocessing=inputs.preprocessing,
            )
        self.workspace.runs.finish(
            self.run.id,
            RunStatus.STOPPED if self.context.stopped() else RunStatus.DONE,
            best_epoch=self.best.epoch,
            stage_seconds=tuple(self.took),
            notes=tuple(self.notes),
        )

    def _predict(self, inputs: _Inputs, told: Told) -> Predictions:
        rows = inputs.rows(Split.VALIDATION, Split.TEST)
        judged = [inputs.samples[row] for row in rows]
        frozen = compile_frozen(
            inputs.model.backbone,
            image_size=inputs.preprocessing.image_size,
            cache=self.workspace.paths.cache("engines"),
        )
        features = extract(frozen, inputs.pixels[rows], progress=told, stopped=self.context.abandoned)
        return Predictions(
            paths=tuple(s.path for s in judged),
            sha256=tuple(s.sha256 for s in judged),
            splits=tuple(s.split for s in judged),
            labels=inputs.labels[rows],
            probabilities=probabilities(inputs.model.head, features),
        )

    def _publish(self, progress: Progress, clock: Clock) -> None:
        """Show how far the stage is, with the pace and the time left."""
        rate = clock.rate(progress.stage, progress.done)
        left = clock.seconds_left(progress.stage, progress.done)
        self.context.publish(
            replace(
                progress,
                images_per_second=None if progress.stage == Stage.WEIGHTS else rate,
                seconds_left=left,
                share=clock.share(left),
            )
        )

    @contextmanager
    def _stage(self, stage: Stage, clock: Clock) -> Iterator[Told]:
        """Time a stage and hand out how to tell its progress."""
        started = time.monotonic()

        def told(done: int, total: int) -> None:
            self._publish(Progress(stage=stage, done=done, total=total), clock)

        told(0, 0)
        yield told
        self.took.append(StageSeconds(stage=stage, seconds=time.monotonic() - started))


def _clock(dataset: Dataset, run: Run) -> Clock:
    train = len(dataset.used(Split.TRAIN))
    return Clock(
        pictures=len(dataset.used()),
        train_pictures=train,
        judged_pictures=len(dataset.used()) - train,
        fine_tune_epochs=run.config.fine_tune_epochs,
    )
