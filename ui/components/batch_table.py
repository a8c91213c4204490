"""The answers to a whole folder: a table with small pictures, by doubt and by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import streamlit as st

from core.domain.report import Doubt
from core.domain.trying import Tried
from core.evaluation.answer_words import mark, said
from ui.paging import page_of
from ui.words import count, percent

PAGE: Final = 100  # rows at once: with their pictures about 500 KB
_BROKEN: Final = "Not readable"
_NONE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
_ICONS = {
    mark(None): ":material/check_circle:",
    mark(Doubt.NOT_SURE): ":material/help:",
    mark(Doubt.UNLIKE): ":material/travel_explore:",
    _BROKEN: ":material/broken_image:",
}


def show(
    tried: Sequence[Tried],
    thumbnail: Callable[[Tried], str],
    csv: Callable[[], bytes],
    *,
    take_along: Callable[[], None],
    filed: Mapping[str, tuple[str, ...]] = _NONE,
    key: str,
) -> Tried | None:
    """Draw the filters, the table and its download; return the picture whose row is chosen.

    ``thumbnail`` gives a data address for the rows that are drawn; ``take_along`` draws a further download
    beside that of the table; ``filed`` holds the classes of those that
    are in the project, by content hash.
    """
    shown = _filtered(tried, key=key)
    if not shown:
        st.caption("No picture is like that.")
        return None
    page = page_of(shown, PAGE, noun="pictures", key=f"{key}_page")
    table = st.dataframe(
        _columns(page, thumbnail, filed),
        hide_index=True,
        row_height=64,
        height=min(640, 38 + 64 * len(page)),
        column_config={
            "Picture": st.column_config.ImageColumn(width="small"),
            "How sure": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%d %%"),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"{key}_table_{len(shown)}",
        alt=f"{count(len(page), 'picture')} with the model's answers",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "All answers",
            data=csv,
            file_name="answers.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            key=f"{key}_csv",
        )
        take_along()
    rows = table.selection.rows
    return page[rows[0]] if rows and rows[0] < len(page) else None


def _filtered(tried: Sequence[Tried], *, key: str) -> list[Tried]:
    outcomes, classes = Counter(map(_outcome, tried)), sorted({_said(one) for one in tried if one.answer})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        outcome = st.pills(
            "Show",
            [name for name in _ICONS if outcomes[name]],
            format_func=lambda name: f"{_ICONS[name]} {name} ({outcomes[name]:,})",
            key=f"{key}_outcome",
        )
        named = st.multiselect(
            "Answered as",
            classes,
            placeholder="Any class",
            key=f"{key}_classes",
            width=320,
        )
    return [
        one
        for one in tried
        if (outcome is None or _outcome(one) == outcome) and (not named or _said(one) in named)
    ]


def _columns(
    page: Sequence[Tried],
    thumbnail: Callable[[Tried], str],
    filed: Mapping[str, tuple[str, ...]] = _NONE,
) -> dict[str, list[Any]]:
    there = {"In the project": [", ".join(filed.get(one.sha256, ())) for one in page]} if filed else {}
    return {
        "Picture": [thumbnail(one) or None for one in page],
        "File": [one.name for one in page],
        "Answer": [_said(one) for one in page],
        "How sure": [_whole(one.answer.how_likely) if one.answer else None for one in page],
        "Told": [one.problem or mark(one.answer.doubt if one.answer else None) for one in page],
        **there,
    }


def _whole(share: float) -> int:
    """Return whole per cent, rounded as everywhere: 100 only when nothing is missing."""
    return int(percent(share).split()[0])


def _outcome(one: Tried) -> str:
    return mark(one.answer.doubt) if one.answer else _BROKEN


def _said(one: Tried) -> str:
    return said(one.answer) if one.answer else ""
