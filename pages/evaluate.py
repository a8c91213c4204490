"""Evaluate: how good is it, honestly?"""

from __future__ import annotations

import streamlit as st

from core.domain.dataset import Split
from ui import (
    ahead,
    doubts,
    evaluation_tabs,
    exports,
    further_desk,
    later_labels,
    more_pictures,
    navigation,
    results,
    rule_desk,
)
from ui.components import downloads, run_picker, score_headline, split_switch
from ui.subject import Subject
from ui.words import esc

st.title("How good is it, honestly?", anchor=False)
project = navigation.needed_project()
runs = navigation.needed_results(project)

run_column, split_column = st.columns(2, vertical_alignment="bottom")
with run_column:
    run = run_picker.show(runs)
with split_column:
    split, test = split_switch.show(run.id, further_desk.tests(run.id))
subject = Subject(run_id=run.id, split=split, test=test)
report = results.report(run.id, test=test)
scores = report.validation if split is Split.VALIDATION else report.test

score_headline.show(scores)
doubts.show(run, subject)
for told in (
    ahead.outcome_of(run, scores),
    later_labels.told(run, subject, scores),
    rule_desk.which_answers(run.id),
):
    if told:
        st.caption(esc(told))

evaluation_tabs.show(subject, report, scores)
downloads.show(exports.files_of(subject, scores, report.classes), key=subject.key)
more_pictures.show(run)
