"""Compare: is the new one better?"""

from __future__ import annotations

import streamlit as st

from ui import comparing, comparison_view, navigation, rule_desk, services
from ui.components import leaderboard, pair_picker, run_labels
from ui.words import esc

st.title("Is the new one better?", anchor=False)
project = navigation.needed_project()
runs = navigation.needed_pair(project)

before, after = pair_picker.show(runs)
found = comparing.compared(before, after)
if isinstance(found, comparing.Refusal):
    st.info(f"**{esc(found.message)}**  \n{esc(found.hint)}", icon=":material/compare_arrows:")
else:
    if which := rule_desk.which_answers(before.id) or rule_desk.which_answers(after.id):
        st.caption(esc(which))
    if comparing.by_later_labels(before, after):
        st.caption(comparing.LATER_LABELS)
    comparison_view.show(found)

st.subheader("All runs of this project", anchor=False)
lines = comparing.leaderboard(project.id)
leaderboard.show(lines, services.backbone_titles())
run_labels.show(lines)
