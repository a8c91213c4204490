"""Every setting of a training run, each with the words and bounds that forms, checks and docs share."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, get_type_hints

from core.domain.errors import ConfigError
from core.domain.preprocess import ResizeMode


class Preset(StrEnum):
    """Three ready answers to "how should it learn?"."""

    QUICK = "quick"
    BALANCED = "balanced"
    BEST = "best"


class Augmentation(StrEnum):
    """How strongly training pictures are varied; validation and test pictures never are."""

    NONE = "none"
    LIGHT = "light"
    STRONG = "strong"


class DeviceChoice(StrEnum):
    """Where the network is computed."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Title, plain help and bounds (both included) of one setting."""

    title: str
    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """All settings of one training run. Defaults are a sound start; ``check`` tells every problem at once."""

    backbone: Annotated[
        str,
        Setting(
            title="Backbone",
            help="The pretrained network that already knows how pictures look in general.",
        ),
    ] = "efficientnet_lite0"
    image_size: Annotated[
        int,
        Setting(
            title="Picture size",
            help="Pixels per side that the network sees. Larger shows finer detail and takes longer.",
            low=64,
            high=512,
            step=32,
        ),
    ] = 224
    resize_mode: Annotated[
        ResizeMode,
        Setting(
            title="Fitting pictures into a square",
            help="Squash keeps everything and changes proportions; pad keeps everything and adds borders; "
            "crop cuts off the longer sides.",
        ),
    ] = ResizeMode.SQUASH
    hidden_units: Annotated[
        int,
        Setting(
            title="Hidden units in the head",
            help="0 is one plain layer, right for most. 128 to 256 help classes that differ subtly.",
            low=0,
            high=1024,
            step=32,
        ),
    ] = 0
    dropout: Annotated[
        float,
        Setting(
            title="Dropout",
            help="Share of features hidden at random while learning, against learning by heart.",
            low=0.0,
            high=0.9,
            step=0.05,
        ),
    ] = 0.2
    head_epochs: Annotated[
        int,
        Setting(
            title="Epochs for the new head",
            help="How often all training pictures are gone through while only the new last layer learns.",
            low=1,
            high=200,
            step=1,
        ),
    ] = 40
    head_learning_rate: Annotated[
        float,
        Setting(
            title="Learning rate of the head",
            help="How large the steps are. Too large forgets, too small never arrives.",
            low=1e-6,
            high=1e-1,
        ),
    ] = 3e-3
    fine_tune_blocks: Annotated[
        int,
        Setting(
            title="Blocks to fine-tune",
            help="How many of the backbone's last blocks go on learning. 0 leaves the backbone as it is.",
            low=0,
            high=20,
            step=1,
        ),
    ] = 0
    fine_tune_epochs: Annotated[
        int,
        Setting(
            title="Epochs of fine-tuning",
            help="How often all training pictures are gone through while the last blocks learn too.",
            low=0,
            high=200,
            step=1,
        ),
    ] = 0
    fine_tune_learning_rate: Annotated[
        float,
        Setting(
            title="Learning rate of fine-tuning",
            help="Smaller than the head's: what the backbone knows must be adjusted, not destroyed.",
            low=1e-7,
            high=1e-2,
        ),
    ] = 5e-4
    batch_size: Annotated[
        int,
        Setting(
            title="Batch size", help="Pictures looked at before each small step.", low=2, high=512, step=2
        ),
    ] = 32
    weight_decay: Annotated[
        float,
        Setting(
            title="Weight decay",
            help="Pulls the weights gently towards zero, against learning by heart.",
            low=0.0,
            high=0.5,
        ),
    ] = 0.02
    label_smoothing: Annotated[
        float,
        Setting(
            title="Label smoothing",
            help="Keeps the model from being too sure of itself.",
            low=0.0,
            high=0.3,
            step=0.05,
        ),
    ] = 0.1
    augmentation: Annotated[
        Augmentation,
        Setting(
            title="Variations (augmentation)",
            help="Training pictures are slightly cropped, turned and re-lit, so that the model learns the "
            "subject and not the snapshot.",
        ),
    ] = Augmentation.LIGHT
    mirror: Annotated[
        bool,
        Setting(
            title="Mirror left and right",
            help="Only where a mirrored picture still shows the same class: not for letters or arrows.",
        ),
    ] = False
    class_weights: Annotated[
        bool,
        Setting(
            title="Give rare classes more weight",
            help="Mistakes on classes with few pictures count more while learning.",
        ),
    ] = False
    patience: Annotated[
        int,
        Setting(
            title="Patience",
            help="Epochs without improvement on the validation pictures before a stage ends early.",
            low=1,
            high=50,
            step=1,
        ),
    ] = 5
    seed: Annotated[
        int,
        Setting(
            title="Seed",
            help="Same seed, same pictures, same machine: same result.",
            low=0,
            high=2**31 - 1,
            step=1,
        ),
    ] = 0
    device: Annotated[
        DeviceChoice,
        Setting(
            title="Computed on", help="Automatic takes the graphics processor where there is a usable one."
        ),
    ] = DeviceChoice.AUTO

    def problems(self) -> tuple[str, ...]:
        """Return everything that is wrong with these settings, in words; empty when they can work."""
        return (*_out_of_bounds(self), *_contradictions(self))

    def check(self) -> None:
        """Raise ConfigError naming every problem at once."""
        if problems := self.problems():
            raise ConfigError(" ".join(problems), hint="Change these settings and start again.")


def settings_of(config_type: type[TrainConfig] = TrainConfig) -> dict[str, Setting]:
    """Return the Setting of every field, in the order of the form."""
    hints = get_type_hints(config_type, include_extras=True)
    return {
        field.name: next(m for m in hints[field.name].__metadata__ if isinstance(m, Setting))
        for field in dataclasses.fields(config_type)
    }


def _out_of_bounds(config: TrainConfig) -> list[str]:
    problems = []
    for name, setting in settings_of().items():
        value = getattr(config, name)
        # "not (low <= value)" instead of "value < low": NaN must not pass
        if setting.low is not None and not setting.low <= value:
            problems.append(f"{setting.title} is {value}; the least is {setting.low:g}.")
        if setting.high is not None and not value <= setting.high:
            problems.append(f"{setting.title} is {value}; the most is {setting.high:g}.")
    return problems


def _contradictions(config: TrainConfig) -> list[str]:
    problems = []
    if config.fine_tune_blocks and not config.fine_tune_epochs:
        problems.append("Blocks are set to be fine-tuned, but for 0 epochs.")
    if config.fine_tune_epochs and not config.fine_tune_blocks:
        problems.append("Epochs of fine-tuning are set, but no block is to be fine-tuned.")
    return problems
