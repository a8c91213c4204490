"""What screens can ask about the result of a training run.

``test`` is empty for the run's own pictures, or the id of a further test.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.dataset import Split
from core.domain.report import Answer, Calibration, Report, Scores, Sureness
from core.evaluation import sure_words
from core.evaluation.ordering import confused_together as order_of
from core.evaluation.words import headline as headline_of
from core.evaluation.words import worst_confusions as confusions_of
from ui import services


@st.cache_resource(max_entries=16, show_spinner=False)
def report(run_id: str, *, test: str = "") -> Report:
    """Return the evaluation of a finished run; it never changes, so all visitors share one."""
    return services.open_studio().report(run_id, test=test)


def mistakes(run_id: str, split: Split, *, test: str = "") -> tuple[Answer, ...]:
    """Return the wrong answers, the surest first."""
    return services.open_studio().mistakes(run_id, split, test=test)


def answers(
    run_id: str, split: Split, *, actual: str | None = None, predicted: str | None = None, test: str = ""
) -> tuple[Answer, ...]:
    """Return answers on a split, all or those of one cell of the confusion matrix."""
    return services.open_studio().answers(run_id, split, actual=actual, predicted=predicted, test=test)


def ruled_answers(run_id: str, split: Split) -> tuple[Answer, ...]:
    """Return answers on a split as the model gives them to new pictures, costs minded."""
    return services.open_studio().ruled_answers(run_id, split)


def answers_about(
    run_id: str, split: Split, *, name: str, shown: bool, named: bool, test: str = ""
) -> tuple[Answer, ...]:
    """Return answers to whether pictures show a class, where pictures may show several."""
    return services.open_studio().answers_about(run_id, split, name=name, shown=shown, named=named, test=test)


def predictions_parquet(run_id: str, *, test: str = "") -> bytes:
    """Return all answers of a run with the probability of every class, as a Parquet file."""
    return services.open_studio().predictions_parquet(run_id, test=test)


def headline(scores: Scores) -> str:
    """Return the result in one sentence."""
    return headline_of(scores)


def worst_confusions(scores: Scores) -> tuple[str, ...]:
    """Return the most frequent confusions, in words."""
    return confusions_of(scores)


def confused_together(scores: Scores, classes: Sequence[str]) -> tuple[str, ...]:
    """Return the classes in an order in which those that are confused stand side by side."""
    return tuple(classes[place] for place in order_of(scores.confusion))


def how_sure(sureness: Sureness, *, several: bool) -> str:
    """Return whether the model may be believed how sure it is, in a sentence or two."""
    return sure_words.verdict(sureness, several=several)


def what_changed(calibration: Calibration) -> str:
    """Return what was done about how sure it is, in a sentence."""
    return sure_words.what_changed(calibration)
