"""Review: which pictures are wrong, and why?"""

from __future__ import annotations

import streamlit as st

from ui import correcting, navigation, review_lists_io, review_view
from ui.components import run_picker

st.title("Which pictures are wrong, and why?", anchor=False)
project = navigation.needed_project()
runs = navigation.needed_results(project)

review_lists_io.told()
left, right = st.columns([3, 2], vertical_alignment="bottom")
with left:
    run = run_picker.show(runs)
with right:
    correcting.of_run(run)
review_view.offer_earlier(run)
review_view.budget(run)
review_view.show(run)
review_lists_io.show(run)
