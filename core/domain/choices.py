"""The named choices of a training run's settings."""

from __future__ import annotations

from enum import StrEnum


class Preset(StrEnum):
    """Three ready answers to "how should it learn?"."""

    QUICK = "quick"
    BALANCED = "balanced"
    BEST = "best"


class HeadSolver(StrEnum):
    """How the new head is fitted on stored features."""

    LBFGS = "lbfgs"  # exact, in about a second; one linear layer only
    ADAMW = "adamw"  # step by step, as the backbone is


class Output(StrEnum):
    """How two classes are told apart; more classes always take one output each."""

    SOFTMAX = "softmax"  # one output per class; they compete
    SIGMOID = "sigmoid"  # one output: how much it is the second class


class Unfreezing(StrEnum):
    """When the blocks that are to learn begin to."""

    TOGETHER = "together"
    GRADUAL = "gradual"  # from the top, a few more every epoch or so


class Optimizer(StrEnum):
    """How a step follows from the gradients."""

    ADAMW = "adamw"
    SGD = "sgd"  # with momentum


class Schedule(StrEnum):
    """How the learning rate changes while learning."""

    ONE_CYCLE = "one_cycle"  # rises, then falls to almost nothing; the momentum the other way round
    COSINE = "cosine"  # warm-up, then falls along a cosine
    CONSTANT = "constant"


class Balance(StrEnum):
    """What is done so that rare classes are learnt as well as frequent ones."""

    NONE = "none"
    WEIGHTS = "weights"  # their mistakes count more
    SAMPLING = "sampling"  # their pictures come more often


class Augmentation(StrEnum):
    """How training pictures are varied; validation and test pictures never are."""

    NONE = "none"
    LIGHT = "light"
    STRONG = "strong"
    TRIVIAL = "trivial"  # one change of random kind and strength per picture (TrivialAugment)
    RANDOM = "random"  # two changes of random kind per picture (RandAugment)


class DeviceChoice(StrEnum):
    """Where the network is computed."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


class PrecisionChoice(StrEnum):
    """With how many digits the network is computed while it learns."""

    AUTO = "auto"  # the faster one, found by a trial of a few seconds
    FP32 = "fp32"
    BF16 = "bf16"
