"""The doctor's eyes: features of every picture from the bundled backbone, computed once and kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.data.pixels import LazyPixels, content_name
from core.data.rows import Rows
from core.domain.config import DEFAULT_BACKBONE, TrainConfig
from core.domain.errors import AppError
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.domain.run import Run
from core.models.engine import Engine, frozen_backbone, prepare_backbone
from core.models.preprocessing import preprocessing_for
from core.models.weights import load_weights, readiness
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.features import feature_key, kept_features, stored_features

log = logging.getLogger(__name__)

BACKBONE = DEFAULT_BACKBONE

Features = Rows


def stored_look(workspace: Workspace, hashes: Sequence[str]) -> Rows | None:
    """Return the features (N, D) of these pictures if they have been computed before, else None."""
    return kept_features(hashes, folder=workspace.paths.cache("features"), key=_key()) if hashes else None


def look(
    workspace: Workspace,
    settings: Settings,
    hashes: Sequence[str],
    *,
    progress: Callable[[int, int], None],
    stopped: Callable[[], bool],
) -> Rows | None:
    """Return the features (N, D) float32 of these pictures, or None where the backbone cannot be used.

    Raises Cancelled.
    """
    if not hashes:
        return None
    eyes = Eyes(workspace, settings, *_how())
    try:
        return eyes.features(hashes, progress=progress, stopped=stopped)
    except (AppError, OSError) as problem:
        log.warning("the doctor goes on without features: %s", problem)
        return None


def prepare_eyes(workspace: Workspace, settings: Settings) -> None:
    """Prepare the doctor's network, once per machine: the first pictures then need not wait for it."""
    spec, preprocessing = _how()
    prepare_backbone(
        spec, preprocessing, cache=workspace.paths.cache("engines"), weights_folder=settings.weights
    )


@dataclass(frozen=True, slots=True)
class Eyes:
    """One frozen backbone on the processor, with everything that it has looked at before."""

    workspace: Workspace
    settings: Settings
    spec: ModelSpec
    preprocessing: Preprocessing
    name_of: Callable[[str], str] = content_name  # by content hash, for a picture that cannot be read

    def features(
        self,
        hashes: Sequence[str],
        *,
        progress: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> Rows:
        """Return the features (N, D) float32 of these pictures.

        Only pictures that no import, change or training has looked at yet are decoded and looked at, batch
        by batch, so that memory stays flat however many there are. Raises Cancelled, AppError or OSError.
        """
        return stored_features(
            self.engine,
            self.pixels(hashes, stopped=stopped),
            hashes,
            folder=self.workspace.paths.cache("features"),
            key=feature_key(self.spec.key, self.spec.weights_sha256, self.preprocessing),
            progress=progress,
            stopped=stopped,
        )

    def pixels(self, hashes: Sequence[str], *, stopped: Callable[[], bool]) -> LazyPixels:
        """Return the pictures as the network sees them, decoded when they are read."""
        paths = self.workspace.paths
        return LazyPixels(
            hashes,
            paths.picture,
            self.preprocessing,
            folder=paths.cache("pixels"),
            name_of=self.name_of,
            stopped=stopped,
        )

    def engine(self) -> Engine:
        """Return the network, ready to look."""
        return frozen_backbone(
            self.spec,
            self.preprocessing,
            weights=lambda: load_weights(self.spec, self.settings.weights),
            cache=self.workspace.paths.cache("engines"),
            weights_folder=self.settings.weights,
        )


def look_of(run: Run, settings: Settings) -> tuple[ModelSpec, Preprocessing]:
    """Return the pretrained network that a run began with, and how it sees pictures.

    One that cannot be used, or that knew nothing yet, is replaced by the bundled one.
    """
    config = run.config
    try:
        spec = spec_of(config.backbone)
        if config.pretrained and readiness(spec, settings.weights).ready:
            return spec, preprocessing_for(spec, config)
    except AppError as problem:
        log.info("%s looks at the pictures of run %s: %s", BACKBONE, run.id, problem)
    return _how()


def _how() -> tuple[ModelSpec, Preprocessing]:
    """Return what the doctor looks with; a training with the same finds its features, and the other way."""
    spec = spec_of(BACKBONE)
    return spec, preprocessing_for(spec, TrainConfig(image_size=spec.image_size))


def _key() -> str:
    spec, preprocessing = _how()
    return feature_key(spec.key, spec.weights_sha256, preprocessing)
