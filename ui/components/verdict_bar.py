"""What a reviewer says about the picture that is shown, or about all that are ticked; also by number keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.domain.review import Judgement, VerdictKind
from ui import state
from ui.words import count, esc, short

Say = Callable[[Judgement], None]

_HELP = {
    VerdictKind.LABEL_WRONG: "The picture lies in the wrong class. Choose the right one first.",
    VerdictKind.MODEL_WRONG: "The label is right, and a person can see that.",
    VerdictKind.AMBIGUOUS: "People would not agree either; label and picture stay as they are.",
    VerdictKind.BAD_PHOTO: "Nobody could tell what it shows. It is left out of the next training.",
    VerdictKind.NEW_CLASS: "It shows what no class stands for. Type the name of the new class first.",
    VerdictKind.RIGHT: "What it is labelled as is what it shows.",
}
_NEW_BESIDE = (
    "It shows what no class stands for. Type the name of the new class first, and choose the known classes "
    "that the picture shows, too."
)
_MIXED = "Some of these were answered wrongly and some not. Tick only the ones or the others to say this."
_WORDS = {
    VerdictKind.LABEL_WRONG: "Label wrong",
    VerdictKind.MODEL_WRONG: "Model wrong",
    VerdictKind.AMBIGUOUS: "Ambiguous",
    VerdictKind.BAD_PHOTO: "Bad photo",
    VerdictKind.NEW_CLASS: "New class",
    VerdictKind.RIGHT: "Label is right",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What verdicts are about: one picture or several, and what can be said of them."""

    pictures: int
    given: tuple[str, ...]  # the label of all of them; empty where they differ
    classes: tuple[str, ...]
    offered: tuple[str, ...]  # further names that reviewers gave
    suggested: tuple[str, ...]
    several: bool  # a picture may show several classes
    mistakes: bool  # whether all of them were answered wrongly
    rights: bool  # whether none of them was
    note: str = ""
    ticked: bool = False  # chosen in the list, and not the one that is looked at


def show(about: About, *, say: Say, key: str) -> None:
    """Draw the fields and the buttons; a click calls ``say`` before the page is drawn anew.

    ``key`` stands for what the verdict is about. Buttons of another key are other buttons: whoever presses
    a number faster than the page is drawn judges the picture on the screen, and never one not yet seen.
    """
    if about.ticked:
        st.markdown(f"**For {count(about.pictures, 'picture')} that you ticked:**")
    left, right = st.columns(2, gap="small")
    with left:
        chosen = _names(about, key=_names_key(about, key))
    right.text_input("Note", value=about.note, key=f"{key}_note", placeholder="optional", max_chars=2_000)
    with st.container(horizontal=True, gap="small", key="verdicts"):
        for number, kind in enumerate(VerdictKind, start=1):
            _button(number, kind, about, chosen, say=say, key=key)


def keys(about: About, key: str) -> tuple[str, ...]:
    """Return the keys of the fields, to empty them."""
    return _names_key(about, key), f"{key}_note"


def _names_key(about: About, key: str) -> str:
    """Return the key of the choice of classes, which is another one where another class is suggested.

    What one ticked picture suggests must not stay in the field once a second one is ticked.
    """
    return "_".join([key, *(about.suggested if about.ticked else ()), "names"])


def _names(about: About, *, key: str) -> tuple[str, ...]:
    """Draw the choice of the right class, or classes, what is suggested first; return what stands there."""
    offered = list(dict.fromkeys((*about.suggested, *about.classes, *about.offered)))
    if about.several:
        shown = st.multiselect(
            "It really shows",
            offered,
            default=list(about.suggested),
            key=key,
            accept_new_options=True,
        )
        return tuple(dict.fromkeys(name.strip() for name in shown if name.strip()))
    options = [name for name in offered if (name,) != about.given]
    found = st.selectbox(
        "It really shows",
        options,
        index=0 if about.suggested and options and options[0] in about.suggested else None,
        key=key,
        accept_new_options=True,
        placeholder="Choose a class, or type the name of a new one",
    )
    return (found.strip(),) if found and found.strip() else ()


def _button(
    number: int, kind: VerdictKind, about: About, names: tuple[str, ...], *, say: Say, key: str
) -> None:
    words = _WORDS[kind]
    if kind in _NAMED and _possible(kind, about, names):
        words = f"{words}: {esc(short(', '.join(names), 24))}"
    st.button(
        words,
        key=f"verdict_{number}_{key}",
        shortcut=str(number),
        disabled=not _possible(kind, about, names),
        help=_help(kind, about),
        on_click=_said,
        args=(kind, names if kind in _NAMED else (), say, key),
    )


def _help(kind: VerdictKind, about: About) -> str:
    if kind in (VerdictKind.MODEL_WRONG, VerdictKind.RIGHT) and not (about.mistakes or about.rights):
        return _MIXED
    return _NEW_BESIDE if about.several and kind is VerdictKind.NEW_CLASS else _HELP[kind]


_NAMED = (VerdictKind.LABEL_WRONG, VerdictKind.NEW_CLASS)


def _possible(kind: VerdictKind, about: About, names: Sequence[str]) -> bool:
    if kind is VerdictKind.LABEL_WRONG:
        return bool(names) and set(names) <= set(about.classes) and set(names) != set(about.given)
    if kind is VerdictKind.NEW_CLASS:
        new = set(names) - set(about.classes)
        return len(new) == 1 and (about.several or len(names) == 1)
    if kind is VerdictKind.MODEL_WRONG:
        return about.mistakes
    if kind is VerdictKind.RIGHT:
        return about.rights
    return True


def _said(kind: VerdictKind, names: tuple[str, ...], say: Say, key: str) -> None:
    note = state.written(f"{key}_note")  # as it stands there now: it may have come with the click
    say(Judgement(kind=kind, labels=names, note=note if isinstance(note, str) else ""))
