"""A folder on this computer, which is read where it lies: nothing is uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderHere:
    """A folder of class folders, and a table of labels where there is one."""

    folder: Path
    labels: Path | None


def allowed() -> bool:
    """Whether the visitor sits at this computer: only then may the server read a folder by its path."""
    return st.get_option("server.address") in ("localhost", "127.0.0.1", "::1")


def show(*, ask: str = "Bring in this folder") -> FolderHere | None:
    """Draw the fields with the button ``ask``, and return the folder that was asked for, once."""
    if not allowed():
        return None
    with st.form("server_folder", border=False):
        path = st.text_input(
            "Path of a folder that holds one folder of pictures per class",
            placeholder=str(Path.home() / "Pictures" / "leaves"),
            key="folder_path",
            help="It is only read. The quickest way for very many pictures.",
        )
        table = st.text_input(
            "Path of a table (CSV, Excel) with the classes (only if the folders are not the classes)",
            placeholder="optional",
            key="folder_labels",
        )
        asked = st.form_submit_button(ask, key="add_folder", type="primary")
    folder, labels = _path(path), _path(table)
    if not asked or folder is None:
        return None
    if problem := _problem(folder, labels):
        st.warning(problem, icon=":material/folder_off:")
        return None
    return FolderHere(folder=folder, labels=labels)


def _path(text: str) -> Path | None:
    cleaned = text.strip().strip("\"'")
    return Path(cleaned).expanduser() if cleaned else None


def _problem(folder: Path, labels: Path | None) -> str:
    if not folder.is_dir():
        return "There is no such folder on this computer. Copy its path from your file manager."
    if labels is not None and not labels.is_file():
        return "There is no such table on this computer."
    return ""
