"""A finished run judged on pictures that came later: bring them in, watch, read the result."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.errors import AppError
from core.domain.further_test import FurtherTest
from core.domain.run import Run
from core.domain.slices import OriginChoice
from ui import errors, further_desk, results, spool, state
from ui.components import (
    big_upload,
    further_test,
    import_ending,
    import_monitor,
    server_folder,
    uploader,
)
from ui.upload_tickets import Uploaded

_WAYS = {
    "zip": ":material/folder_zip: A zip file",
    "here": ":material/computer: A folder on this computer",
}


def show(run: Run) -> None:
    """Draw the ways to test the run on more pictures, folded away, and the further tests it has had."""
    tests, job = further_desk.tests(run.id), further_desk.last_job(run.project_id)
    panel = st.expander(  # always under the same words: with others it would be another one, and fold itself
        "Test it further",
        icon=":material/add_task:",
        key=f"more_pictures_{run.id}",
        on_change="rerun",
    )
    with panel:
        if job is not None and job.status.active:
            import_monitor.show(job)
        else:
            if job is not None:
                import_ending.show(job)
            _begin(run, whole=bool(panel.open))
        if panel.open:
            for test in tests:
                _result(run, test)


def _begin(run: Run, *, whole: bool) -> None:
    """Draw the ways to test it; ``whole``: also what takes a while to find out."""
    turns, unseen, pictures = st.tabs(["On all its pictures, in turn", "Where it is new", "On more pictures"])
    with turns:
        _begin_turns(run)
    with unseen:
        _begin_unseen(run, further_desk.origins(run.id) if whole else ())
    with pictures:
        _begin_with_pictures(run)


def _begin_turns(run: Run) -> None:
    st.markdown(
        "With few pictures, one test is a matter of luck. Here the same settings are trained up to five "
        "times, each time without another part of the pictures, and every picture that may take turns is "
        "judged by a model that has not seen it (k-fold cross-validation). Pictures that you gave for "
        "validation or the test yourself, and a class's only series, are not judged. The score gets the "
        "range of all that are; the model stays as it is. It takes up to about five times as long as the "
        "training did."
    )
    st.button(
        "Judge all pictures in turn",
        key=f"cross_check_{run.id}",
        icon=":material/sync:",
        on_click=further_desk.cross_check,
        args=(run.id,),
    )


def _begin_unseen(run: Run, choices: Sequence[OriginChoice]) -> None:
    st.markdown(
        "Will it work in another hospital, with another camera, on another field? A usual test cannot say: "
        "its pictures come from the same places as those it learnt from. Here the same settings are trained "
        "up to five times, each time without the pictures of some places, and judged on those. The model "
        "stays as it is. It takes up to about five times as long as the training did."
    )
    if not choices:
        st.caption(
            "For that, Sightsmith must know where pictures come from, and two places must show the same "
            "classes. It reads it from folders inside those of the classes, from the camera that a photo "
            "names, or from a further column of a table of labels, as “hospital”."
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "What tells places apart?",
            choices,
            format_func=lambda one: f"{one.origin.column or one.origin.name.capitalize()} ({one.kinds:,})",
            help="In brackets: how many different ones there are.",
            key=f"origin_{run.id}",
            width=320,
        )
        st.button(
            "Judge each as a new one",
            key=f"cross_check_unseen_{run.id}",
            icon=":material/travel_explore:",
            on_click=further_desk.cross_check,
            args=(run.id, chosen.origin),
        )


def _begin_with_pictures(run: Run) -> None:
    st.markdown(
        "Pictures that came later, from another day, place or camera, tell whether the score holds there "
        "too. Sort them into one folder per class, named like the classes here. The first result stays as "
        "it is; pictures that the run learnt from do not count."
    )
    way = "zip"
    if server_folder.allowed():
        way = st.segmented_control(
            "Where are they?",
            list(_WAYS),
            default="zip",
            required=True,
            format_func=lambda chosen: _WAYS[chosen],
            key="further_way",
        )
    if way == "here":
        if found := server_folder.show(ask="Test on this folder"):
            further_desk.begin(run.id, found.folder, name=found.folder.name, labels=found.labels)
            st.rerun()
    else:
        _zip(run)


def _zip(run: Run) -> None:
    wanted, table = uploader.table()
    if wanted and table is None:
        return
    arrived = _arrived(run, with_table=wanted)
    if arrived is not None:
        labels = spool.beside(arrived.path, table) if table is not None else None
        further_desk.begin(run.id, arrived.path, name=arrived.name, labels=labels)
        state.uploads_taken()
        st.rerun()


def _arrived(run: Run, *, with_table: bool) -> Uploaded | None:
    """Draw the upload of a zip and return where it lies once it has arrived."""
    label = "A zip with the pictures" if with_table else "A zip with one folder of pictures per class"
    words = "They are judged and kept for looking at; nothing is learnt from them."
    key = f"further_zip_{run.id}"
    if not state.plain_upload():
        return big_upload.show(key=key, label=label, help=words, project_id=run.project_id)
    file = uploader.plain_zip(key=key, label=label, help=words)
    return Uploaded(path=spool.one(file), name=file.name) if file is not None else None


def _result(run: Run, test: FurtherTest) -> None:
    """Draw one further test; a damaged one is told, and can still be deleted."""
    try:
        own = results.report(run.id).test
        further = results.report(run.id, test=test.id).test
        by_origin = further_desk.by_origin(test)
    except AppError as problem:
        errors.show(problem)
        st.button(
            "Delete this further test",
            key=f"delete_further_{test.id}",
            on_click=further_desk.delete,
            args=(test.id,),
        )
        return
    further_test.show(test, own=own, further=further, by_origin=by_origin, delete=further_desk.delete)
