"""The result in a sentence, the worst confusions, and the figures."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.domain.report import Scores
from ui import results
from ui.charts import per_class
from ui.words import GLOSSARY, decimal, esc, percent, spread

_PERFECT = "1 is perfect"
_WITHOUT_MISTAKE = {
    False: "No class was mistaken for another.",
    True: "No class was missed, and none was named that is not there.",
}


@dataclass(frozen=True, slots=True)
class _Figure:
    title: str
    value: str
    below: str | None
    help: str


def show(scores: Scores) -> None:
    """Draw how good the model is on these pictures."""
    with st.container(border=True, key="headline"):
        st.header(esc(results.headline(scores)), anchor=False, help=GLOSSARY["interval"])
        confusions = results.worst_confusions(scores)
        if confusions:
            st.markdown("\n".join(f"- {esc(words)}" for words in confusions))
        elif scores.pictures:
            st.markdown(_WITHOUT_MISTAKE[scores.several])
        if scores.groups is not None:
            st.caption(
                f"Some of the {scores.pictures:,} pictures belong to one series and are alike: they count as "
                f"what they are, {scores.groups:,} independent ones at most, so the range is wider."
            )
    figures = _figures(scores)
    grid = st.grid(len(figures), min_column_width=150)
    for figure in figures:
        grid.metric(
            figure.title,
            figure.value,
            delta=figure.below,
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=figure.help,
        )


def _figures(scores: Scores) -> tuple[_Figure, ...]:
    shares = _several(scores) if scores.several else _one(scores)
    wrong = f"{scores.pictures - scores.correct:,} answered wrongly"
    return (*shares, _Figure("Pictures judged", f"{scores.pictures:,}", wrong, GLOSSARY[scores.split]))


def _one(scores: Scores) -> tuple[_Figure, ...]:
    return (_share("Accuracy", scores, GLOSSARY["accuracy"]), _macro_f1(scores))


def _several(scores: Scores) -> tuple[_Figure, ...]:
    precision = decimal(scores.mean_average_precision)
    return (
        _share("Exactly right", scores, GLOSSARY["exact match"]),
        _macro_f1(scores),
        _Figure("Micro F1", decimal(scores.micro_f1), _PERFECT, GLOSSARY["micro F1"]),
        _Figure("Average precision", precision, _PERFECT, GLOSSARY["average precision"]),
    )


def _share(title: str, scores: Scores, words: str) -> _Figure:
    share = scores.accuracy
    value = percent(share.value if share else None, digits=1)
    return _Figure(
        title, value, spread(share) if share else None, f"{words} The range: {GLOSSARY['interval']}"
    )


def _macro_f1(scores: Scores) -> _Figure:
    span = per_class.span(scores.macro_f1_interval)
    words = GLOSSARY["macro F1"] + (f" The range: {GLOSSARY['interval']}" if span else "")
    return _Figure("Macro F1", decimal(scores.macro_f1), span or _PERFECT, words)
