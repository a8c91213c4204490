"""Try it: will it work on a picture it has never seen?"""

from __future__ import annotations

import streamlit as st

from ui import model_choice, presenting, try_desk, trying

with st.container(key="try_head"):
    st.title("Will it work on a picture it has never seen?", anchor=False)
    run_column, present_column = st.columns([3, 2], vertical_alignment="bottom")
    with run_column:
        chosen = model_choice.show()
    with present_column:
        presented = chosen.run is not None and presenting.switch()
if chosen.run is not None and presented:
    presenting.show(chosen.run)
elif chosen.run is not None:
    trying.show(try_desk.of_run(chosen.run))
elif chosen.package is not None:
    trying.show(try_desk.of_package(chosen.package))
