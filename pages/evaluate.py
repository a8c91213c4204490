"""Evaluate: how good is it, honestly?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from ui import exports, navigation, services, tiles
from ui.components import (
    class_scores,
    confusion_picker,
    downloads,
    gallery,
    roc_panel,
    run_picker,
    score_headline,
    split_switch,
)

st.title("How good is it, honestly?", anchor=False)
project = navigation.needed_project()
runs = navigation.needed_results(project)

run_column, split_column = st.columns(2, vertical_alignment="bottom")
with run_column:
    run = run_picker.show(runs)
report = services.report(run.id)
with split_column:
    scores = split_switch.show(report)
key = f"{run.id}_{scores.split}"

score_headline.show(scores)

matrix, roc, classes, mistakes = st.tabs(
    ["Confusion matrix", "ROC curves", "Per class", "Mistakes"], key="view", on_change="rerun"
)
if matrix.open:
    with matrix:
        cell = confusion_picker.show(scores, report.classes, key=key)
        if cell:
            actual, predicted = cell
            gallery.show(
                tiles.of_answers(services.answers(run.id, scores.split, actual=actual, predicted=predicted)),
                key=f"cell_{key}_{report.classes.index(actual)}_{report.classes.index(predicted)}",
                label="Pictures of this cell",
                empty=f"No {actual} was taken for {predicted}."
                if actual != predicted
                else f"No {actual} here was recognised.",
            )
if roc.open:
    with roc:
        roc_panel.show(scores, key=key)
if classes.open:
    with classes:
        class_scores.show(scores, key=key)
if mistakes.open:
    with mistakes:
        gallery.show(
            tiles.of_answers(services.mistakes(run.id, scores.split)),
            key=f"mistakes_{key}",
            label="Pictures that were answered wrongly",
            empty="No picture was answered wrongly.",
        )

downloads.show(
    (
        ("All answers", "answers.csv", partial(exports.answers_csv, run.id, scores.split)),
        ("Scores per class", "classes.csv", partial(exports.classes_csv, scores)),
        ("Confusion matrix", "confusion.csv", partial(exports.confusion_csv, scores, report.classes)),
    ),
    key=key,
)
