"""All runs that have a result, the most accurate first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.domain.comparison import LeaderboardLine
from ui.sentences import PRESETS
from ui.words import GLOSSARY, count, duration, moment, spread

_LUCKY = (
    "The best of many runs was also a little lucky: its score is somewhat too friendly. Before you rely on "
    "it, try it on pictures that none of the runs was judged on."
)
_MANY = 4  # runs from which on that is worth saying


def show(lines: Sequence[LeaderboardLine], backbones: Mapping[str, str]) -> None:
    """Draw one row per run; ``backbones`` are the networks' names by key."""
    st.dataframe(
        table(lines, backbones),
        hide_index=True,
        column_config={
            "Run": st.column_config.TextColumn(pinned=True, width=150),
            "Right": st.column_config.NumberColumn(format="%.1f %%", help=GLOSSARY["accuracy"]),
            "Range": st.column_config.TextColumn(help=GLOSSARY["interval"]),
            "Macro F1": st.column_config.NumberColumn(format="%.2f", help=GLOSSARY["macro F1"]),
            "Tested": st.column_config.NumberColumn(help="Test pictures it was judged on."),
        },
        key="leaderboard",
        alt=f"{count(len(lines), 'run')}, best first: {lines[0].name}",
    )
    if any(not line.comparable for line in lines):
        st.caption(
            "“Other test pictures”: judged on other pictures or classes than the first of this list, so "
            "their scores cannot be compared with its."
        )
    if len(lines) >= _MANY:
        st.caption(_LUCKY)


def table(lines: Sequence[LeaderboardLine], backbones: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows as they are read."""
    return pd.DataFrame(
        [
            {
                "Run": f"★ {line.name}" if line.starred else line.name,
                "Right": line.accuracy.value * 100 if line.accuracy else None,
                "Range": spread(line.accuracy) if line.accuracy else "",
                "Comparable": _comparable(line),
                "Macro F1": line.macro_f1,
                "Tested": line.pictures,
                "Preset": PRESETS[line.preset] if line.preset else "Own settings",
                "Backbone": backbones.get(line.backbone, line.backbone),
                "Took": "" if line.seconds is None else duration(line.seconds),
                "Trained": moment(line.created_at),
                "Note": line.note,
            }
            for line in lines
        ]
    )


def _comparable(line: LeaderboardLine) -> str:
    if line.accuracy is None:
        return "no readable result"
    return "yes" if line.comparable else "other test pictures"
