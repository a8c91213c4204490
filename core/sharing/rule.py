"""The rule by which an exported model answers, as the plain numbers that lie beside it (``labels.json``)."""

from __future__ import annotations

from typing import Any

from core.data.pixels import BORDER
from core.evaluation.deciding import cost_matrix, thresholds
from core.sharing.predictor import TrainedModel


def rule_of(model: TrainedModel, *, name: str) -> dict[str, Any]:
    """Return labels, thresholds and the rule for "not sure"; None where something does not apply."""
    rule, look, several = model.decision, model.preprocessing, model.network.several
    remembers = model.memory is not None
    return {
        "model": name,
        "classes": list(model.classes),
        "several": several,
        "thresholds": thresholds(rule.costs, model.classes).tolist() if several else None,
        "least_sure": rule.least_sure,
        "farthest": rule.farthest if remembers else None,
        "most_wrong": rule.most_wrong,
        "promised": rule.promised,
        # rows actual, columns said; None where every mistake costs the same
        "costs": None if several or not rule.costs else cost_matrix(rule.costs, model.classes).tolist(),
        "temperature": rule.temperature,  # inside the file already
        "picture": {
            "size": look.image_size,
            "mode": look.resize_mode.value,
            "interpolation": look.interpolation.value,
            "border": list(BORDER),
        },
    }
