"""What Configure asks for beside the plan: the look ahead, previews, and settings that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data.decode import open_reduced
from core.data.preview import CROP_SHOWN, example_pairs, lost_in_crop, preview, preview_kinds
from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.cost import Estimate
from core.domain.dataset import Dataset, Sample, Split
from core.domain.forecast import ScoreRange
from core.domain.model import ModelSpec
from core.domain.outlook import Outdated, Outlook
from core.domain.preprocess import ResizeMode
from core.domain.range_test import RateRange
from core.domain.report import Scores
from core.domain.run import JobSnapshot, Run
from core.domain.safety import KindCheck
from core.domain.settings_set import SettingsSet
from core.evaluation.forecast_words import expectation, outcome
from core.training.cost import SPREAD
from ui.services import open_studio
from ui.words import rough_duration

Pixels = npt.NDArray[np.uint8]
SHOWN = 6  # pictures of a preview


def outlook(project_id: str) -> Outlook | None:
    """Return what is known before a training, or None; it grows while a look ahead is under way."""
    return open_studio().outlook(project_id)


def outdated(project_id: str) -> Outdated | None:
    """Return why a project's pictures should be looked at again, or None."""
    return open_studio().outdated(project_id)


def look_ahead(project_id: str) -> JobSnapshot:
    """Find out in the background what can be told before a training."""
    return open_studio().look_ahead(project_id)


def looking(project_id: str) -> JobSnapshot | None:
    """Return the newest look ahead of a project, under way or ended, or None."""
    return open_studio().look_under_way(project_id)


def expectations(found: Outlook | None, backbone: str) -> dict[Preset, str]:
    """Return what to expect of each preset, in words; empty before anything is known."""
    forecast = found.forecast_of(backbone) if found else None
    if forecast is None or not forecast.ranges:
        return {}
    return {preset: expectation(forecast, preset) for preset in Preset}


def durations(project_id: str, backbone: str) -> dict[Preset, str]:
    """Return how long each preset takes here, in words; those that nobody knows are left out."""
    told = {}
    for preset in Preset:
        found = estimate(project_id, open_studio().plan(preset, project_id, backbone=backbone))
        if found is not None:
            told[preset] = rough_duration(found.seconds / SPREAD, found.high)
    return told


def estimate(project_id: str, config: TrainConfig) -> Estimate | None:
    """Return how long a run with these settings takes here; None where nobody knows."""
    return open_studio().estimate(project_id, config)


def within(
    project_id: str, config: TrainConfig, minutes: int | None, *, preset: Preset | None
) -> TrainConfig:
    """Return the plan, made to end within the minutes if there is a limit and it can be kept.

    Only the preset "Best" fills time that is left over with a search; settings of somebody's own have none.
    """
    if minutes is None:
        return config
    search = preset is Preset.BEST
    return open_studio().within(project_id, config, minutes=minutes, search=search) or config


def find_rate(project_id: str, config: TrainConfig) -> JobSnapshot:
    """Look for a good learning rate in the background."""
    return open_studio().find_rate(project_id, config)


def rates_found(project_id: str, config: TrainConfig) -> tuple[JobSnapshot | None, RateRange | None]:
    """Return the test of rates for these settings, and what it found, as far as there is any."""
    return open_studio().rates_found(project_id, config)


def outcome_of(run: Run, scores: Scores) -> str:
    """Return how a run's score on the test pictures lies to its forecast; empty where there was none."""
    if (
        run.expected is None
        or run.preset is None
        or scores.accuracy is None
        or scores.split is not Split.TEST
    ):
        return ""
    told = run.expected
    asked = ScoreRange(preset=run.preset, low=told.low, likely=told.value, high=told.high)
    return outcome(asked, scores.accuracy.value)


def block_parameters(spec: ModelSpec) -> tuple[int, ...]:
    """Return the parameters of each block of a backbone."""
    return open_studio().block_parameters(spec)


def head_parameters(spec: ModelSpec, config: TrainConfig, dataset: Dataset) -> int:
    """Return the parameters of the new head for these pictures."""
    classes = len(dataset.classes)
    return open_studio().head_parameters(spec, config, classes, several=dataset.several)


def samples_to_show(dataset: Dataset) -> tuple[Sample, ...]:
    """Return a few training pictures, of as many classes as can be."""
    found: dict[str, list[Sample]] = {}
    for sample in dataset.used(Split.TRAIN):
        found.setdefault(sample.label, []).append(sample)
    rounds = zip(*(samples[:SHOWN] for samples in found.values()), strict=False)
    turns = [sample for some in rounds for sample in some]
    first = [samples[0] for samples in found.values()]
    return tuple(dict.fromkeys((*first, *turns)))[:SHOWN]


def varied(samples: Sequence[Sample], config: TrainConfig) -> Pixels:
    """Return pictures and copies as training would vary them, (copies + 1, N, S, S, 3)."""
    return preview(_seen(tuple(s.sha256 for s in samples), config.resize_mode), config)


def each_kind(samples: Sequence[Sample], config: TrainConfig) -> Mapping[str, Pixels]:
    """Return what each kind of variation does by itself to the pictures."""
    return preview_kinds(_seen(tuple(s.sha256 for s in samples), config.resize_mode), config)


def acting_kinds(config: TrainConfig) -> tuple[str, ...]:
    """Return the kinds of variation that act under these settings."""
    from core.data.augment import acting_kinds as acting

    return acting(config)


def harm_pairs(dataset: Dataset, found: Outlook, config: TrainConfig) -> dict[str, Pixels]:
    """Return the examples of each harmful kind before and behind the variation, by kind."""
    pictures = judged(dataset)
    return {
        check.kind: example_pairs(_of_rows(pictures, check, found.resize.mode), check, config)
        for check in found.checks or ()
        if check.harmful and check.examples
    }


def judged(dataset: Dataset) -> tuple[Sample, ...]:
    """Return the pictures that a look ahead counts, in its order: all but those kept for the test."""
    return tuple(sample for sample in dataset.used() if sample.split is not Split.TEST)


def cropped(dataset: Dataset, found: Outlook) -> tuple[tuple[Sample, ...], list[Pixels]]:
    """Return the pictures that a centre crop would hurt most, and what it would cut off, drawn."""
    worst = tuple(dataset.samples[row] for row in found.resize.worst)
    return worst, [_lost(sample.sha256) for sample in worst]


def settings_sets() -> tuple[SettingsSet, ...]:
    """Return all settings that were kept under a name, the newest first."""
    return open_studio().settings_sets()


def keep_settings(name: str, config: TrainConfig) -> SettingsSet:
    """Keep settings under a name."""
    return open_studio().keep_settings(name, config)


def drop_settings(name: str) -> None:
    """Throw settings away that were kept under a name."""
    open_studio().drop_settings(name)


def as_file(config: TrainConfig) -> str:
    """Return settings as the text of a file."""
    from core.sharing.settings_file import to_toml

    return to_toml(config)


def from_file(data: bytes, *, name: str) -> TrainConfig:
    """Return the settings of a file; ConfigError with everything that is wrong with it."""
    from core.sharing.settings_file import from_toml

    return from_toml(data.decode("utf-8", errors="replace"), name=name)


def _of_rows(pictures: Sequence[Sample], check: KindCheck, mode: ResizeMode) -> Pixels:
    return _seen(tuple(pictures[flip.row].sha256 for flip in check.examples), mode)


@st.cache_data(max_entries=64, show_spinner=False)
def _seen(hashes: tuple[str, ...], mode: ResizeMode) -> Pixels:
    return open_studio().seen(hashes, mode)


@st.cache_data(max_entries=64, show_spinner=False)
def _lost(sha256: str) -> Pixels:
    return lost_in_crop(open_reduced(open_studio().picture(sha256), at_least=CROP_SHOWN))
