"""Every setting of a training run, each with the words and bounds that forms, checks and docs share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from core.domain.choices import (
    Augmentation,
    Balance,
    DeviceChoice,
    HeadSolver,
    Optimizer,
    Output,
    PrecisionChoice,
    Schedule,
    Unfreezing,
)
from core.domain.dataset import Split
from core.domain.errors import ConfigError
from core.domain.preprocess import ResizeMode
from core.domain.setting import Group, Setting, settings_of

DEFAULT_BACKBONE: Final = "efficientnet_lite0"  # comes along: no download, and the doctor can always look


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """All settings of one training run. Defaults are a sound start; ``check`` tells every problem at once."""

    backbone: Annotated[
        str,
        Setting(
            title="Backbone",
            help="The pretrained network that already knows how pictures look in general.",
            group=Group.BACKBONE,
        ),
    ] = DEFAULT_BACKBONE
    pretrained: Annotated[
        bool,
        Setting(
            title="Start from what it knows",
            help="Off: the network starts from nothing, as if it had never seen a picture. Only with "
            "tens of thousands of pictures of your own is that worth the time.",
            group=Group.BACKBONE,
        ),
    ] = True
    image_size: Annotated[
        int,
        Setting(
            title="Picture size",
            help="Pixels per side that the network sees. Larger shows finer detail and takes longer.",
            group=Group.PICTURES,
            low=64,
            high=512,
            step=32,
        ),
    ] = 224
    resize_mode: Annotated[
        ResizeMode,
        Setting(
            title="Fitting pictures into a square",
            help="Squash keeps everything and changes proportions; pad keeps everything and adds "
            "borders; crop cuts off the longer sides.",
            group=Group.PICTURES,
        ),
    ] = ResizeMode.SQUASH
    hidden_units: Annotated[
        int,
        Setting(
            title="Hidden units in the head",
            help="0 is one plain layer, right for most. 128 to 256 help classes that differ subtly.",
            group=Group.HEAD,
            low=0,
            high=1024,
            step=32,
        ),
    ] = 0
    dropout: Annotated[
        float,
        Setting(
            title="Dropout",
            help="Share of features hidden at random while learning, against learning by heart. It acts in "
            "fine-tuning, and in the head with AdamW; L-BFGS hides none.",
            group=Group.HEAD,
            low=0.0,
            high=0.9,
            step=0.05,
        ),
    ] = 0.2
    head_solver: Annotated[
        HeadSolver,
        Setting(
            title="Fitting the head",
            help="L-BFGS finds the best single layer exactly, in about a second. AdamW goes step by "
            "step; a head with hidden units needs it.",
            group=Group.HEAD,
        ),
    ] = HeadSolver.LBFGS
    head_penalty: Annotated[
        float,
        Setting(
            title="Penalty on the head",
            help="How strongly large weights of the head are held back by L-BFGS. 0 lets "
            "cross-validation choose.",
            group=Group.HEAD,
            low=0.0,
            high=10000.0,
        ),
    ] = 0.0
    head_views: Annotated[
        int,
        Setting(
            title="Views per picture",
            help="On how many varied copies of each training picture the head is fitted. 1 takes the "
            "pictures as they are.",
            group=Group.HEAD,
            low=1,
            high=20,
            step=1,
        ),
    ] = 1
    head_epochs: Annotated[
        int,
        Setting(
            title="Epochs for the new head",
            help="How often AdamW goes through all training pictures while only the new head learns.",
            group=Group.HEAD,
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
            group=Group.HEAD,
            low=1e-06,
            high=0.1,
        ),
    ] = 3e-3
    output: Annotated[
        Output,
        Setting(
            title="Output for two classes",
            help="Softmax has one output per class. Sigmoid has a single one. Both learn the same; "
            "some devices want one of them.",
            group=Group.HEAD,
        ),
    ] = Output.SOFTMAX
    fine_tune_blocks: Annotated[
        int,
        Setting(
            title="Blocks to fine-tune",
            help="How many of the backbone's last blocks go on learning. 0 leaves the backbone as it is.",
            group=Group.FINE_TUNING,
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
            group=Group.FINE_TUNING,
            low=0,
            high=200,
            step=1,
        ),
    ] = 0
    fine_tune_learning_rate: Annotated[
        float,
        Setting(
            title="Learning rate of fine-tuning",
            help="Smaller than the head's: what the backbone knows must be adjusted, not destroyed. "
            "0.0005 suits half of the blocks, 0.0015 only the last two or three.",
            group=Group.FINE_TUNING,
            low=1e-07,
            high=0.1,
        ),
    ] = 5e-4
    layer_decay: Annotated[
        float,
        Setting(
            title="Rate of each lower block",
            help="Each block learns at this share of the rate of the block above it. 1 is the same "
            "rate for all.",
            group=Group.FINE_TUNING,
            low=0.1,
            high=1.0,
            step=0.05,
        ),
    ] = 1.0
    unfreezing: Annotated[
        Unfreezing,
        Setting(
            title="When blocks begin to learn",
            help="All together, or gradually from the top: the lower ones join once those above have "
            "settled.",
            group=Group.FINE_TUNING,
        ),
    ] = Unfreezing.TOGETHER
    unfreeze_step: Annotated[
        int,
        Setting(
            title="Blocks that join at a time",
            help="With gradual unfreezing: how many blocks join at each step, spread evenly over the "
            "first half of the epochs; more where these are too few.",
            group=Group.FINE_TUNING,
            low=1,
            high=20,
            step=1,
        ),
    ] = 1
    boundary_views: Annotated[
        int,
        Setting(
            title="Kept variations",
            help="How many varied copies of each picture are kept as they leave the frozen part, and "
            "taken in turn. 0 computes everything anew each time: slower, a little more "
            "variety.",
            group=Group.FINE_TUNING,
            low=0,
            high=20,
            step=1,
        ),
    ] = 4
    first_size: Annotated[
        float,
        Setting(
            title="Size of the first pictures",
            help="Fine-tuning begins with pictures of this share of their size, and ends with all of it "
            "(progressive resizing). 0.75 saves about a quarter of the time; with less, small details may "
            "never be learnt. 1 is off. Pictures whose variations are kept always have their full size.",
            group=Group.FINE_TUNING,
            low=0.5,
            high=1.0,
            step=0.05,
        ),
    ] = 1.0
    search_minutes: Annotated[
        int,
        Setting(
            title="Minutes for trying several ways",
            help="Before the training, several depths, rates and backbones are tried for some epochs; what "
            "does best on the validation pictures is taken. A network that starts from nothing has no depths "
            "to try. 0 is off.",
            group=Group.FINE_TUNING,
            low=0,
            high=720,
            step=5,
        ),
    ] = 0
    optimizer: Annotated[
        Optimizer,
        Setting(
            title="Optimizer",
            help="AdamW needs little care. SGD with momentum wants a larger rate and more epochs.",
            group=Group.LEARNING,
        ),
    ] = Optimizer.ADAMW
    momentum: Annotated[
        float,
        Setting(
            title="Momentum",
            help="How much of the last steps' direction the next step of SGD keeps.",
            group=Group.LEARNING,
            low=0.0,
            high=0.99,
            step=0.01,
        ),
    ] = 0.9
    schedule: Annotated[
        Schedule,
        Setting(
            title="Course of the learning rate",
            help="One cycle rises and then falls; cosine warms up and then falls; constant stays.",
            group=Group.LEARNING,
        ),
    ] = Schedule.ONE_CYCLE
    warm_up: Annotated[
        float,
        Setting(
            title="Warm-up",
            help="Share of the steps in which the rate rises.",
            group=Group.LEARNING,
            low=0.0,
            high=0.5,
            step=0.05,
        ),
    ] = 0.2
    batch_size: Annotated[
        int,
        Setting(
            title="Batch size",
            help="Pictures looked at before each small step.",
            group=Group.LEARNING,
            low=2,
            high=512,
            step=2,
        ),
    ] = 32
    accumulate: Annotated[
        int,
        Setting(
            title="Batches per step",
            help="How many batches are added up before each step: a large batch for a small memory.",
            group=Group.LEARNING,
            low=1,
            high=64,
            step=1,
        ),
    ] = 1
    clip: Annotated[
        float,
        Setting(
            title="Largest gradient",
            help="Longer gradients are shortened to this length, so that one wild batch cannot undo "
            "an epoch. 0 is off.",
            group=Group.LEARNING,
            low=0.0,
            high=100.0,
        ),
    ] = 1.0
    weight_decay: Annotated[
        float,
        Setting(
            title="Weight decay",
            help="Pulls the weights gently towards zero, against learning by heart. Norms and biases "
            "are left alone. It acts in fine-tuning, and in the head with AdamW; L-BFGS has its penalty.",
            group=Group.GENERALISING,
            low=0.0,
            high=0.5,
        ),
    ] = 0.02
    label_smoothing: Annotated[
        float,
        Setting(
            title="Label smoothing",
            help="Keeps the model from being too sure of itself. It acts in fine-tuning, and in the head "
            "with AdamW; L-BFGS has no use for it.",
            group=Group.GENERALISING,
            low=0.0,
            high=0.3,
            step=0.05,
        ),
    ] = 0.1
    mixup: Annotated[
        float,
        Setting(
            title="Mixup",
            help="Blends pairs of pictures and their classes. 0 is off; 0.2 is usual.",
            group=Group.GENERALISING,
            low=0.0,
            high=2.0,
            step=0.1,
        ),
    ] = 0.0
    cutmix: Annotated[
        float,
        Setting(
            title="Cutmix",
            help="Pastes a piece of one picture into another, and mixes their classes as the areas. "
            "0 is off; 1 is usual.",
            group=Group.GENERALISING,
            low=0.0,
            high=2.0,
            step=0.1,
        ),
    ] = 0.0
    ema_decay: Annotated[
        float,
        Setting(
            title="Averaging of weights",
            help="Keeps a running average of the weights (EMA), which judges more evenly than the "
            "last step's. 0 is off.",
            group=Group.GENERALISING,
            low=0.0,
            high=0.9999,
        ),
    ] = 0.99
    balance: Annotated[
        Balance,
        Setting(
            title="Rare classes",
            help="Leave them, let their mistakes count more (weights), or show their pictures more "
            "often (sampling).",
            group=Group.GENERALISING,
        ),
    ] = Balance.NONE
    augmentation: Annotated[
        Augmentation,
        Setting(
            title="Strength of variations",
            help="Training pictures are slightly cropped, turned and re-lit, so that the model "
            "learns the subject and not the snapshot.",
            group=Group.VARIATIONS,
        ),
    ] = Augmentation.LIGHT
    mirror: Annotated[
        bool,
        Setting(
            title="Mirror left and right",
            help="Only where a mirrored picture still shows the same class: not for letters or arrows.",
            group=Group.VARIATIONS,
        ),
    ] = False
    upside_down: Annotated[
        bool,
        Setting(
            title="Mirror up and down",
            help="For pictures without an up and a down, as from above or under a microscope.",
            group=Group.VARIATIONS,
        ),
    ] = False
    quarter_turns: Annotated[
        bool,
        Setting(
            title="Quarter turns",
            help="Turns by 90, 180 and 270 degrees, for pictures without an up and a down.",
            group=Group.VARIATIONS,
        ),
    ] = False
    vary_crop: Annotated[
        bool,
        Setting(
            title="Crop and scale",
            help="Shows a part of the picture, a little stretched.",
            group=Group.VARIATIONS,
        ),
    ] = True
    vary_rotation: Annotated[
        bool,
        Setting(
            title="Turn a little",
            help="Turns the picture by some degrees.",
            group=Group.VARIATIONS,
        ),
    ] = True
    vary_light: Annotated[
        bool,
        Setting(
            title="Brightness and contrast",
            help="Lights the picture differently.",
            group=Group.VARIATIONS,
        ),
    ] = True
    vary_colour: Annotated[
        bool,
        Setting(
            title="Colour",
            help="Makes colours paler or stronger; never changes which colour it is.",
            group=Group.VARIATIONS,
        ),
    ] = True
    vary_blur: Annotated[
        bool,
        Setting(
            title="Blur",
            help="Softens some of the pictures. Only the stronger variations do.",
            group=Group.VARIATIONS,
        ),
    ] = True
    vary_erase: Annotated[
        bool,
        Setting(
            title="Erase a piece",
            help="Covers a rectangle in some of the pictures. Only the stronger variations do.",
            group=Group.VARIATIONS,
        ),
    ] = True
    patience: Annotated[
        int,
        Setting(
            title="Patience",
            help="Epochs without improvement on the validation pictures before a stage ends early.",
            group=Group.STOPPING,
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
            group=Group.STOPPING,
            low=0,
            high=2147483647,
            step=1,
        ),
    ] = 0
    device: Annotated[
        DeviceChoice,
        Setting(
            title="Computed on",
            help="Automatic takes the graphics processor where there is a usable one.",
            group=Group.MACHINE,
        ),
    ] = DeviceChoice.AUTO
    precision: Annotated[
        PrecisionChoice,
        Setting(
            title="Precision",
            help="Automatic tries for a few seconds which is faster here, and remembers it. Frozen blocks "
            "are only computed in half precision where heads are then right as often, and never with fp32.",
            group=Group.MACHINE,
        ),
    ] = PrecisionChoice.AUTO

    @property
    def varies(self) -> bool:
        """Whether training pictures are varied at all."""
        return (
            self.augmentation is not Augmentation.NONE
            or self.mirror
            or self.upside_down
            or self.quarter_turns
        )

    def problems(self) -> tuple[str, ...]:
        """Return everything that is wrong with these settings, in words; empty when they can work."""
        return (*_out_of_bounds(self), *_contradictions(self))

    @property
    def may_keep_activations(self) -> bool:
        """Whether fine-tuning may learn from what leaves the frozen part, where there is one and room."""
        # mixing blends pictures, not what the frozen part made of them; from nothing, no part is frozen
        return bool(self.boundary_views and self.pretrained and not self.mixup and not self.cutmix)

    @property
    def passed_as_they_are(self) -> tuple[Split, ...]:
        """Splits whose pictures pass the backbone before it learns; one that will learn judges no others."""
        return (Split.TRAIN, Split.VALIDATION) if self.fine_tune_blocks else tuple(Split)

    def check(self) -> None:
        """Raise ConfigError naming every problem at once."""
        if problems := self.problems():
            raise ConfigError(" ".join(problems), hint="Change these settings and start again.")


def _out_of_bounds(config: TrainConfig) -> list[str]:
    problems = []
    for name, setting in settings_of(TrainConfig).items():
        value = getattr(config, name)
        # "not (low <= value)" instead of "value < low": NaN must not pass
        if setting.low is not None and not setting.low <= value:
            problems.append(f"{setting.title} is {value}; the least is {setting.low:g}.")
        if setting.high is not None and not value <= setting.high:
            problems.append(f"{setting.title} is {value}; the most is {setting.high:g}.")
    return problems


def _contradictions(config: TrainConfig) -> list[str]:
    """Return which settings cannot work together, in words."""
    clashes = {
        "Blocks are set to be fine-tuned, but for 0 epochs.": config.fine_tune_blocks
        and not config.fine_tune_epochs,
        "Epochs of fine-tuning are set, but no block is to be fine-tuned.": config.fine_tune_epochs
        and not config.fine_tune_blocks,
        "L-BFGS fits a single layer; hidden units in the head need AdamW.": config.hidden_units
        and config.head_solver is HeadSolver.LBFGS,
        "A network that starts from nothing must learn in blocks too; set blocks to fine-tune.": (
            not config.pretrained and not config.fine_tune_blocks
        ),
        "Several ways can only be tried where blocks are fine-tuned.": config.search_minutes
        and not config.fine_tune_blocks,
        "Several ways can only be tried where the network starts from what it knows.": config.search_minutes
        and not config.pretrained,
        "Several views of each picture need variations, and none are on.": config.head_views > 1
        and not config.varies,
        "SGD without a single step of memory and a rate below 0.0001 would hardly move.": config.optimizer
        is Optimizer.SGD
        and not config.momentum
        and config.fine_tune_blocks
        and config.fine_tune_learning_rate < 1e-4,
    }
    return [words for words, clash in clashes.items() if clash]
