"""Pictures of one class from the webcam: as many shots as one likes, then all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ui import state
from ui.words import count

_SHOWN = 12  # of the latest shots


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What was done: a photo was taken, all are to be added to the class ``label``, or thrown away."""

    photo: UploadedFile | None = None
    label: str | None = None
    start_over: bool = False


def show(classes: Sequence[str], shots: Sequence[Path]) -> Shot | None:
    """Draw the camera and the shots taken so far; return what was done, once."""
    label = st.selectbox(
        "Which class do you show the camera?",
        list(classes),
        index=None,
        accept_new_options=True,
        placeholder="Type a name, for example: thumb up",
        key="webcam_class",
    )
    camera, taken = st.columns([3, 2], gap="medium")
    photo = camera.camera_input("Take photos", key=state.upload_key("webcam"))
    with taken:
        done = _taken(shots, (label or "").strip())
    return Shot(photo=photo) if photo is not None else done


def _taken(shots: Sequence[Path], label: str) -> Shot | None:
    if not shots:
        st.caption(
            "Each photo is collected here. Turn and move the thing a little between photos. "
            "The photos of one sitting stay together, for learning or for judging: take a second sitting "
            "of the same class, in another place or light, so that there is something to judge on."
        )
        return None
    latest = [str(path) for path in shots[-_SHOWN:]]
    st.image(latest, width=96, alt=[f"Photo {i + 1}" for i in range(len(latest))])
    with st.container(horizontal=True):
        add = st.button(
            f"Add {count(len(shots), 'photo')}", key="add_shots", type="primary", disabled=not label
        )
        again = st.button("Start over", key="drop_shots", icon=":material/delete:")
    if not label:
        st.caption("Give the class a name; then the photos can be added.")
    if add and label:
        return Shot(label=label)
    return Shot(start_over=True) if again else None
