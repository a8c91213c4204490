"""What was noticed, worst first: what it does to the result, its pictures, and one click to mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from core.domain.dataset import Issue, Severity
from core.domain.edit import Edit
from ui.paging import page_of
from ui.picture_grid import Tell, TileSet, draw
from ui.words import count, esc

_ORDER = list(Severity)
_LOOK = {
    Severity.BLOCKS: ("Must be solved before training", "red", ":material/block:"),
    Severity.WARNS: ("Worth a look", "orange", ":material/warning:"),
    Severity.INFORMS: ("For your information", "gray", ":material/info:"),
}
MOST_FILES = 500
LINES = 8  # more files scroll in their box
PAGE = 8  # pictures of a finding at once
BOXES = 3  # series or classes at once
BOX_PAGE = 6  # pictures of a box


def show(
    issues: Sequence[Issue], *, key: str, pictures_of: Callable[[Issue], tuple[TileSet, ...]], tell: Tell
) -> Edit | None:
    """Draw the findings and return the mend that was clicked; ``key`` names the version of the pictures."""
    if not issues:
        st.success(
            "Nothing was noticed: these pictures are fit to learn from.", icon=":material/check_circle:"
        )
    chosen = None
    for index, issue in enumerate(sorted(issues, key=lambda issue: _ORDER.index(issue.severity))):
        with st.container(border=True, key=f"finding_{index}", gap="small"):
            chosen = _finding(issue, f"{index}_{key}") or chosen
            _pictures(pictures_of(issue), issue, key=f"{key}_{index}", tell=tell)
            _files(issue)
    return chosen


def check_again() -> bool:
    """Draw the button that has all pictures looked at anew; return whether it was clicked."""
    return st.button(
        "Look for problems again",
        key="check_again",
        icon=":material/search_check:",
        type="tertiary",
        help="After an update of Sightsmith, or when the findings seem out of date.",
    )


def _finding(issue: Issue, key: str) -> Edit | None:
    """Draw a finding and return its mend if that was clicked.

    The button of another change is another button: a click on one that is gone by then does nothing, also
    where all findings of a version were made anew.
    """
    words, colour, icon = _LOOK[issue.severity]
    st.markdown(f":{colour}-badge[{icon} {words}] **{esc(issue.message)}**")
    told = " ".join(part for part in (issue.consequence, issue.hint) if part)
    if told:
        st.markdown(esc(told))
    if issue.mend is None:
        return None
    edit = issue.mend.edit
    clicked = st.button(esc(issue.mend.title), key=f"mend_{key}_{hash(edit):x}", icon=":material/healing:")
    return edit if clicked else None


def _pictures(sets: tuple[TileSet, ...], issue: Issue, *, key: str, tell: Tell) -> None:
    if not sets:
        return
    boxed = len(sets) > 1 or bool(sets[0].title)
    shown = _boxes(sets, key) if boxed else _some(sets[0], key)
    draw(shown, key=f"finding_pictures_{key}", label=issue.message, boxed=boxed, tell=tell)


def _some(one: TileSet, key: str) -> tuple[TileSet, ...]:
    shown = page_of(one.tiles, PAGE, noun="pictures", key=f"finding_page_{key}")
    return (TileSet(tiles=tuple(shown)),)


def _boxes(sets: tuple[TileSet, ...], key: str) -> tuple[TileSet, ...]:
    return tuple(_cut(one) for one in page_of(sets, BOXES, noun="groups", key=f"finding_page_{key}"))


def _cut(one: TileSet) -> TileSet:
    if len(one.tiles) <= BOX_PAGE:
        return one
    more = f"{BOX_PAGE} of {len(one.tiles):,}"
    return TileSet(title=f"{one.title} ({more})" if one.title else more, tiles=one.tiles[:BOX_PAGE])


def _files(issue: Issue) -> None:
    if not issue.paths:
        return
    with st.expander(count(len(issue.paths), "file"), type="compact"):
        st.code("\n".join(issue.paths[:MOST_FILES]), language=None, wrap_lines=True, height=_height(issue))
        if len(issue.paths) > MOST_FILES:
            st.caption(f"and {len(issue.paths) - MOST_FILES:,} more")


def _height(issue: Issue) -> int | Literal["content"]:
    return 240 if len(issue.paths) > LINES else "content"
