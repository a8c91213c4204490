"""Model packages from elsewhere: bringing one in, and those that are here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.domain.package import KeptPackage
from ui import state
from ui.words import count, esc, percent, spread


def show(packages: Sequence[KeptPackage], *, delete: Callable[[KeptPackage], None]) -> UploadedFile | None:
    """Draw the packages that are here, and return one that was just dropped."""
    told = f"Packages from elsewhere ({len(packages)})" if packages else "Bring in a package from elsewhere"
    with st.expander(told, icon=":material/upload_file:", key="packages"):
        file: UploadedFile | None = st.file_uploader(
            "A model package",
            type=["zip", "sightsmith"],  # as Share and as `sightsmith pack` call it
            key=state.upload_key("package"),
            help="It is checked before anything of it is loaded: no program code, sizes, checksums.",
        )
        for package in packages:
            _one(package, delete)
    return file


def _one(package: KeptPackage, delete: Callable[[KeptPackage], None]) -> None:
    info = package.info
    score = ""
    if info.accuracy is not None:
        score = f" Right on {percent(info.accuracy.value)} of {info.tested_on:,} ({spread(info.accuracy)})."
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{esc(info.name)}** {esc(info.project)}  \n"
            f"{count(len(info.classes), 'class')}, {esc(info.backbone)}.{esc(score)}",
            width="stretch",
        )
        st.button(
            ":material/delete:",
            key=f"delete_package_{package.id}",
            type="tertiary",
            help="Remove this package from the workspace.",
            on_click=delete,
            args=(package,),
        )
