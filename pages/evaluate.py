"""Evaluate: how good is it, honestly?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from ui import ahead, answer_pictures, exports, navigation, results, tiles
from ui.components import (
    class_scores,
    downloads,
    gallery,
    roc_panel,
    run_picker,
    score_headline,
    split_switch,
)
from ui.words import esc

st.title("How good is it, honestly?", anchor=False)
project = navigation.needed_project()
runs = navigation.needed_results(project)

run_column, split_column = st.columns(2, vertical_alignment="bottom")
with run_column:
    run = run_picker.show(runs)
report = results.report(run.id)
with split_column:
    scores = split_switch.show(report)
key = f"{run.id}_{scores.split}"

score_headline.show(scores)
if told := ahead.outcome_of(run, scores):
    st.caption(esc(told))

matrix, roc, classes, mistakes = st.tabs(
    ["Outcomes" if scores.several else "Confusion matrix", "ROC curves", "Per class", "Mistakes"],
    key="view_several" if scores.several else "view",
    on_change="rerun",
)
if matrix.open:
    with matrix:
        shown = answer_pictures.of_outcomes if scores.several else answer_pictures.of_matrix
        shown(run.id, scores, report.classes, key=key)
if roc.open:
    with roc:
        roc_panel.show(scores, key=key)
if classes.open:
    with classes:
        class_scores.show(scores, key=key)
if mistakes.open:
    with mistakes:
        gallery.show(
            tiles.of_answers(results.mistakes(run.id, scores.split)),
            key=f"mistakes_{key}",
            label="Pictures that were answered wrongly",
            empty="No picture was answered wrongly.",
        )

downloads.show(
    (
        ("All answers", "answers.csv", partial(exports.answers_csv, run.id, scores.split)),
        ("Scores per class", "classes.csv", partial(exports.classes_csv, scores)),
        ("Outcomes", "outcomes.csv", partial(exports.outcomes_csv, scores))
        if scores.several
        else ("Confusion matrix", "confusion.csv", partial(exports.confusion_csv, scores, report.classes)),
    ),
    key=key,
)
