"""What mistakes cost, in a small table of words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.decision import Cost
from ui.words import esc

_REALLY, _SAID, _COST = "When it really is", "and the model says", "it costs"


def show(classes: Sequence[str], kept: Sequence[Cost], *, key: str) -> tuple[Cost, ...]:
    """Draw the table, at first as it is kept, and return its complete rows."""
    table = pd.DataFrame(
        [(one.actual, one.said, one.cost) for one in kept], columns=[_REALLY, _SAID, _COST]
    ).astype({_REALLY: "object", _SAID: "object", _COST: "float64"})
    edited = st.data_editor(
        table,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            _REALLY: st.column_config.SelectboxColumn(options=list(classes), required=True),
            _SAID: st.column_config.SelectboxColumn(options=list(classes), required=True),
            _COST: st.column_config.NumberColumn(min_value=0.0, max_value=1e6, required=True),
        },
        key=f"costs_{key}",
    )
    costs = {
        (str(row[_REALLY]), str(row[_SAID])): float(row[_COST])
        for row in edited.to_dict("records")
        if row[_REALLY] in classes and row[_SAID] in classes and pd.notna(row[_COST])
    }
    same = [name for name, said in costs if name == said]
    if same:
        name = esc(same[0])
        st.caption(f"Saying {name} when it really is {name} is no mistake: that row does nothing.")
    return tuple(
        Cost(actual=actual, said=said, cost=cost) for (actual, said), cost in costs.items() if actual != said
    )
