"""The ready backbones compared on the user's pictures: a leaderboard."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.domain.outlook import Outlook
from ui.words import GLOSSARY, percent, spread


def show(found: Outlook | None) -> None:
    """Draw how each ready backbone does without fine-tuning; nothing before anything is known."""
    if found is None or not found.looks:
        return
    st.dataframe(
        table(found),
        hide_index=True,
        width="stretch",
        alt=f"{len(found.looks)} backbones compared on your pictures, the best first",
        column_config={
            "Right without fine-tuning": st.column_config.TextColumn(
                help="A new head on frozen features, cross-validated on all pictures but those of the test."
            ),
            "Range": st.column_config.TextColumn(help=GLOSSARY["interval"]),
        },
    )


def table(found: Outlook) -> pd.DataFrame:
    """Return one row per backbone."""
    chosen = found.recommendation.key if found.recommendation else None
    return pd.DataFrame(
        [
            {
                "": "Recommended" if look.key == chosen else "",
                "Backbone": look.title,
                "Right without fine-tuning": percent(look.accuracy.value, digits=1),
                "Range": spread(look.accuracy),
                "Pictures per second here": round(look.pictures_per_second),
                "Size": f"{look.parameters / 1e6:.1f} million numbers",
            }
            for look in found.looks
        ]
    )
