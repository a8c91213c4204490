"""Which pictures of a list to show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from core.domain.dataset import Split
from core.domain.review import VerdictKind
from ui.review_items import DIFFER, UNSEEN, Item, Wanted
from ui.sentences import SPLITS

_Option = TypeVar("_Option")

_SURE = {
    "surer than 90 %": (0.9, 1.0),
    "70 to 90 % sure": (0.7, 0.9),
    "50 to 70 % sure": (0.5, 0.7),
    "less than 50 % sure": (0.0, 0.5),
}
_WIDTH = 168  # pixels: two beside each other on a phone


def show(items: Sequence[Item], *, key: str) -> Wanted:
    """Draw the choices that these pictures leave, the rarer ones folded away, and return what was chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="review_filters"):
        actual = _choice("Label", _each(items, lambda item: item.labels), key=f"{key}_actual")
        predicted = _choice("Taken for", _each(items, lambda item: item.other), key=f"{key}_predicted")
        verdict = _choice("Verdict", [UNSEEN, DIFFER, *VerdictKind], key=f"{key}_verdict")
        with st.popover("More filters", icon=":material/filter_list:"):
            sure = _choice("How sure", list(_SURE), key=f"{key}_sure")
            split = _choice("Used for", _splits(items), words=SPLITS.__getitem__, key=f"{key}_split")
            group = _choice("Series", _groups(items), words=_series(items), key=f"{key}_group")
            reviewer = _choice(
                "Reviewer",
                _each(items, lambda item: tuple(one.reviewer for one in item.verdicts)),
                words=lambda name: name or "somebody without a name",
                key=f"{key}_reviewer",
            )
    return Wanted(
        actual=actual,
        predicted=predicted,
        verdict=verdict,
        split=split,
        group=group,
        reviewer=reviewer,
        sure=_SURE[sure] if sure else (0.0, 1.0),
    )


def _choice(
    title: str, options: Sequence[_Option], *, key: str, words: Callable[[_Option], str] = str
) -> _Option | None:
    return st.selectbox(
        title,
        options,
        index=None,
        placeholder=f"{title}: any",
        label_visibility="collapsed",
        format_func=words,
        key=key,
        width=_WIDTH,
        disabled=not options,
    )


def _each(items: Sequence[Item], of: Callable[[Item], Sequence[str]]) -> list[str]:
    return sorted({name for item in items for name in of(item)}, key=str.casefold)


def _splits(items: Sequence[Item]) -> list[Split]:
    there = {item.split for item in items}
    return [split for split in Split if split in there]


def _groups(items: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys(item.group for item in items if item.group))


def _series(items: Sequence[Item]) -> Callable[[str], str]:
    """Return what a series is called: by its first picture here, since many have no name of their own."""
    first: dict[str, str] = {}
    for item in items:
        if item.group:
            first.setdefault(item.group, item.path)
    return lambda group: f"that of {first[group].rsplit('/', 1)[-1]}"
