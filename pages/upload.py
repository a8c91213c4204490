"""Pictures: is my data fit to learn from?"""

from __future__ import annotations

import streamlit as st

from ui import actions, navigation, sentences, services, tiles
from ui.components import (
    class_browser,
    class_table,
    findings,
    gallery,
    import_ending,
    import_monitor,
    uploader,
)
from ui.words import esc

st.title("Are these pictures fit to learn from?", anchor=False)
project = navigation.needed_project()
dataset = services.dataset(project.id)
job = services.active_job(project.id)
last = services.last_import(project.id)

if job is not None and job.kind == "import":
    import_monitor.show(job)
    st.stop()
if last is not None:
    import_ending.show(last)

if dataset is None:
    st.markdown(f"**{esc(project.name)}** has no pictures yet. Bring in some of at least two classes.")
    if upload := uploader.show():
        actions.bring_in(project.id, upload)
    st.stop()

st.header(esc(sentences.about_pictures(dataset)), anchor=False)
st.markdown(esc(sentences.about_splits(dataset)))
if project.credit:
    st.caption(esc(project.credit))
with st.container(horizontal=True):
    if st.button(
        "Choose how it learns",
        key="to_configure",
        type="primary",
        icon=navigation.NEXT,
        disabled=sentences.blocking(dataset) is not None,
    ):
        navigation.go("configure")
with st.expander("Add more pictures", icon=":material/add_photo_alternate:"):
    if upload := uploader.show(dataset.classes):
        actions.bring_in(project.id, upload)

findings.show(dataset.issues)
st.subheader("Classes", anchor=False)
class_table.show(dataset)
st.subheader("Look through the pictures", anchor=False)
key, samples = class_browser.show(dataset)
gallery.show(
    tiles.of_samples(samples),
    key=f"browse_{key}",
    label="Pictures of this class",
    empty="No picture of this class is used for that.",
)
