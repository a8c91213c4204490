"""Which class must not be overlooked, and how seldom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from ui.words import GLOSSARY

_NONE = "\0none"  # no class is called so
_SHARES = {"0.5 %": 0.005, "1 %": 0.01, "2 %": 0.02, "3 %": 0.03, "5 %": 0.05, "10 %": 0.1, "20 %": 0.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class MustNotMiss:
    """What the visitor wants."""

    name: str
    most_missed: float  # share of the class's pictures


def show(classes: Sequence[str], *, key: str) -> MustNotMiss | None:
    """Draw the choice of the class and of the share; return them, or None where no class is chosen."""
    left, right = st.columns(2, gap="medium")
    name = left.selectbox(
        "A class that must not be overlooked",
        [_NONE, *classes],
        format_func=lambda choice: "(none)" if choice == _NONE else choice,
        key=f"seldom_{key}",
        help="The model then says it already where it only suspects it. That finds more of them, and gives "
        "more false alarms.",
    )
    if name == _NONE:
        return None
    share = right.select_slider(
        "Of its pictures, at most this many may be missed",
        list(_SHARES),
        value="5 %",
        key=f"seldom_share_{key}",
        help=GLOSSARY["promise"],
    )
    return MustNotMiss(name=name, most_missed=_SHARES[share])
