"""What training again with the corrections would change, asked once before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from ui.words import count, esc


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What corrections change in the pictures."""

    relabelled: int
    left_out: int
    brought_back: int
    waiting: tuple[tuple[str, int], ...]  # classes without a picture to learn from, pictures moved there
    new_classes: tuple[str, ...]
    disputed: int  # pictures on which reviewers differ
    made: bool  # corrections were made before, and nothing was trained on them yet

    @property
    def pictures(self) -> int:
        """How many pictures are to be changed."""
        return self.relabelled + self.left_out + self.brought_back + sum(dict(self.waiting).values())


def decider(reviewers: Sequence[str], *, disputed: int, key: str) -> str:
    """Return whose verdict counts where reviewers differ; empty where nothing is changed there."""
    if not disputed or not any(reviewers):
        return ""
    chosen = st.selectbox(
        f"Reviewers differ on {count(disputed, 'picture')}. Whose verdict counts there?",
        [name for name in reviewers if name],
        index=None,
        placeholder="Nobody's: leave these as they are",
        key=f"decides_{key}",
    )
    return chosen or ""


def show(change: Change, *, key: str) -> bool:
    """Draw what would change and the button that does it; return whether it was clicked."""
    if not change.pictures and not change.made:
        st.markdown(
            "Nothing to correct yet. Say of a picture that its label is wrong, that it is a bad photo, or "
            "that it shows a new class."
        )
        return False
    st.markdown(in_words(change))
    st.caption(
        "The settings stay the same. The pictures get a new version, which “Undo” on the Pictures page "
        "takes back; this result stays as it is."
    )
    return st.button(
        "Correct and train again" if change.pictures else "Train again",
        key=f"retrain_{key}",
        type="primary",
        icon=":material/model_training:",
    )


def in_words(change: Change) -> str:
    """Return what would change, as Markdown."""
    if not change.pictures:
        return "The corrections are made; nothing was trained on them yet."
    parts = []
    if change.relabelled:
        parts.append(f"{count(change.relabelled, 'label')} changed")
    if change.left_out:
        parts.append(f"{count(change.left_out, 'picture')} left out")
    if change.brought_back:
        parts.append(f"{count(change.brought_back, 'picture')} brought back")
    if change.new_classes:
        names = ", ".join(esc(name) for name in change.new_classes)
        parts.append(f"{count(len(change.new_classes), 'new class')} ({names})")
    told = [f"**{'; '.join(parts)}.**"] if parts else []
    return " ".join((*told, *(_waits(name, number) for name, number in change.waiting)))


def _waits(name: str, number: int) -> str:
    is_are, it_comes = ("is", "it comes") if number == 1 else ("are", "they come")
    return (
        f"{count(number, 'picture')} of “{esc(name)}” {is_are} left out for now: there is no picture of it "
        f"to learn from. Add some on the Pictures page; then {it_comes} back with the corrections here."
    )
