"""Home: what would you like to teach the computer?"""

from __future__ import annotations

import streamlit as st

from ui import actions, room_desk, services, sharing_desk, state, ways_in
from ui.components import project_cards, sample_cards, undo_bar
from ui.words import esc

summaries = services.summaries()

st.title("What would you like to teach the computer?", anchor=False)
st.markdown(
    "Show it pictures of things you can tell apart. It learns to tell them apart too, and proves how well."
)
if told := state.told():
    st.success(esc(told), icon=":material/check_circle:")
if warned := state.warned():
    st.warning(esc(warned), icon=":material/info:")
undo_bar.show()

ways_in.begin()

if summaries:
    st.header("Your projects", anchor=False)
    if choice := project_cards.show(summaries):
        actions.follow(choice)

st.header("Try it with sample pictures", anchor=False)
st.caption("One click, no pictures of your own needed.")
if key := sample_cards.show(services.sample_sets()):
    actions.try_samples(key)

sharing_desk.from_elsewhere()
room_desk.show()
