"""Share: how do others use it?"""

from __future__ import annotations

import streamlit as st

from ui import navigation, sharing_desk, state
from ui.components import run_picker
from ui.words import esc

st.title("How do others use it?", anchor=False)
project = navigation.needed_project()
run = run_picker.show(navigation.needed_results(project))

if warned := state.warned():
    st.warning(esc(warned), icon=":material/warning:")
sharing_desk.for_people(run, project)
sharing_desk.for_sightsmith(run, project.name)
sharing_desk.for_programs(run)
sharing_desk.as_service(run, project.name)
