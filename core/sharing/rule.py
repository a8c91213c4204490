"""The rule by which an exported model answers, as the plain numbers that lie beside it (``labels.json``)."""

from __future__ import annotations

from typing import Any

from core.data.pixels import BORDER
from core.domain.report import THRESHOLD
from core.evaluation.deciding import cost_matrix
from core.sharing.predictor import TrainedModel


def rule_of(model: TrainedModel, *, name: str) -> dict[str, Any]:
    """Return labels, thresholds and the rule for "not sure"; None where a threshold does not apply."""
    rule, look = model.decision, model.preprocessing
    remembers = model.memory is not None
    return {
        "model": name,
        "classes": list(model.classes),
        "several": model.network.several,
        "threshold": THRESHOLD if model.network.several else None,
        "least_sure": rule.least_sure,
        "farthest": rule.farthest if remembers else None,
        "most_wrong": rule.most_wrong,
        "promised": rule.promised,
        "costs": cost_matrix(rule.costs, model.classes).tolist(),  # rows actual, columns said
        "temperature": rule.temperature,  # inside the file already
        "picture": {
            "size": look.image_size,
            "mode": look.resize_mode.value,
            "interpolation": look.interpolation.value,
            "border": list(BORDER),
        },
    }
