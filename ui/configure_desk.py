"""The parts of Configure that take more than one call: what is taken up, and what stands under the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import streamlit as st

from core.domain.choices import HeadSolver, Preset
from core.domain.config import DEFAULT_BACKBONE, TrainConfig
from core.domain.dataset import Dataset
from core.domain.model import ModelSpec
from core.domain.outlook import Outlook
from core.domain.preprocess import ResizeMode
from core.domain.range_test import RateRange
from core.domain.run import JobSnapshot, Progress, Stage
from core.domain.safety import safe_settings
from core.domain.setting import Group
from ui import ahead, services, state
from ui.components import (
    block_strip,
    crop_panel,
    range_panel,
    safety_findings,
    settings_shelf,
    variation_preview,
)
from ui.sentences import PRESETS
from ui.words import esc, unique


def look_by_itself(project_id: str) -> None:
    """Start looking ahead where nothing is known, nothing was tried, and nothing else is going on."""
    found = ahead.outlook(project_id)
    untried = ahead.looking(project_id) is None
    if untried and not (found and found.complete) and services.active_job() is None:
        ahead.look_ahead(project_id)


def default_backbone(found: Outlook | None) -> str:
    """Return the backbone that is recommended, or the bundled one before that is known."""
    return found.recommendation.key if found and found.recommendation else DEFAULT_BACKBONE


def take_from_shelf(project_id: str) -> None:
    """Offer kept settings, those of earlier runs, and a file; what is chosen is taken up."""
    sets = ahead.settings_sets()
    kept = [(f"Kept: {one.name}", one.config) for one in sets]
    earlier = [
        (f"{run.name} ({PRESETS[run.preset] if run.preset else 'own settings'})", run.config)
        for run in services.runs(project_id)
    ]
    names = unique([name for name, _ in (*kept, *earlier)])
    offered = dict(zip(names, (config for _, config in (*kept, *earlier)), strict=True))
    bins = dict(zip(names, (one.name for one in sets), strict=False))  # those of earlier runs stay
    taken = settings_shelf.take(offered, bins=bins, read=ahead.from_file, on_bin=_throw_away)
    if taken is not None:
        state.take_up(taken)
        st.rerun()


def _throw_away(name: str) -> None:
    ahead.drop_settings(name)
    st.toast(f"The settings “{esc(name)}” were thrown away.", icon=":material/delete:")


def keep_on_shelf(config: TrainConfig) -> None:
    """Offer to keep the settings as they stand."""
    name = settings_shelf.keep(ahead.as_file(config), problems=config.problems())
    if name is not None:
        ahead.keep_settings(name, config)
        st.toast("Kept. “Start from other settings” takes them up again.", icon=":material/check_circle:")


def below(
    dataset: Dataset, spec: ModelSpec | None, found: Outlook | None
) -> dict[Group, Callable[[TrainConfig], None]]:
    """Return what is drawn under the groups of the form."""

    def strip(config: TrainConfig) -> None:
        if spec is not None:
            block_strip.show(
                block_strip.blocks_of(spec, config, ahead.block_parameters(spec)),
                head=ahead.head_parameters(spec, config, dataset),
                key=spec.key,
            )

    def variations(config: TrainConfig) -> None:
        _variations(dataset, config, found)

    def squares(config: TrainConfig) -> None:
        if found is None:
            return
        samples, drawn = ahead.cropped(dataset, found)
        labels = [f"{sample.label}: {sample.path}" for sample in samples]
        mode = crop_panel.show(found.resize, drawn, labels, now=config.resize_mode)
        if mode is not None:
            _take_up(replace(config, resize_mode=ResizeMode(mode)))

    def rates(config: TrainConfig) -> None:
        _rates(dataset.project_id, config)

    return {
        Group.LEARNING: rates,
        Group.FINE_TUNING: strip,
        Group.VARIATIONS: variations,
        Group.PICTURES: squares,
    }


def _rates(project_id: str, config: TrainConfig) -> None:
    """Offer the test of rates for the stage that learns in steps; an exactly fitted head has no rate."""
    if not config.fine_tune_blocks and config.head_solver is HeadSolver.LBFGS:
        return
    name = "fine_tune_learning_rate" if config.fine_tune_blocks else "head_learning_rate"
    job, _ = ahead.rates_found(project_id, config)
    going = job is not None and job.status.active

    @st.fragment(run_every=1.0 if going else None)
    def panel() -> None:
        now, found = ahead.rates_found(project_id, config)
        active = now is not None and now.status.active
        if going and not active:
            st.rerun()
        under_way = (now.progress or Progress(stage=Stage.RATES)) if now and active else None
        wanted = range_panel.show(found, under_way=under_way, current=getattr(config, name), key=name)
        if now is not None and now.error:
            st.caption(esc(f"{now.error} {now.hint}".strip()))
        _follow(wanted, project_id, config, job=now, found=found)

    panel()


def _follow(
    wanted: range_panel.Wanted | None,
    project_id: str,
    config: TrainConfig,
    *,
    job: JobSnapshot | None,
    found: RateRange | None,
) -> None:
    """Do what was asked for about rates."""
    if wanted == range_panel.Wanted.TEST:
        ahead.find_rate(project_id, config)
        st.rerun()
    elif wanted == range_panel.Wanted.STOP and job is not None:
        services.stop(job.id)
    elif wanted == range_panel.Wanted.USE and found is not None and found.suggestion is not None:
        if config.fine_tune_blocks:
            _take_up(replace(config, fine_tune_learning_rate=found.suggestion))
        _take_up(replace(config, head_learning_rate=found.suggestion))


def _variations(dataset: Dataset, config: TrainConfig, found: Outlook | None) -> None:
    samples = ahead.samples_to_show(dataset)
    variation_preview.show(
        ahead.varied(samples, config),
        [f"{sample.label}: {sample.path}" for sample in samples],
        config,
        kinds=ahead.acting_kinds(config),
        each=lambda: ahead.each_kind(samples, config),
        key="preview",
    )
    if found is None or found.checks is None:
        return
    st.markdown("**What your pictures bear**")
    files = {row: sample.path for row, sample in enumerate(ahead.judged(dataset))}
    off = safety_findings.show(
        found.checks, config, pairs=ahead.harm_pairs(dataset, found, config), files=files
    )
    if off:
        _take_up(safe_settings(config, found.checks))


def _take_up(config: TrainConfig) -> NoReturn:
    state.take_up(config)
    st.rerun()


def preset_of(config: TrainConfig, plan: TrainConfig, preset: Preset) -> Preset | None:
    """Return the preset that these settings still are, or None."""
    return preset if config == plan else None
