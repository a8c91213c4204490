"""How pictures reach a network, from the settings and from what the network was pretrained on."""

from __future__ import annotations

from core.domain.config import TrainConfig
from core.domain.errors import ConfigError
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing


def preprocessing_for(spec: ModelSpec, config: TrainConfig) -> Preprocessing:
    """Return how pictures reach this network; ConfigError when they would be too small for it."""
    if config.image_size < spec.smallest_image:
        raise ConfigError(
            f"{spec.title} needs pictures of at least {spec.smallest_image} pixels, not {config.image_size}.",
            hint=f"Choose a larger picture size; it was made for {spec.image_size}.",
        )
    return Preprocessing(
        image_size=config.image_size,
        resize_mode=config.resize_mode,
        interpolation=spec.interpolation,
        mean=spec.mean,
        std=spec.std,
    )
