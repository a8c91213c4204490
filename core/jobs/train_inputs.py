"""What a training run needs before it can learn: weights, pictures, and what the frozen network says of them.

Everything that was computed before, for this run or any other, is found again by the content of the pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.data.augment import augmentation_key, seeded_augmenter
from core.data.pixels import LazyPixels
from core.data.rows import Rows
from core.data.targets import multi_hot
from core.domain.choices import PrecisionChoice
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Sample, Split
from core.domain.preprocess import Preprocessing
from core.domain.run import Stage
from core.models.engine import Engine, Precision, compile_frozen
from core.models.networks import random_key
from core.models.outputs import Outputs
from core.models.surgery import Classifier, build_classifier, preprocessing_for
from core.models.weights import load_weights
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.files import refusal_told
from core.store.workspace import Workspace
from core.training.features import Pictures, feature_key, kept_features, passed, stored_features
from core.training.frozen_trial import faster_pass
from core.training.sources import Divided, Labelled, seed_of
from core.training.stage_costs import TRIED_ON
from core.training.trial import half_is_as_good

Told = Callable[[int, int], None]
Timed = Callable[[Stage], AbstractContextManager[Told]]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The pictures of a run and its model; rows of everything follow ``samples``.

    What takes time is made when it is first asked for, under ``timed``, and kept. Raises Cancelled,
    PictureError, WeightsError, DiskFullError or OSError.
    """

    workspace: Workspace
    settings: Settings
    config: TrainConfig
    dataset: Dataset
    device: torch.device
    timed: Timed
    stopped: Callable[[], bool]
    views_precision: Precision | None = None  # of varied copies, where an earlier attempt has decided it

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Every picture that takes part."""
        return self.dataset.used()

    @cached_property
    def hashes(self) -> list[str]:
        """Content hashes of the pictures."""
        return [sample.sha256 for sample in self.samples]

    @cached_property
    def targets(self) -> npt.NDArray[np.float32]:
        """What the pictures show, (N, C)."""
        return multi_hot(self.samples, self.dataset.classes)

    @cached_property
    def groups(self) -> npt.NDArray[np.int64]:
        """Number of the series of each picture, (N,); a picture alone is a series of its own."""
        names = [sample.group or sample.sha256 for sample in self.samples]
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def divided(self) -> Divided:
        """What is learnt from, and what the best epoch is chosen with."""
        train, validation = (
            Labelled(rows=rows, targets=self.targets[rows])
            for rows in (self.rows(Split.TRAIN), self.rows(Split.VALIDATION))
        )
        return Divided(train=train, validation=validation)

    @cached_property
    def outputs(self) -> Outputs:
        """What the logits mean."""
        return Outputs(
            classes=len(self.dataset.classes), output=self.config.output, several=self.dataset.several
        )

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """How a picture becomes input."""
        return preprocessing_for(spec_of(self.config.backbone), self.config)

    @cached_property
    def model(self) -> Classifier:
        """The network with its new head, on the device."""
        config, spec = self.config, spec_of(self.config.backbone)
        weights = None
        if config.pretrained:
            with self.timed(Stage.WEIGHTS) as told:
                weights = load_weights(spec, self.settings.weights, progress=told, stopped=self.stopped)
        return build_classifier(
            spec,
            weights,
            preprocessing=self.preprocessing,
            classes=self.outputs.classes,
            hidden_units=config.hidden_units,
            dropout=config.dropout,
            seed=config.seed,
            output=config.output,
            several=self.outputs.several,
            pretrained=config.pretrained,
            auxiliary=True,
        ).to(self.device)

    @cached_property
    def pixels(self) -> Rows:
        """The pictures as the network sees them, (N, H, W, 3) bytes."""
        paths = self.workspace.paths
        folder = paths.cache("pixels")
        with self.timed(Stage.PIXELS) as told, refusal_told(folder):
            pictures = LazyPixels(
                self.hashes,
                paths.picture,
                self.preprocessing,
                folder=folder,
                name_of={sample.sha256: sample.path for sample in self.samples}.__getitem__,
                stopped=self.stopped,
            )
            return pictures.of(self.hashes, told)

    @cached_property
    def features(self) -> Rows | npt.NDArray[np.float32]:
        """What the network says of every picture as it is, (N, D), before it learns.

        Where it is going to learn, it never judges test pictures: unless known, their rows are NaN then.
        """
        kept = kept_features(self.hashes, folder=self.workspace.paths.cache("features"), key=self._key())
        if kept is not None:
            return kept
        rows = self.rows(*self.config.passed_as_they_are)
        if len(rows) == len(self.samples):
            return self._features(self._pretrained("fp32"), self.pixels, self.hashes)
        hashes = [self.hashes[row] for row in rows]
        known = self._features(self._pretrained("fp32"), self.pixels.only(rows), hashes)
        every = np.full((len(self.samples), self.model.spec.features), np.nan, dtype=np.float32)
        every[rows] = np.asarray(known)
        return every

    def _pretrained(self, precision: Precision) -> Callable[[], Engine]:
        """Return what gives the network before it learns; it is compiled when it is first asked for."""
        model = self.model
        return cache(lambda: self.compiled(model.backbone, precision))

    def _features(
        self,
        network: Callable[[], Engine],
        pictures: Pictures,
        hashes: Sequence[str],
        view: str = "plain",
        precision: Precision = "fp32",
    ) -> Rows:
        """Return what the pretrained network says of these pictures; ``view`` says how they were varied."""
        folder = self.workspace.paths.cache("features")
        with self.timed(Stage.FEATURES) as told, refusal_told(folder):
            return stored_features(
                network,
                pictures,
                hashes,
                folder=folder,
                key=self._key(view, precision),
                progress=told,
                stopped=self.stopped,
            )

    @cached_property
    def views(self) -> list[npt.NDArray[np.float32]]:
        """Features (N, D) of the pictures as they are and, as often as the settings say, of varied copies.

        Only training pictures are ever varied; the other rows are the same in every view.
        """
        plain, precision = np.asarray(self.features), self.precision_of_views
        network = self._pretrained(precision)  # one for all views
        numbers = range(1, self.config.head_views)
        return [plain, *(self._view(plain, number, network, precision) for number in numbers)]

    def _view(
        self,
        plain: npt.NDArray[np.float32],
        number: int,
        network: Callable[[], Engine],
        precision: Precision,
    ) -> npt.NDArray[np.float32]:
        train, config = self.divided.train.rows, self.config
        varied = _Varied(self.pixels.only(train), [self.hashes[row] for row in train], config, number)
        name = f"{augmentation_key(config)}-{config.seed}-{number}"
        view = plain.copy()
        view[train] = np.asarray(self._features(network, varied, varied.hashes, name, precision))
        return view

    @cached_property
    def precision_of_views(self) -> Precision:
        """The precision in which varied copies for the head are passed."""
        if self.views_precision is not None:
            return self.views_precision
        copies = (self.config.head_views - 1) * len(self.divided.train.rows)
        return self.frozen_precision if copies > TRIED_ON else "fp32"  # of fewer, a trial would not pay

    @cached_property
    def frozen_precision(self) -> Precision:
        """The precision in which the frozen part of the network passes what is learnt from.

        It is "bf16" where the settings allow it, that is faster, and heads fitted on such features are right
        as often.
        """
        if self.config.precision is PrecisionChoice.FP32 or self.faster_precision == "fp32":
            return "fp32"
        count = len(self.divided.train.rows)
        # from all over, since pictures mostly come class by class
        tried = self.divided.train.chosen(np.linspace(0, count - 1, min(count, TRIED_ON)).astype(np.int64))
        rounded = passed(
            self.compiled(self.model.backbone, "bf16"),
            self.pixels.only(tried.rows),
            stopped=self.stopped,
        )
        good = half_is_as_good(
            self.features[tried.rows], rounded, tried.targets, several=self.outputs.several
        )
        return "bf16" if good else "fp32"

    @cached_property
    def faster_precision(self) -> Precision:
        """The precision in which the network, as long as it does not learn, passes pictures faster here."""
        return faster_pass(
            lambda precision: self.compiled(self.model.backbone, precision),
            network=self.model.spec.key,
            image_size=self.config.image_size,
            cache=self.workspace.paths.cache("trials"),
            device=self.device,
        )

    def rows(self, *splits: Split) -> npt.NDArray[np.int64]:
        """Return the positions of the pictures of these splits."""
        return np.array([i for i, s in enumerate(self.samples) if s.split in splits], dtype=np.int64)

    def compiled(self, module: nn.Module, precision: Precision = "fp32") -> Engine:
        """Return the fastest way to run a module that does not learn."""
        return compile_frozen(
            module,
            image_size=self.config.image_size,
            cache=self.workspace.paths.cache("engines"),
            precision=precision,
        )

    def _key(self, view: str = "plain", precision: Precision = "fp32") -> str:
        config, spec = self.config, spec_of(self.config.backbone)
        weights = spec.weights_sha256 if config.pretrained else random_key(spec, seed=config.seed)
        return feature_key(spec.key, weights, self.preprocessing, precision=precision, view=view)


class _Varied:
    """Varied copies (N, H, W, 3) of pictures, made when they are read; always the same for a view."""

    def __init__(self, pixels: Rows, hashes: Sequence[str], config: TrainConfig, view: int) -> None:
        self.hashes = hashes
        self._pixels, self._vary = pixels, seeded_augmenter(config)
        self._seeds = [seed_of(config.seed, view, int(sha256[:15], 16)) for sha256 in hashes]

    def __len__(self) -> int:
        return len(self.hashes)

    def __getitem__(self, rows: npt.NDArray[np.int64], /) -> npt.NDArray[np.uint8]:
        pictures = torch.from_numpy(self._pixels[rows]).permute(0, 3, 1, 2)
        varied = self._vary(pictures, [self._seeds[row] for row in rows.tolist()])
        return np.ascontiguousarray(varied.permute(0, 2, 3, 1).numpy())
