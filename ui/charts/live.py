"""Learning curves as ECharts options: the one kind of chart that changes smoothly while it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from core.domain.run import EpochRow, Stage
from ui.theme import GREY

MOST_POINTS = 500
_STAGES = {Stage.HEAD: "new head", Stage.FINE_TUNE: "fine-tuning"}


def loss_curves(history: Sequence[EpochRow], *, best_epoch: int | None) -> dict[str, Any]:
    """Return the loss on training and validation pictures over the epochs."""
    rows = thinned(history)
    frame = pd.DataFrame(
        {
            "Epoch": [row.epoch for row in rows],
            "Training": [row.train_loss for row in rows],
            "Validation": [row.val_loss for row in rows],
        }
    )
    return _curves(frame, rows, best_epoch=best_epoch, unit="", digits="%.3f", rising=False)


def accuracy_curves(history: Sequence[EpochRow], *, best_epoch: int | None) -> dict[str, Any]:
    """Return the share of right answers, in per cent, on training and validation pictures over the epochs."""
    rows = thinned(history)
    frame = pd.DataFrame(
        {
            "Epoch": [row.epoch for row in rows],
            "Training": [row.train_accuracy * 100 for row in rows],
            "Validation": [row.val_accuracy * 100 for row in rows],
        }
    )
    return _curves(frame, rows, best_epoch=best_epoch, unit=" %", digits="%.1f %%", rising=True)


def thinned(history: Sequence[EpochRow]) -> Sequence[EpochRow]:
    """Return at most 500 epochs, evenly chosen, the last one among them."""
    if len(history) <= MOST_POINTS:
        return history
    step = (len(history) - 1) / (MOST_POINTS - 1)
    return [history[round(i * step)] for i in range(MOST_POINTS)]


def _curves(
    frame: pd.DataFrame,
    rows: Sequence[EpochRow],
    *,
    best_epoch: int | None,
    unit: str,
    digits: str,
    rising: bool,
) -> dict[str, Any]:
    training = _series("Training", dashed=False)
    validation = _series("Validation", dashed=True)
    training["markArea"] = _stage_areas(rows)
    best = frame[frame["Epoch"] == best_epoch]
    if not best.empty:
        validation["markPoint"] = _best_point(
            int(best["Epoch"].iloc[0]),
            float(best["Validation"].iloc[0]),
            _free_side(best_epoch, rows, rising),
        )
    return {
        "dataset": {"source": frame},
        "legend": {"top": 0, "left": 0, "itemWidth": 34},
        "grid": {"left": 8, "right": 44, "top": 58, "bottom": 30, "containLabel": True},
        "tooltip": {"trigger": "axis", "valueFormatter": digits},
        "xAxis": {
            "type": "value",
            "name": "epoch",
            "nameLocation": "middle",
            "nameGap": 26,
            "min": 1,
            "max": max(2, rows[-1].epoch),
            "minInterval": 1,
            "splitLine": {"show": False},
        },
        "yAxis": {"type": "value", "scale": True, "axisLabel": {"formatter": f"{{value}}{unit}"}},
        "series": [training, validation],
        "animation": False,  # epochs may come faster than a line can move: it would never be right
    }


def _series(name: str, *, dashed: bool) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "encode": {"x": "Epoch", "y": name, "tooltip": [name]},
        "symbol": "diamond" if dashed else "circle",
        "symbolSize": 8 if dashed else 6,
        "lineStyle": {"width": 2.5, "type": "dashed" if dashed else "solid"},
    }


def _free_side(epoch: int | None, rows: Sequence[EpochRow], rising: bool) -> str:
    """Return where the curve leaves room for a label: beside the first epoch stand the axis and its stage."""
    if epoch == rows[0].epoch:
        return "right"
    return "bottom" if rising else "top"


def _best_point(epoch: int, value: float, side: str) -> dict[str, Any]:
    return {
        "silent": True,
        "symbol": "circle",
        "symbolSize": 16,
        "itemStyle": {"color": "transparent", "borderColor": GREY, "borderWidth": 2},
        "label": {
            "formatter": f"best: epoch {epoch}",
            "position": side,
            "color": GREY,
            "distance": 8,
        },
        "data": [{"coord": [epoch, value]}],
    }


def _stage_areas(rows: Sequence[EpochRow]) -> dict[str, Any]:
    """Return one band per stage, every other one shaded."""
    bands = []
    for index, (stage, group) in enumerate(groupby(rows, key=lambda row: row.stage)):
        epochs = [row.epoch for row in group]
        start = {
            "name": _STAGES.get(stage, str(stage)),
            "xAxis": max(1, epochs[0] - 0.5 * bool(index)),
            "itemStyle": {"color": "rgba(138, 148, 160, 0.12)" if index % 2 else "transparent"},
        }
        bands.append([start, {"xAxis": epochs[-1] + 0.5 if epochs[-1] < rows[-1].epoch else epochs[-1]}])
    return {
        "silent": True,
        "label": {"position": "top", "color": GREY, "fontSize": 11},
        "data": bands,
    }
