"""What mistakes cost where a picture may show several classes: a row for each class."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.decision import Cost

_CLASS, _OVERLOOKED, _NAMED = "Class", "Overlooking it costs", "Naming it wrongly costs"


def show(classes: Sequence[str], kept: Sequence[Cost], *, key: str) -> tuple[Cost, ...]:
    """Draw the table, at first as it is kept, and return every cost that is not 1."""
    told = {(one.actual, one.said): one.cost for one in kept}
    table = pd.DataFrame(
        {
            _CLASS: list(classes),
            _OVERLOOKED: [told.get((name, ""), 1.0) for name in classes],
            _NAMED: [told.get(("", name), 1.0) for name in classes],
        }
    )
    cost = st.column_config.NumberColumn(min_value=0.0, max_value=1e6, required=True)
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=[_CLASS],
        column_config={_OVERLOOKED: cost, _NAMED: cost},
        key=f"class_costs_{key}",
    )
    return tuple(
        Cost(actual=actual, said=said, cost=float(row[column]))
        for row in edited.to_dict("records")
        for column, actual, said in ((_OVERLOOKED, row[_CLASS], ""), (_NAMED, "", row[_CLASS]))
        if pd.notna(row[column]) and row[column] != 1
    )
