"""Train: how is it going?"""

from __future__ import annotations

import streamlit as st

from ui import navigation, sentences, services
from ui.components import monitor, run_ending, run_list
from ui.words import esc

st.title("How is it going?", anchor=False)
project = navigation.needed_project()
navigation.needed_pictures(project)

runs = services.runs(project.id)
if not runs:
    navigation.missing(
        "Nothing has been trained yet",
        "Choose how the computer should learn, then watch it here.",
        page="configure",
        label="Choose how it learns",
    )

newest, earlier = runs[0], runs[1:]
st.header(esc(newest.name), anchor=False)
st.caption(esc(sentences.about_run(newest, backbone=services.backbone_title(newest.config.backbone))))
if not newest.status.active and (page := run_ending.show(newest)):
    navigation.go(page)
monitor.show(newest)

if earlier:
    st.subheader("Earlier training runs", anchor=False)
    if run_list.show(earlier):
        navigation.go("evaluate")
