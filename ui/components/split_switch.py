"""Which pictures the figures are about."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.dataset import Split
from core.domain.further_test import FurtherTest
from ui.words import GLOSSARY, esc, moment, short, unique

_NAMES = {Split.TEST: "Test pictures", Split.VALIDATION: "Validation pictures"}
_HELP = f"**Test:** {GLOSSARY['test']}\n\n**Validation:** {GLOSSARY['validation']}"


def show(run_id: str, further: Sequence[FurtherTest] = ()) -> tuple[Split, str]:
    """Draw the switch with the run's further tests beside its own pictures.

    Returns the split, and the id of the further test, which is empty for the run's own pictures. Each run
    has a switch of its own, and a new one when its further tests change: what is gone cannot stay chosen.
    """
    titles = unique([test.name if test.turns else f"More: {short(test.name, 24)}" for test in further])
    names = {str(split): name for split, name in _NAMES.items()}
    names |= {test.id: title for test, title in zip(further, titles, strict=True)}
    chosen = st.segmented_control(
        "Judged on",
        list(names),
        default=str(Split.TEST),
        required=True,
        format_func=lambda one: esc(names[one]),
        key="_".join(("judged_on", run_id, *(test.id[:6] for test in further))),
        help=_HELP,
    )
    test = next((test for test in further if test.id == chosen), None)
    if test is not None:
        what = f"Pictures of {esc(test.name)}, judged"
        if test.turns:
            seen = f"seen nothing of its {test.unseen.name}" if test.unseen else "not seen it"
            what = f"Each picture judged by one of {test.turns} models that had {esc(seen)},"
        st.caption(f"{what} on {esc(moment(test.created_at))}.")
        return Split.TEST, test.id
    if chosen == Split.VALIDATION:
        st.caption("These pictures helped to choose the best epoch: the score is a little too friendly.")
    return Split(chosen or Split.TEST), ""
