"""Model packages from elsewhere: bringing one in, and those that are here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.domain.package import KeptPackage
from ui import state
from ui.words import count, esc, percent, spread

_NONE = "Got a model from somebody? Bring it in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was done: a file dropped just now, or a package that is to be tried."""

    file: UploadedFile | None = None
    tried: KeptPackage | None = None


def show(packages: Sequence[KeptPackage], *, delete: Callable[[KeptPackage], None]) -> Wanted:
    """Draw the packages that are here, and return what was done."""
    told = f"Models from elsewhere ({len(packages)})" if packages else _NONE
    fresh = any(package.id == state.brought_in() for package in packages)
    with st.expander(told, icon=":material/inventory_2:", expanded=fresh, key="packages"):
        tried = [package for package in packages if _one(package, delete)]
        file: UploadedFile | None = st.file_uploader(
            "A model package, as Share makes it",
            type=["zip", "sightsmith"],  # as Share and as `sightsmith pack` call it
            key=state.upload_key("package"),
            help="It is checked before anything of it is loaded: no program code, sizes, checksums.",
        )
    return Wanted(file=file, tried=tried[0] if tried else None)


def _one(package: KeptPackage, delete: Callable[[KeptPackage], None]) -> bool:
    """Draw a package and return whether it is to be tried."""
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
        tried = st.button(
            "Try it", key=f"try_package_{package.id}", icon=":material/center_focus_strong:", type="primary"
        )
        st.button(
            ":material/delete:",
            key=f"delete_package_{package.id}",
            type="tertiary",
            help="Remove this package from the workspace.",
            on_click=delete,
            args=(package,),
        )
    return tried
