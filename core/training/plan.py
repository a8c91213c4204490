"""From a preset to full settings, looking at the pictures and the backbone."""

from __future__ import annotations

from dataclasses import replace

from core.domain.choices import Augmentation, Balance, HeadSolver, Preset, Unfreezing
from core.domain.config import TrainConfig
from core.domain.cost import Costs, Counts
from core.domain.dataset import Dataset, Split
from core.domain.errors import DatasetError
from core.domain.model import ModelSpec
from core.domain.outlook import Outlook
from core.domain.preprocess import ResizeMode
from core.domain.safety import safe_settings, with_mirror
from core.training.cost import estimate, fit_to
from core.training.resizing import sides

LEAST_PER_CLASS = 3  # one picture each to learn from, choose with and judge on
SEARCH_SHARE = 0.8  # of the time left over
LEAST_SEARCH, MOST_SEARCH = 2, 720  # minutes
IMBALANCE = 3.0  # largest class : smallest, from which rare classes get more weight
FINE_TUNE_STEPS = {Preset.BALANCED: 90, Preset.BEST: 400}  # batches of learning, about
FINE_TUNE_SHARE = {Preset.BALANCED: 0.45, Preset.BEST: 2 / 3}  # of the backbone's blocks, from the top
# Digits of 64 px, Balanced, 269 test pictures: 0.970 at 128 px in half the time of 224 px, where it is 0.974.
MOST_BLOWN_UP = 2
SIZE_STEP, LEAST_SIZE = 32, 64  # pixels
LEAST_BATCH, LEAST_STEPS = 4, 8
NEARLY_RIGHT = 0.985  # accuracy of a head alone, from which more learning can destroy more than it mends
GENTLE = 0.5  # of the learning rate
FINE_TUNE_EPOCHS = {Preset.BALANCED: (4, 8), Preset.BEST: (8, 15)}  # fewest and most


def plan(
    preset: Preset, dataset: Dataset, spec: ModelSpec, *, outlook: Outlook | None = None, seed: int = 0
) -> TrainConfig:
    """Return the settings a preset means for these pictures and this backbone.

    By an ``outlook``, pictures become squares in the way that suits their shapes, variations that harm are
    off, and mirroring is on where it surely does not. Small pictures are not blown up more than twice, and
    where the forecast leaves hardly a mistake to mend, fine-tuning is gentle.
    """
    common = TrainConfig(
        backbone=spec.key,
        image_size=spec.image_size,
        resize_mode=outlook.resize.mode if outlook else ResizeMode.SQUASH,
        balance=Balance.WEIGHTS if _unbalanced(dataset) else Balance.NONE,
        batch_size=_batch_size(len(dataset.used(Split.TRAIN))),
        seed=seed,
    )
    if preset == Preset.QUICK:
        # at the size at which the pictures were looked at when they came: nothing is left to compute
        return replace(common, augmentation=Augmentation.NONE)
    batches = max(1, len(dataset.used(Split.TRAIN)) // common.batch_size)
    fewest, most = FINE_TUNE_EPOCHS[preset]
    epochs = min(most, max(fewest, round(FINE_TUNE_STEPS[preset] / batches)))
    nearly_right = _nearly_right(outlook, spec)
    tuned = replace(
        common,
        image_size=_fitting_size(dataset, spec),
        fine_tune_blocks=max(1, round(len(spec.blocks) * FINE_TUNE_SHARE[preset])),
        fine_tune_epochs=fewest if nearly_right else epochs,
        fine_tune_learning_rate=common.fine_tune_learning_rate * (GENTLE if nearly_right else 1.0),
        augmentation=Augmentation.LIGHT,
    )
    checks = (outlook.checks if outlook else None) or ()
    return with_mirror(safe_settings(tuned, checks), checks)


def _batch_size(pictures: int) -> int:
    """Return how many pictures make a step, so that an epoch has eight steps at least."""
    batch = TrainConfig().batch_size
    while batch > LEAST_BATCH and pictures < LEAST_STEPS * batch:
        batch //= 2
    return batch


def _fitting_size(dataset: Dataset, spec: ModelSpec) -> int:
    """Return the backbone's own picture size, or a smaller one where the pictures are smaller by half."""
    sides = sorted(max(sample.width, sample.height) for sample in dataset.used(Split.TRAIN))
    usual = sides[len(sides) // 2] if sides else spec.image_size
    enough = -(-MOST_BLOWN_UP * usual // SIZE_STEP) * SIZE_STEP
    return int(min(spec.image_size, max(LEAST_SIZE, enough)))


def _nearly_right(outlook: Outlook | None, spec: ModelSpec) -> bool:
    """Return whether a head alone is forecast to be right so often that there is little left to gain."""
    forecast = outlook.forecast_of(spec.key) if outlook else None
    return forecast is not None and forecast.accuracy is not None and forecast.accuracy.value >= NEARLY_RIGHT


def within(
    seconds: float, config: TrainConfig, costs: Costs, counts: Counts, *, search: bool
) -> TrainConfig | None:
    """Return the settings so that a run ends within ``seconds``, or None where no run can.

    What takes too long is made shorter; with ``search``, most of what is left over goes to trying several
    ways.
    """
    fitting = fit_to(seconds, config, costs, counts)
    if fitting != config or not search or not config.fine_tune_blocks or not config.pretrained:
        return fitting
    spare = int((seconds - estimate(costs, config, counts).seconds) * SEARCH_SHARE / 60)
    return replace(config, search_minutes=min(spare, MOST_SEARCH)) if spare >= LEAST_SEARCH else config


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
        _head_in_words(config),
    ]
    if not config.pretrained:
        sentences.append(
            "Forgets what the backbone knows: learning from nothing takes tens of thousands of pictures."
        )
    if config.fine_tune_blocks:
        total = len(spec.blocks)
        part = f"the last {config.fine_tune_blocks} of {total} blocks"
        everything = config.fine_tune_blocks >= total or not config.pretrained
        gradually = ", a few more at a time from the top," if config.unfreezing is Unfreezing.GRADUAL else ""
        sentences.append(
            f"Then fine-tunes {'all blocks' if everything else part}{gradually} for up to "
            f"{config.fine_tune_epochs} epochs at a learning rate of {config.fine_tune_learning_rate:g}."
        )
        first = sides(config)[:1]
        if first and first[0] < config.image_size and (everything or not config.may_keep_activations):
            sentences.append(
                f"The first pictures are smaller, {first[0]} pixels, and grow to their full size."
            )
    else:
        sentences.append("The backbone itself stays as it is.")
    if config.search_minutes:
        sentences.append(
            f"Before that, tries other depths, rates and backbones for up to {config.search_minutes} "
            "minutes, and goes on with the best."
        )
    sentences.append(
        f"Stops early when {config.patience} epochs bring no improvement on the validation pictures, and "
        "keeps the best."
    )
    if config.balance is Balance.WEIGHTS:
        sentences.append("Mistakes on rare classes count more.")
    if config.balance is Balance.SAMPLING:
        sentences.append("Pictures of rare classes are shown more often.")
    return " ".join(sentences)


def _head_in_words(config: TrainConfig) -> str:
    views = f" of {config.head_views} views of each picture" if config.head_views > 1 else ""
    if config.head_solver is HeadSolver.LBFGS:
        return f"Fits a new last layer exactly, on features{views} that are computed once."
    return (
        f"Trains a new head for up to {config.head_epochs} epochs on features{views} that are computed once."
    )


def _unbalanced(dataset: Dataset) -> bool:
    sizes = [by_split[Split.TRAIN] for by_split in dataset.counts().values()]
    return min(sizes, default=0) * IMBALANCE < max(sizes, default=0)
