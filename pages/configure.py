"""Configure: how should it learn?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from ui import actions, ahead, configure_desk, navigation, services, state
from ui.components import (
    backbone_picker,
    backbone_table,
    outlook_panel,
    preset_cards,
    settings_changes,
    settings_form,
    start_bar,
    time_limit,
)

st.title("How should it learn?", anchor=False)
project = navigation.needed_project()
dataset = navigation.needed_trainable(project)
configure_desk.look_by_itself(project.id)
outlook = ahead.outlook(project.id)
recommended = configure_desk.default_backbone(outlook)

preset = preset_cards.show(ahead.expectations(outlook, recommended), ahead.durations(project.id, recommended))
minutes = time_limit.show()
forecast = outlook.forecast_of(recommended) if outlook else None
looking, outdated = partial(ahead.looking, project.id), ahead.outdated(project.id)
if outlook_panel.show(outlook, forecast, preset, job=looking, outdated=outdated):
    ahead.look_ahead(project.id)
    st.rerun()
summary = st.container()

own, version = state.own_settings()
advanced = st.expander("Advanced: every setting", icon=":material/tune:", key="advanced", on_change="rerun")
with advanced:
    st.caption("The preset has chosen all of this for your pictures. Nothing here has to be changed.")
    configure_desk.take_from_shelf(project.id)
    default = own.backbone if own else recommended
    spec = backbone_picker.show(services.backbones(), default=default, key=f"backbone_{default}_{version}")
    backbone_table.show(outlook)
    plan = services.plan(preset, project.id, backbone=spec.key if spec else default)
    plan = ahead.within(project.id, plan, minutes, preset=preset)
    taken_up = own if own and own.backbone == plan.backbone else None
    form = state.plan_form(
        "_".join(map(str, filter(None, (dataset.id, preset, plan.backbone, version, minutes)))),
        ahead.within(project.id, taken_up, minutes, preset=None) if taken_up else plan,
    )
    config = settings_form.show(
        form.start,
        spec,
        key=form.key,
        below=configure_desk.below(dataset, spec, outlook) if advanced.open else None,
    )
    form = replace(form, shown=config)
    state.remember_form(form)
    configure_desk.keep_on_shelf(config)

with summary:
    if settings_changes.show(form.changed, taken_up=taken_up is not None):
        state.choose_preset(preset)
        st.rerun()
    started = start_bar.show(
        services.plan_in_words(config),
        costs=ahead.estimate(project.id, config),
        problems=config.problems(),
        under_way=services.work_before_a_run(),
    )
    if started:
        actions.start(project.id, config, preset=configure_desk.preset_of(config, plan, preset))
