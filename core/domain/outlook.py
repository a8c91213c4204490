"""What can be said about a training before it starts: from features of the frozen backbones alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from core.domain.config import TrainConfig
from core.domain.cost import Costs
from core.domain.forecast import Forecast
from core.domain.report import Interval
from core.domain.safety import KindCheck, ResizeAdvice


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneLook:
    """What one backbone makes of the pictures without any fine-tuning."""

    key: str
    title: str
    accuracy: Interval  # cross-validated, of a new head on frozen features
    pictures_per_second: float  # the frozen network, on this machine
    parameters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The backbone to take, and why, in a sentence."""

    key: str
    reason: str


class Outdated(StrEnum):
    """Why a look ahead does not tell all that one would tell now."""

    MACHINE = "machine"  # another computer or graphics card, or another torch
    BACKBONES = "backbones"  # others are ready than when it looked


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What was found out about one version of the pictures; it grows while it is looked for.

    ``looks`` are those of ready backbones, the best first; ``forecasts`` belong to them by key. ``checks`` is
    None until variations were tried. ``seconds`` is how long all of it took. ``machine`` and ``ready`` are
    empty where an older version has looked: nobody knows then.
    """

    resize: ResizeAdvice
    looks: tuple[BackboneLook, ...] = ()
    forecasts: tuple[tuple[str, Forecast], ...] = ()
    recommendation: Recommendation | None = None
    checks: tuple[KindCheck, ...] | None = None
    costs: Costs | None = None  # of ``costed``
    costed: TrainConfig | None = None  # the settings of the deepest preset, with the recommended backbone
    complete: bool = False
    seconds: float = 0.0
    machine: str = ""  # where the costs were measured
    ready: tuple[str, ...] = ()  # the backbones that were there, by key

    def forecast_of(self, backbone: str) -> Forecast | None:
        """Return what was forecast for a backbone, or None where nothing was."""
        return dict(self.forecasts).get(backbone)

    def outdated(self, *, machine: str, ready: Collection[str]) -> Outdated | None:
        """Return what is another thing on this machine, with these backbones ready; None where nothing is."""
        if self.machine != machine:
            return Outdated.MACHINE
        return Outdated.BACKBONES if set(self.ready) != set(ready) else None

    def on(self, machine: str) -> Outlook:
        """Return what holds on this machine too: pictures are the same everywhere, minutes are not."""
        return self if self.machine == machine else replace(self, costs=None, costed=None, complete=False)

    def costs_for(self, config: TrainConfig) -> Costs | None:
        """Return costs that hold for these settings too; None where they would have to be measured."""
        known = self.costed
        if known is None or not _alike(config, known) or config.fine_tune_blocks > known.fine_tune_blocks:
            return None
        return self.costs


def _alike(config: TrainConfig, known: TrainConfig) -> bool:
    """Whether pictures cost the same with both settings, block by block.

    Where only the head learns, their size does not matter: the doctor has looked at them, and that is kept.
    """
    kept = config.may_keep_activations == known.may_keep_activations
    sized = config.image_size == known.image_size or not config.fine_tune_blocks
    same = ("backbone", "pretrained", "hidden_units", "device", "precision", "optimizer")
    return kept and sized and all(getattr(config, name) == getattr(known, name) for name in same)
