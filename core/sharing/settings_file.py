"""Settings of a training run as a file (TOML) that a person can read, change, keep and hand on."""

from __future__ import annotations

import difflib
import json
import re
import reprlib
import textwrap
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, get_type_hints

from core.domain.config import TrainConfig
from core.domain.errors import ConfigError
from core.domain.setting import Setting, settings_of
from core.models.zoo import SPECS, spec_of

_WIDTH = 100
_LARGEST = 2**63  # TOML promises whole numbers up to here
_HEADER = """\
# Settings of one Sightsmith training run.
#
# Each setting stands with what it means. Change what comes after the equals sign and save the file; a
# setting that is left out takes its usual value. To train with these settings:
#
#     sightsmith train PROJECT --config FILE
"""
_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text in quotes",
}
_TAKEN: dict[type, tuple[type, ...]] = {bool: (bool,), int: (int,), float: (int, float), str: (str,)}


def to_toml(config: TrainConfig) -> str:
    """Return all settings as TOML, in the order and groups of the form, each with its meaning."""
    parts, group = [_HEADER], None
    for name, setting in settings_of(TrainConfig).items():
        if setting.group != group:
            group = setting.group
            parts.append(f"\n# ---- {group} ----\n")
        parts.append(f"\n{_comment(name, setting)}\n{name} = {_written(getattr(config, name))}\n")
    return "".join(parts)


def from_toml(text: str, *, name: str) -> TrainConfig:
    """Return the settings in ``text``; those that are left out take their defaults.

    ``name`` is what the user calls the file. Raises ConfigError that names every problem at once: settings
    there are none of, values of the wrong kind or out of bounds, settings that contradict each other; or the
    line that is not TOML.
    """
    reading = _read(_tables(text, name))
    problems = [*reading.problems, *_certain(reading)]
    if problems:
        raise ConfigError(
            f"The settings in {name} cannot be used. {' '.join(problems)}",
            hint="Change the file and load it again.",
        )
    return reading.config


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What could be read, with defaults for the rest; ``unsure`` are settings that were meant otherwise."""

    config: TrainConfig
    problems: tuple[str, ...]
    unsure: frozenset[str]


def _tables(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))  # Windows' editor writes one
    except (ValueError, RecursionError) as problem:  # the latter where brackets are nested without end
        raise ConfigError(
            f"{name} is not a file of settings (TOML): {_where(problem, text)}",
            hint="Each line must read: setting = value. Texts need quotes; true and false, small letters.",
        ) from problem


def _where(problem: Exception, text: str) -> str:
    """Return in which line of ``text`` the reader failed, and why."""
    if isinstance(problem, RecursionError):
        return "it has too many brackets."
    if not isinstance(problem, tomllib.TOMLDecodeError):
        return "it holds a number with too many digits."
    reason, _, place = str(problem).partition(" (at ")
    line = re.search(r"line (\d+)", place)
    return f"line {line[1] if line else max(1, len(text.splitlines()))} cannot be read. {reason}."


def _read(values: Mapping[str, Any]) -> _Reading:
    settings, kinds = settings_of(TrainConfig), _kinds()
    good: dict[str, Any] = {}
    problems: list[str] = []
    unsure: set[str] = set()
    for name, value in values.items():
        if name not in settings:
            meant = difflib.get_close_matches(name.lower(), settings, n=1)
            problems.append(_unknown(name, value, _like(name, list(settings))))
            unsure.update(meant)
        elif problem := _misfit(name, value, kinds[name]):
            problems.append(problem)
            unsure.add(name)
        else:
            good[name] = kinds[name](value)
    return _Reading(
        config=TrainConfig(**good), problems=tuple(problems), unsure=frozenset(unsure - set(good))
    )


@cache
def _kinds() -> dict[str, type]:
    return get_type_hints(TrainConfig)


def _unknown(name: str, value: object, like: str) -> str:
    if isinstance(value, dict):
        return f"There are no sections such as [{name}]: settings stand one below the other."
    return f"There is no setting {reprlib.repr(name)}.{like}"


def _misfit(name: str, value: object, kind: type) -> str | None:
    """Return in words why ``value`` is none that this setting could have; bounds are looked at later."""
    if issubclass(kind, StrEnum):
        choices = [choice.value for choice in kind]
        return (
            None
            if value in choices
            else f"{name} is {_shown(value)}; it must be {_one_of(choices)}.{_like(value, choices)}"
        )
    if type(value) not in _TAKEN[kind]:  # no isinstance: true is no number
        return f"{name} is {_shown(value)}; it must be {_KINDS[kind]}."
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        return f"{name} is a number with too many digits."
    return _no_backbone(str(value)) if name == "backbone" else None


def _no_backbone(key: str) -> str | None:
    try:
        spec_of(key)
    except ConfigError as problem:
        return str(problem)
    return None


def _certain(reading: _Reading) -> list[str]:
    """Return what is wrong with the values that could be read, whatever was meant by those that could not."""
    config = reading.config
    problems = list(config.problems())
    for name in reading.unsure:
        for other in _values(name, getattr(config, name)):
            still = replace(config, **{name: other}).problems()
            problems = [problem for problem in problems if problem in still]
    return problems


def _values(name: str, default: Any) -> tuple[Any, ...]:  # noqa: ANN401 - of any setting
    """Return values a setting could have: all of few, the ends of many."""
    if isinstance(default, bool):
        return False, True
    if isinstance(default, StrEnum):
        return tuple(type(default))
    setting = settings_of(TrainConfig)[name]
    return tuple(type(default)(end) for end in (setting.low, setting.high) if end is not None)


def _comment(name: str, setting: Setting) -> str:
    return "\n".join(
        textwrap.fill(text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
        for text in (f"{setting.title}. {setting.help}", f"{_allowed(name, setting)}.")
    )


def _allowed(name: str, setting: Setting) -> str:
    kind = _kinds()[name]
    if issubclass(kind, StrEnum):
        return f"Is {_one_of([choice.value for choice in kind])}"
    if name == "backbone":
        return f"Is {_one_of([spec.key for spec in SPECS])}"
    if setting.low is None or setting.high is None:
        return f"Is {_KINDS[kind]}"
    whole = ", a whole number" if kind is int else ""
    return f"From {_number(setting.low)} to {_number(setting.high)}{whole}"


def _one_of(choices: Sequence[str]) -> str:
    return "one of " + ", ".join(_written(choice) for choice in choices)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}"


def _written(value: object) -> str:
    """Return the value as TOML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML wants it escaped
    return repr(value)


def _shown(value: object) -> str:
    """Return the value as the user wrote it, about, and not too long."""
    if isinstance(value, (bool, int, float)):
        return _written(value)
    return reprlib.repr(value) if isinstance(value, (str, list, dict)) else str(value)


def _like(value: object, choices: Sequence[str]) -> str:
    """Return the question whether a similar word was meant; empty where none is similar."""
    near = difflib.get_close_matches(str(value).lower(), choices, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
