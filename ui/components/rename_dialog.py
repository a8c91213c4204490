"""The question for a project's new name."""

from __future__ import annotations

import streamlit as st

from ui import services, state


@st.dialog("Rename this project", icon=":material/edit:")
def ask_name(project_id: str, name: str) -> None:
    """Ask for another name and give it to the project."""
    with st.form("rename", border=False, enter_to_submit=True):
        wanted = st.text_input("Name", name, max_chars=80, key=f"name_of_{project_id}")
        if st.form_submit_button("Save", type="primary", icon=":material/check:") and wanted.strip():
            services.rename_project(project_id, wanted.strip())
            if state.project_id() == project_id:
                state.select_project(project_id)  # again, so that switcher and address carry the new name
            st.rerun()
