"""Which model is tried: a run of the project, or one that somebody else trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.domain.package import KeptPackage
from core.domain.run import Run
from ui import navigation, services, state
from ui.components import package_picker, run_picker
from ui.services import open_studio

_SIDES = {
    state.OWN: ":material/model_training: This project",
    state.ELSEWHERE: ":material/inventory_2: Models from elsewhere",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The model that is tried: one of the two."""

    run: Run | None = None
    package: KeptPackage | None = None


def show() -> Chosen:
    """Draw the choice and return it; where there is no model at all, end the page saying what to do."""
    packages = open_studio().packages()
    if not packages:
        return Chosen(run=run_picker.show(navigation.needed_results(navigation.needed_project())))
    project_id = state.project_id()
    runs = services.results(project_id) if project_id else ()
    state.have_model([package.id for package in packages], own=bool(runs))
    if runs and _side() == state.OWN:
        return Chosen(run=run_picker.show(runs))
    return Chosen(package=_package(packages))


def _side() -> str | None:
    chosen: str | None = st.segmented_control(
        "Which model?",
        list(_SIDES),
        required=True,
        format_func=lambda side: _SIDES[side],
        key=state.SIDE,
        label_visibility="collapsed",
    )
    return chosen


def _package(packages: Sequence[KeptPackage]) -> KeptPackage:
    package = package_picker.show(packages)
    state.remember_package(package.id)
    st.caption(
        "It came without the pictures that it learnt from. So there is no “why this answer” with pictures "
        "that are alike, no presenter mode, and no project to add a picture to."
    )
    return package
