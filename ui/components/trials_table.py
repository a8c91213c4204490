"""The ways that a run tried before it chose one: a table, the chosen one marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.domain.run import Trial
from ui.words import GLOSSARY, NO_FIGURE, count, esc, percent


def show(trials: Sequence[Trial], titles: Mapping[str, str]) -> None:
    """Draw what was tried, the best first; ``titles`` name backbones. Nothing where nothing was tried."""
    if not trials:
        return
    ways = len({(t.backbone, t.fine_tune_blocks, t.fine_tune_learning_rate) for t in trials})
    with st.expander(f"What was tried before: {count(ways, 'way')}", icon=":material/science:"):
        st.caption(esc(sentence(trials)))
        st.dataframe(
            table(trials, titles),
            hide_index=True,
            width="stretch",
            alt=f"{ways} ways to train with their results on the validation pictures",
            column_config={"Right on validation": st.column_config.TextColumn(help=GLOSSARY["validation"])},
        )


def sentence(trials: Sequence[Trial]) -> str:
    """Return how the choice was made, in words."""
    chosen = next((trial for trial in trials if trial.chosen), None)
    rule = "Each way learnt for an epoch; the better half went on for twice as long, until one was left"
    if chosen is None:
        return f"{rule}."
    return f"{rule}: {count(chosen.fine_tune_blocks, 'block')} at a rate of {_rate(chosen)}."


def table(trials: Sequence[Trial], titles: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per trial."""
    return pd.DataFrame(
        [
            {
                "": "Chosen" if trial.chosen else "",
                "Backbone": titles.get(trial.backbone, trial.backbone),
                "Blocks": trial.fine_tune_blocks,
                "Rate": _rate(trial),
                "Epochs": trial.epochs,
                "Right on validation": percent(trial.val_accuracy, digits=1),
                "Loss": NO_FIGURE if trial.val_loss is None else f"{trial.val_loss:.3f}",
                "Seconds": round(trial.seconds),
            }
            for trial in trials
        ]
    )


def _rate(trial: Trial) -> str:
    return f"{trial.fine_tune_learning_rate:.1e}"
