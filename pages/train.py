"""Train: how is it going?"""

from __future__ import annotations

import streamlit as st

from core.domain.run import RunStatus
from ui import correcting, navigation, sentences, services, state
from ui.components import monitor, run_ending, run_list, run_log, run_queue, run_undo, trials_table
from ui.words import esc

st.title("How is it going?", anchor=False)
project = navigation.needed_project()
navigation.needed_pictures(project)
if told := state.told():
    st.success(esc(told), icon=":material/check_circle:")
if warned := state.warned():
    st.warning(esc(warned), icon=":material/info:")
run_undo.show()

runs = services.runs(project.id)
if not runs:
    navigation.missing(
        "Nothing has been trained yet",
        "Choose how the computer should learn, then watch it here.",
        page="configure",
        label="Choose how it learns",
    )

shown = sentences.run_to_show(runs)
backbone = services.backbone_title(shown.config.backbone)
st.header(esc(shown.name), anchor=False)
st.caption(esc(sentences.about_run(shown, backbone=backbone)))
if not shown.status.active and (page := run_ending.show(shown)):
    navigation.go(page)
correcting.show_change(shown)
monitor.show(shown)
trials_table.show(shown.trials, services.backbone_titles())
if (whole := services.run(shown.id)) is not None:
    run_log.show(whole, services.log_of(shown.id), backbone=backbone)

if waiting := services.waiting():
    st.subheader("Waiting for their turn", anchor=False)
    run_queue.show(waiting, services.project_names())

if others := [run for run in runs if run.id != shown.id and run.status != RunStatus.QUEUED]:
    st.subheader("Other training runs", anchor=False)
    if run_list.show(others):
        navigation.go("evaluate")
