"""Why one picture was answered as it was: what is asked, and what is drawn of it."""

from __future__ import annotations

import base64
from pathlib import Path

import streamlit as st

from core.data.decode import thumbnail
from core.domain.explanation import Alike, Explanation, Likely
from core.domain.report import Answer
from core.evaluation.explain_words import what_covering_tells
from ui import thumbnails
from ui.components import explained_picture
from ui.components.explained_picture import Shown
from ui.services import open_studio

_SAID, _REALLY, _BOTH = "what it said", "what it really is", "what it said, rightly"


def of_picture(run_id: str, answer: Answer, *, key: str) -> None:
    """Draw why a known picture was answered as it was; AppError where that cannot be told."""
    _draw(
        run_id,
        answer.sha256,
        "",
        answer=answer,
        source=thumbnails.uri(answer.sha256, thumbnails.LARGE),
        key=key,
    )


def of_file(run_id: str, file: Path, answer: Answer, *, key: str) -> None:
    """Draw the same for a file that belongs to no project; it has to be there as long as it is shown."""
    state = file.stat()
    stamp = f"{state.st_mtime_ns} {state.st_size}"
    _draw(run_id, str(file), stamp, answer=answer, source=_file_uri(str(file), stamp), key=key)


def _draw(run_id: str, picture: str, stamp: str, *, answer: Answer, source: str, key: str) -> None:
    class_name = explained_picture.choose(classes_of(answer), key=key)
    with st.spinner("Looking at what the model looked at ..."):
        found = _explained(run_id, picture, stamp, class_name)
        likely, alike = _likely(run_id, picture, stamp), _alike(run_id, picture, stamp)
    shown = Shown(
        picture=source,
        alt=f"{answer.path}, with colours where the model looked for {class_name}",
        explanation=found,
        told=what_covering_tells(found),
        likely=likely,
        alike=tuple((one, thumbnails.uri(one.sha256)) for one in alike),
    )
    explained_picture.show(shown, key=key)


def classes_of(answer: Answer) -> dict[str, str]:
    """Return the classes whose heat is worth seeing, with what each is; what was said comes first."""
    if not answer.several:
        real = (answer.label,) if answer.label is not None else ()
        return _told((answer.predicted,), real)
    return _told(answer.named or (answer.predicted,), answer.labels, several=True)


def _told(said: tuple[str, ...], real: tuple[str, ...], *, several: bool = False) -> dict[str, str]:
    really = "which it really shows" if several else _REALLY
    found = {name: _BOTH if name in real else _SAID for name in said}
    return found | {name: really for name in real if name not in found}


@st.cache_resource(max_entries=32, show_spinner=False)
def _explained(run_id: str, picture: str, stamp: str, class_name: str) -> Explanation:
    """Return an explanation; it never changes, so all visitors share one. ``stamp`` is empty for a hash."""
    return open_studio().explain(run_id, _asked(picture, stamp), class_name)


@st.cache_resource(max_entries=256, show_spinner=False)
def _likely(run_id: str, picture: str, stamp: str) -> tuple[Likely, ...]:
    return open_studio().likely(run_id, _asked(picture, stamp))


@st.cache_resource(max_entries=256, show_spinner=False)
def _alike(run_id: str, picture: str, stamp: str) -> tuple[Alike, ...]:
    return open_studio().similar(run_id, _asked(picture, stamp))


@st.cache_resource(max_entries=16, show_spinner=False)
def _file_uri(file: str, stamp: str) -> str:
    del stamp  # part of the key: another file may come to lie in the same place
    return "data:image/jpeg;base64," + base64.b64encode(thumbnail(Path(file), size=thumbnails.LARGE)).decode()


def _asked(picture: str, stamp: str) -> str | Path:
    return Path(picture) if stamp else picture
