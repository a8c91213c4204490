"""Which model from elsewhere to try, and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.package import KeptPackage, PackageInfo
from ui import state
from ui.words import count, esc, percent, spread, unique

_NAMED = 6  # classes


def show(packages: Sequence[KeptPackage]) -> KeptPackage:
    """Draw the choice and what the chosen one says of itself, and return it."""
    labels = unique([", ".join(filter(None, (one.info.name, one.info.project))) for one in packages])
    named = {package.id: label for package, label in zip(packages, labels, strict=True)}
    chosen = st.selectbox(
        "Model from elsewhere", list(named), format_func=lambda one: named.get(one, one), key=state.PACKAGE
    )
    package = next((one for one in packages if one.id == chosen), packages[0])
    st.caption(esc(_about(package.info)))
    return package


def _about(info: PackageInfo) -> str:
    shown = ", ".join(info.classes[:_NAMED])
    more = f" and {len(info.classes) - _NAMED:,} more" if len(info.classes) > _NAMED else ""
    told = f"It knows {count(len(info.classes), 'class')}: {shown}{more}."
    if info.accuracy is None:
        return told
    share = f"{percent(info.accuracy.value)} of {count(info.tested_on, 'picture')}"
    span = spread(info.accuracy)
    return f"{told} Where it was trained, it was right on {share} that it had never seen ({span})."
