"""The views of a result, one tab each; only the one that is open is drawn."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.domain.dataset import Split
from core.domain.report import Report, Scores
from ui import answer_pictures, mapping, rule_desk, slicing
from ui.components import curves_panel, sure_panel
from ui.subject import Subject


def show(subject: Subject, report: Report, scores: Scores) -> None:
    """Draw the tabs and what is in the open one."""
    matrix = answer_pictures.of_outcomes if scores.several else answer_pictures.of_matrix
    views: dict[str, Callable[[], None]] = {
        "Outcomes" if scores.several else "Confusion matrix": lambda: matrix(subject, scores, report.classes),
        "Mistakes": lambda: answer_pictures.of_mistakes(subject),
        "Per class": lambda: answer_pictures.of_classes(subject, scores),
        "Curves": lambda: curves_panel.show(scores, key=subject.key),
        "How sure": lambda: _how_sure(subject, report, several=scores.several),
    }
    if not subject.test:
        views["“Not sure” and costs"] = lambda: rule_desk.of_run(
            subject.run_id, report.classes, several=scores.several
        )
    views["Where it is worse"] = lambda: slicing.of_slices(subject)
    views["Picture map"] = lambda: mapping.of_map(subject)
    kind = "several" if scores.several else "further" if subject.test else "view"
    tabs = st.tabs(list(views), key=f"view_{kind}" if kind != "view" else kind, on_change="rerun")
    for tab, draw in zip(tabs, views.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _how_sure(subject: Subject, report: Report, *, several: bool) -> None:
    of_validation = subject.split is Split.VALIDATION
    calibration = report.validation_calibration if of_validation else report.test_calibration
    sure_panel.show(calibration, several=several, key=subject.key)
