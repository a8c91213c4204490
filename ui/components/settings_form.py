"""Every setting of a training run, with the titles, help and bounds that the settings themselves carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

import streamlit as st

from core.domain.config import TrainConfig
from core.domain.model import ModelSpec
from core.domain.setting import Group, Setting, settings_of
from core.evaluation.setting_words import CHOICES

Below = Callable[[TrainConfig], None]

ELSEWHERE = ("backbone",)  # chosen above the form, because the other defaults follow from it


def show(
    config: TrainConfig, spec: ModelSpec | None, *, key: str, below: Mapping[Group, Below] | None = None
) -> TrainConfig:
    """Draw all settings and return them as they now stand. ``key`` must name the plan they start from.

    ``below`` draws something under a group of settings, given all of them as they stand by then.
    """
    settings = settings_of(TrainConfig)
    values: dict[str, Any] = {}
    for group, names in groups(settings).items():
        st.markdown(f"**{group}**")
        grid = st.grid(3, min_column_width=230, vertical_alignment="bottom")
        for name in names:
            with grid.cell():
                values[name] = _field(name, settings[name], getattr(config, name), spec, key=f"{key}_{name}")
        if below and group in below:
            below[group](replace(config, **values))
    return replace(config, **values)


def groups(settings: Mapping[str, Setting]) -> dict[Group, list[str]]:
    """Return the names of the settings by part of the form, in its order."""
    groups: dict[Group, list[str]] = {}
    for name, setting in settings.items():
        if name not in ELSEWHERE:
            groups.setdefault(setting.group, []).append(name)
    return groups


def _field(name: str, setting: Setting, value: Any, spec: ModelSpec | None, *, key: str) -> Any:  # noqa: ANN401
    if isinstance(value, bool):
        return st.toggle(setting.title, value, key=key, help=setting.help)
    if isinstance(value, StrEnum):
        return _choice(setting, value, key=key)
    if isinstance(value, int):
        return _whole(setting, value, _most(name, setting, spec), key=key)
    return _number(setting, value, key=key)


def _choice(setting: Setting, value: StrEnum, *, key: str) -> StrEnum:
    kind = type(value)
    options = [choice.value for choice in kind]
    chosen = st.selectbox(
        setting.title,
        options,
        index=options.index(value.value),
        format_func=lambda option: CHOICES.get(option, option),
        key=key,
        help=setting.help,
    )
    return kind(chosen)


def _whole(setting: Setting, value: int, most: int, *, key: str) -> int:
    # The plan's own value must always be allowed, wherever the steps lie.
    return int(
        st.number_input(
            setting.title,
            min_value=min(value, int(setting.low or 0)),
            max_value=max(value, most),
            value=value,
            step=int(setting.step or 1),
            key=key,
            help=setting.help,
        )
    )


def _number(setting: Setting, value: float, *, key: str) -> float:
    if setting.step is not None:
        low, high = float(setting.low or 0.0), float(setting.high or 1.0)
        return float(
            st.slider(setting.title, low, high, float(value), setting.step, key=key, help=setting.help)
        )
    return float(
        st.number_input(
            setting.title,
            min_value=setting.low,
            max_value=setting.high,
            value=float(value),
            step=_nearby_step(value),
            format="%g",
            key=key,
            help=setting.help,
        )
    )


def _nearby_step(value: float) -> float:
    """Return a step of one unit in the value's first digit: 0.001 for 0.003."""
    return float(f"1e{f'{value:e}'.split('e')[1]}") if value else 0.01


def _most(name: str, setting: Setting, spec: ModelSpec | None) -> int:
    if name == "fine_tune_blocks" and spec is not None:
        return len(spec.blocks)
    return int(setting.high if setting.high is not None else 2**31 - 1)
