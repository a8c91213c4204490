"""Pictures: is my data fit to learn from?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from ui import actions, navigation, picture_tabs, sentences, services, state, ways_in
from ui.components import (
    export_button,
    history_bar,
    import_ending,
    import_monitor,
    picture_actions,
    split_bar,
)
from ui.words import esc

st.title("Are these pictures fit to learn from?", anchor=False)
project = navigation.needed_project()
dataset = services.dataset(project.id)
job = services.active_picture_job(project.id)
last = services.last_picture_job(project.id)

if job is not None:
    import_monitor.show(job)
    st.stop()
if last is not None:
    import_ending.show(last)

if dataset is None:
    st.markdown(f"**{esc(project.name)}** has no pictures yet. Bring in some of at least two classes.")
    ways_in.show(project.id)
    st.stop()

if told := state.told():
    st.toast(esc(told), icon=":material/check_circle:")
if warned := state.warned():
    st.warning(esc(warned), icon=":material/sync_problem:")
st.header(esc(sentences.about_pictures(dataset)), anchor=False)
if project.credit:
    st.caption(esc(project.credit))
split_bar.show(dataset)
if picture_actions.show(
    ready=sentences.blocking(dataset) is None, take_along=partial(export_button.show, project.id)
):
    navigation.go("configure")
history_bar.show(services.history(project.id), step=partial(actions.step, project.id))
more = st.expander(
    "Add more pictures", icon=":material/add_photo_alternate:", key="add_more", on_change="rerun"
)
with more:
    ways_in.show(project.id, dataset.classes, seen=bool(more.open))

if edit := picture_tabs.show(dataset):
    actions.change(project.id, edit)
