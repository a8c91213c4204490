"""Settings of a training in words, and which of them two trainings do not share."""

from __future__ import annotations

from enum import StrEnum

from core.domain.comparison import SettingChange
from core.domain.config import TrainConfig
from core.domain.setting import settings_of
from core.models.zoo import SPECS

CHOICES = {  # as the form of all settings calls them
    "squash": "Squash: keep everything",
    "pad": "Pad: add borders",
    "crop": "Crop: cut the longer sides",
    "none": "None",
    "light": "Light",
    "strong": "Strong",
    "trivial": "One random change each (TrivialAugment)",
    "random": "Two random changes each (RandAugment)",
    "lbfgs": "Exactly (L-BFGS)",
    "adamw": "AdamW",
    "sgd": "SGD with momentum",
    "softmax": "One per class (softmax)",
    "sigmoid": "A single one (sigmoid)",
    "together": "All together",
    "gradual": "Gradually from the top",
    "one_cycle": "One cycle",
    "cosine": "Warm-up and cosine",
    "constant": "Constant",
    "weights": "Their mistakes count more",
    "sampling": "Their pictures come more often",
    "fp32": "Full (fp32)",
    "bf16": "Half (bf16)",
    "auto": "Automatic",
    "cpu": "Processor (CPU)",
    "cuda": "Graphics processor (NVIDIA)",
    "mps": "Graphics processor (Apple)",
}
_BACKBONES = {spec.key: spec.title for spec in SPECS}


def changed_settings(before: TrainConfig, after: TrainConfig) -> tuple[SettingChange, ...]:
    """Return the settings that differ, in the order of the form, with both values in words.

    For how long several ways were tried before is none of them: a run's settings are those that it chose.
    """
    pairs = (
        (setting.title, getattr(before, name), getattr(after, name))
        for name, setting in settings_of(TrainConfig).items()
        if name != "search_minutes"
    )
    return tuple(
        SettingChange(title=title, before=in_words(old), after=in_words(new))
        for title, old, new in pairs
        if old != new
    )


def in_words(value: object) -> str:
    """Return a setting's value as a person reads it; keys of backbones become their names."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, StrEnum):
        return CHOICES.get(value.value, value.value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    return _BACKBONES.get(str(value), str(value))
