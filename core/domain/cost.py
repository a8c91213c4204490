"""What training costs in seconds and bytes: measured, counted, and told before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.dataset import Split
from core.domain.decision import MOST_REMEMBERED
from core.domain.run import StageSeconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What it costs when so many of the last blocks learn: seconds and bytes, per picture if not said."""

    blocks: int
    train: float  # a step forward and backward, from where batches begin: pixels, or the freeze boundary
    judge: float  # the same way forward only, as validation does
    lower: float = 0.0  # the frozen part below the boundary; 0 where batches are pixels
    save: float = 0.0  # seconds of one checkpoint
    learning_bytes: int = 0  # of all weights that learn, the head's too
    saved_bytes: int = 0  # what a step keeps for its way back
    kept_bytes: int = 0  # an activation at the boundary on disk; 0 where batches are pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCost:
    """What fitting the head costs, in seconds: exactly, per step of L-BFGS, or by AdamW, per picture."""

    exact_step: float = 0.0  # of five fits side by side, however many rows they have
    exact_row: float = 0.0  # beside that, for each row
    train: float = 0.0
    judge: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What kinds of work cost on one machine, with one backbone, picture size and plan.

    Seconds are per picture unless said otherwise. ``depths`` run from few learning blocks to those of the
    plan; none where only the head learns.
    """

    build: float = 0.0  # seconds from the file of weights to the network
    decode: float = 0.0
    prepare: float  # seconds until a network that was never prepared can run frozen
    take_up: float  # seconds for one that was prepared before
    cut: float  # seconds to find the freeze boundary; 0 where nobody looks for it
    lower_share: float  # of ``prepare``, that the part below the boundary takes
    vary: float
    frozen: float
    frozen_half: float  # in half precision, as varied copies are passed; as ``frozen`` where there is none
    keeps_activations: bool  # whether batches come from the freeze boundary
    head: HeadCost
    depths: tuple[Depth, ...]
    features: int  # length of the pooled features
    weights_bytes: int
    widest_bytes: int  # the largest answer of a layer to a picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is to do: pictures, and what is not in the caches yet."""

    train: int
    validation: int
    test: int
    classes: int
    pixels_missing: int = 0  # pictures that are still to be decoded
    features_missing: int = 0  # pictures that the frozen network has not seen
    views_missing: int = 0  # varied copies for the head that it has not seen, over all views
    backbone_prepared: bool = True
    lower_prepared: bool = True
    precision_known: bool = True  # else fine-tuning begins with a trial of both

    @property
    def pictures(self) -> int:
        """All pictures that take part."""
        return self.of(*Split)

    def of(self, *splits: Split) -> int:
        """Return how many pictures these splits have."""
        have = {Split.TRAIN: self.train, Split.VALIDATION: self.validation, Split.TEST: self.test}
        return sum(have[split] for split in splits)

    @property
    def asked(self) -> int:
        """Pictures of which the final network is asked: those that are judged, and those it remembers."""
        return self.validation + self.test + min(self.train, MOST_REMEMBERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run will take. Bytes are what it needs beside what the app holds and the disk has already."""

    stages: tuple[StageSeconds, ...]  # in the order in which they come; nothing to do is left out
    seconds: float  # likely, if every epoch is gone through
    low: float
    high: float
    at_most: bool  # whether a stage may end early because nothing improves: then ``low`` allows for it
    memory_bytes: int  # at the fullest moment
    disk_bytes: int  # likewise; part of it is given back at the end
