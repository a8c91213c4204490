"""Whether what a model package says can be, before anything in it is believed."""

from __future__ import annotations

import math
from typing import Final

from core.domain.config import TrainConfig
from core.domain.decision import Cost
from core.domain.errors import AppError, PackageError
from core.domain.package import PackageInfo
from core.domain.setting import settings_of
from core.models.shapes import Shapes, weight_shapes
from core.models.zoo import spec_of
from core.settings import Limits

HINT: Final = "Ask for the package again, or make it again with: sightsmith pack RUN"


def refused(why: str) -> PackageError:
    """Return the error for a package that is not taken, with the reason."""
    return PackageError(f"The model package is refused: {why}.", hint=HINT)


def check_info(info: PackageInfo) -> None:
    """Refuse what no training could have made; in particular what would take all memory."""
    if wrong := [name for name, fine in _bounds(info).items() if not fine]:
        raise refused(f"what it says of {', '.join(wrong)} cannot be")


def _bounds(info: PackageInfo) -> dict[str, bool]:
    network, look, rule = info.network, info.preprocessing, info.decision
    classes = info.classes
    costs_known = all(_known(cost, classes, several=network.several) for cost in rule.costs)
    return {
        "its classes": 2 <= len(classes) <= Limits().classes
        and len(set(classes)) == len(classes)
        and all(classes),
        "its hidden units": _within("hidden_units", network.hidden_units),
        "its dropout": _within("dropout", network.dropout),
        "the size of its pictures": 0 < look.image_size <= 2 * _highest("image_size"),
        "the scale of its pictures": all(math.isfinite(mean) for mean in look.mean)
        and all(math.isfinite(one) and one > 0 for one in look.std),
        "its temperature": math.isfinite(rule.temperature) and rule.temperature > 0,
        "what mistakes cost": costs_known and len(rule.costs) <= len(classes) ** 2,
    }


def _known(cost: Cost, classes: tuple[str, ...], *, several: bool) -> bool:
    """Whether a cost is that of a mistake that such a model can make."""
    known = cost.actual in classes, cost.said in classes
    yes_or_no = (known == (True, False) and not cost.said) or (known == (False, True) and not cost.actual)
    return (yes_or_no if several else all(known)) and math.isfinite(cost.cost) and cost.cost >= 0


def _within(name: str, value: float) -> bool:
    setting = settings_of(TrainConfig)[name]
    return float(setting.low or 0) <= value <= _highest(name)


def _highest(name: str) -> float:
    return float(settings_of(TrainConfig)[name].high or 0)


def check_weights(info: PackageInfo, found: Shapes) -> int:
    """Return how long the features are; PackageError where the weights are not those of this network."""
    try:
        spec = spec_of(info.network.backbone)
    except AppError as error:
        raise PackageError(
            f"The package is built on a network that this Sightsmith does not know. {error.message}",
            hint="Install a newer Sightsmith.",
        ) from error
    wanted = weight_shapes(
        spec,
        classes=len(info.classes),
        hidden_units=info.network.hidden_units,
        output=info.network.output,
        several=info.network.several,
    )
    _check_shapes(found, wanted)
    return spec.features


def _check_shapes(found: Shapes, wanted: Shapes) -> None:
    for name in wanted.keys() | found.keys():
        if found.get(name) != wanted.get(name):
            told = {True: "is missing", False: f"has the shape {found.get(name)}"}[name not in found]
            needs = f"it should be {wanted[name]}" if name in wanted else "the network has none of this name"
            raise refused(f"its weights do not fit its network: {name[:80]!r} {told}, and {needs}")
