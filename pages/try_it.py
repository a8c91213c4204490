"""Try it: will it work on a picture it has never seen?"""

from __future__ import annotations

import streamlit as st

from ui import navigation, presenting, trying
from ui.components import run_picker

with st.container(key="try_head"):
    st.title("Will it work on a picture it has never seen?", anchor=False)
    project = navigation.needed_project()
    runs = navigation.needed_results(project)
    run_column, present_column = st.columns([3, 2], vertical_alignment="bottom")
    with run_column:
        run = run_picker.show(runs)
    with present_column:
        presented = presenting.switch()
if presented:
    presenting.show(run)
else:
    trying.show(run)
