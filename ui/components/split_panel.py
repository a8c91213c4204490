"""Whether the split is honest: series kept together, and what a plain split would have told."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import split_words
from core.data.related import inner_folders, shared, titles, values
from core.domain.dataset import Dataset
from core.domain.edit import Edit, EditKind, SplitSettings
from ui.picture_grid import Tell, TileSet, draw
from ui.words import GLOSSARY, count, esc

PAIRS = 6
_MOST = 40  # per cent
_NOTHING, _FOLDERS = "\0nothing", "\0folders"  # no titles of columns
_CHOICES = {_NOTHING: "(nothing more)", _FOLDERS: "Folder inside its class"}


def show(dataset: Dataset, pairs: Sequence[TileSet], *, tell: Tell) -> None:
    """Draw what keeping series together changed, with pairs that a plain split would have torn apart."""
    check = dataset.split_check
    if check is None:
        st.caption("What another split would have told could not be measured for these pictures.")
        return
    kept, torn = dataset.split_settings.keep_series, split_words.torn_series(dataset)
    if scores := split_words.about_scores(check, kept=kept, torn=torn):
        st.markdown(f"**{esc(scores)}**", help=GLOSSARY["probe" if check.folds is None else "k-fold"])
    st.markdown(esc(split_words.about_series(check, kept=kept, torn=torn)))
    if leaks := split_words.about_leaks(check):
        st.markdown(esc(leaks))
    if pairs:
        st.caption("For example these, each pair torn apart by a plain split:")
        draw(
            tuple(pairs[:PAIRS]),
            key=f"pairs_{dataset.id}",
            label="Twins that a plain split would have torn apart",
            boxed=True,
            tell=tell,
        )


def settings(dataset: Dataset) -> Edit | None:
    """Draw how the pictures shall be divided; return the change when dividing again was asked for."""
    now = dataset.split_settings
    st.subheader("Divide them differently", anchor=False)
    if fixed := split_words.given(dataset):
        st.caption(f"{count(fixed, 'picture')} came with a split of your own; those stay where they are.")
    with st.form(f"split_form_{dataset.id}"):
        left, right = st.columns(2, gap="medium")
        validation = left.slider(
            "For validation, per cent",
            5,
            _MOST,
            _percent(now.validation),
            help=GLOSSARY["validation"],
            key=f"validation_share_{dataset.id}",
        )
        test = right.slider(
            "For the final test, per cent",
            5,
            _MOST,
            _percent(now.test),
            help=GLOSSARY["test"],
            key=f"test_share_{dataset.id}",
        )
        keep = left.toggle(
            "Keep series together",
            now.keep_series,
            key=f"keep_series_{dataset.id}",
            help="Near-duplicates and shots taken in one go are never divided between learning and judging.",
        )
        anew = left.toggle(
            "Draw lots anew",
            key=f"draw_lots_{dataset.id}",
            help="Other pictures of each class come into each part; otherwise as few as possible change.",
        )
        prefix = right.text_input(
            "Same beginning of the file name, up to",
            now.prefix,
            max_chars=20,
            placeholder="for example _",
            key=f"prefix_{dataset.id}",
            help="With “_”, the files plant7_a.jpg and plant7_b.jpg stay together. Empty: names say nothing.",
        )
        same = _same(dataset, right)
        asked = st.form_submit_button("Divide again", icon=":material/shuffle:", key="divide_again")
    if not asked:
        return None
    wanted = SplitSettings(
        validation=validation / 100,
        test=test / 100,
        seed=now.seed + 1 if anew else now.seed,
        keep_series=keep,
        prefix=prefix.strip(),
        column=same if same not in (_NOTHING, _FOLDERS) else "",
        folders=same == _FOLDERS,
    )
    return Edit(kind=EditKind.SPLIT, split_settings=wanted)


def _same(dataset: Dataset, place: DeltaGenerator) -> str:
    """Draw what pictures must have in common to stay together, and return it."""
    now = dataset.split_settings
    used = dataset.used()
    choices = [_NOTHING, *([_FOLDERS] if now.folders or shared(inner_folders(used)) else [])]
    choices += [title for title in titles(used) if title == now.column or shared(values(used, title))]
    if len(choices) == 1:
        return _NOTHING
    chosen = _FOLDERS if now.folders else now.column
    return place.selectbox(
        "Keep together what has the same",
        choices,
        choices.index(chosen) if chosen in choices else 0,
        format_func=lambda choice: _CHOICES.get(choice, choice),
        key=f"same_{dataset.id}",
        help="For example the patient, the plant or the place: where some pictures of a thing are learnt "
        "from and others judged on, the score is better than the truth. They stay together across classes, "
        "too.",
    )


def _percent(share: float) -> int:
    return min(_MOST, max(5, round(share * 100)))
