"""The way in: drop a zip, or give a project a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from ui.upload_tickets import Uploaded


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """What the user brought: a zip, or only a name."""

    name: str
    upload: Uploaded | None = None


def show(zone: Callable[[], Uploaded | None]) -> NewProject | None:
    """Draw both ways to start and return what the user brought, once; ``zone`` draws the upload of a zip."""
    zipped, named = st.columns([3, 2], gap="medium")
    with named, st.form("new_project", border=False, clear_on_submit=True, enter_to_submit=True):
        name = st.text_input(
            "Or name a project, and bring the pictures after that",
            placeholder="Leaf diseases",
            max_chars=80,
            key="new_name",
        )
        created = st.form_submit_button("Create project", icon=":material/add:", key="create_project")
    with zipped:
        upload = zone()  # drawn last: nothing may come between its zip's arrival and its use
    if upload is not None:
        return NewProject(name=_named_after(upload.name), upload=upload)
    return NewProject(name=name.strip()) if created and name.strip() else None


def _named_after(file_name: str) -> str:
    stem = file_name.rsplit(".", 1)[0].replace("_", " ").replace("-", " ").strip()
    return (stem[:1].upper() + stem[1:])[:80] or "My pictures"
