"""From a preset to full settings, looking at the pictures and the backbone."""

from __future__ import annotations

import statistics
from dataclasses import replace

from core.domain.choices import Augmentation, Balance, Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Split
from core.domain.errors import DatasetError
from core.domain.model import ModelSpec

LEAST_PER_CLASS = 3  # one picture each to learn from, choose with and judge on
SIZE_STEP = 32  # networks halve the picture five times
LEAST_QUICK_SIZE = 160  # below, features of small pictures lose more accuracy than the time is worth
IMBALANCE = 3.0  # largest class : smallest, from which rare classes get more weight
FINE_TUNE_STEPS = {Preset.BALANCED: 90, Preset.BEST: 400}  # batches of learning, about
FINE_TUNE_SHARE = {Preset.BALANCED: 0.45, Preset.BEST: 2 / 3}  # of the backbone's blocks, from the top
FINE_TUNE_EPOCHS = {Preset.BALANCED: (4, 8), Preset.BEST: (8, 15)}  # fewest and most


def plan(preset: Preset, dataset: Dataset, spec: ModelSpec, *, seed: int = 0) -> TrainConfig:
    """Return the settings a preset means for these pictures and this backbone."""
    common = TrainConfig(
        backbone=spec.key,
        image_size=spec.image_size,
        balance=Balance.WEIGHTS if _unbalanced(dataset) else Balance.NONE,
        seed=seed,
    )
    if preset == Preset.QUICK:
        return replace(common, image_size=_quick_size(dataset, spec), augmentation=Augmentation.NONE)
    batches = max(1, len(dataset.used(Split.TRAIN)) // common.batch_size)
    fewest, most = FINE_TUNE_EPOCHS[preset]
    epochs = min(most, max(fewest, round(FINE_TUNE_STEPS[preset] / batches)))
    return replace(
        common,
        fine_tune_blocks=max(1, round(len(spec.blocks) * FINE_TUNE_SHARE[preset])),
        fine_tune_epochs=epochs,
        augmentation=Augmentation.LIGHT,
    )


def why_not_trainable(dataset: Dataset | None) -> str | None:
    """Return in words why these pictures cannot be trained on, or None when they can."""
    if dataset is None or not dataset.used():
        return "There are no pictures yet."
    if len(dataset.classes) < 2:
        return f"There is only one class ({dataset.classes[0]}); telling apart needs at least two."
    counts = dataset.counts()
    short = [name for name, by_split in counts.items() if not by_split[Split.TRAIN]]
    if short:
        return f"No picture to learn from in: {', '.join(short)}. Add pictures or leave the class out."
    if not dataset.used(Split.VALIDATION):
        return (
            f"There are too few pictures to keep some aside for checking; "
            f"each class needs at least {LEAST_PER_CLASS}."
        )
    return None


def require_trainable(dataset: Dataset | None) -> Dataset:
    """Return the dataset if it can be trained on; raise DatasetError with the reason otherwise."""
    reason = why_not_trainable(dataset)
    if dataset is None or reason is not None:
        raise DatasetError(reason or "There are no pictures yet.", hint="Add pictures on the Pictures page.")
    return dataset


def plan_in_words(config: TrainConfig, spec: ModelSpec) -> str:
    """Return what the settings will do, as a person would say it."""
    sentences = [
        f"Uses {spec.title} as the backbone and looks at pictures of {config.image_size} by "
        f"{config.image_size} pixels.",
        f"Trains a new last layer for up to {config.head_epochs} epochs on features that are computed once.",
    ]
    if config.fine_tune_blocks:
        total = len(spec.blocks)
        part = f"the last {config.fine_tune_blocks} of {total} blocks"
        ratio = config.head_learning_rate / config.fine_tune_learning_rate
        sentences.append(
            f"Then fine-tunes {'all blocks' if config.fine_tune_blocks >= total else part} for up to "
            f"{config.fine_tune_epochs} epochs at {_rate_in_words(ratio)}."
        )
    else:
        sentences.append("The backbone itself stays as it is.")
    sentences.append(
        f"Stops early when {config.patience} epochs bring no improvement on the validation pictures, and "
        "keeps the best."
    )
    if config.balance is Balance.WEIGHTS:
        sentences.append("Mistakes on rare classes count more.")
    return " ".join(sentences)


def _rate_in_words(ratio: float) -> str:
    if ratio >= 1.5:
        return f"1/{ratio:.0f} of the learning rate"
    return "the same learning rate" if ratio > 0.67 else "a higher learning rate"


def _unbalanced(dataset: Dataset) -> bool:
    sizes = [by_split[Split.TRAIN] for by_split in dataset.counts().values()]
    return min(sizes, default=0) * IMBALANCE < max(sizes, default=0)


def _quick_size(dataset: Dataset, spec: ModelSpec) -> int:
    """Return the smallest size that still shows twice the detail of a typical picture."""
    sides = [max(s.width, s.height) for s in dataset.used()]
    wanted = 2 * statistics.median(sides) if sides else spec.image_size
    stepped = -(-int(wanted) // SIZE_STEP) * SIZE_STEP
    return min(spec.image_size, max(LEAST_QUICK_SIZE, stepped))
