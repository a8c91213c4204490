"""A trained model tried on pictures it has never seen: single ones at once, a folder in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256

import streamlit as st

from core.domain.errors import AppError
from core.domain.run import JobSnapshot
from core.domain.trying import Tried, TriedBatch
from core.sharing.sorted_pictures import answer_table
from ui import errors, explaining, navigation, services, spool, state, suggest_desk, suggesting, try_desk
from ui.components import (
    answer_card,
    batch_table,
    big_upload,
    export_button,
    import_ending,
    import_monitor,
    paste,
    send_to_project,
    server_folder,
    try_ways,
    uploader,
)
from ui.components.answer_card import Asked
from ui.paging import page_of
from ui.try_desk import Model
from ui.upload_tickets import Uploaded
from ui.words import count, duration, esc

_PAGE = 6  # answers below each other
_PASTE = "Or copy a picture anywhere, and paste it here: Ctrl+V, or ⌘V on a Mac."


def show(model: Model) -> None:
    """Draw the ways to try the model, and what it said."""
    if warned := state.warned():
        st.warning(esc(warned), icon=":material/info:")
    job = try_desk.job(model.place)
    busy = job is not None and job.status.active
    _ways(model, busy=busy)
    try:
        with st.spinner("The model is looking ..."):
            found = try_desk.tried(model)
    except AppError as problem:
        errors.show(problem)
        return
    if found:
        _answers(model, found)
    if job is not None:
        _folder(model, job)


def _ways(model: Model, *, busy: bool) -> None:
    way = try_ways.choose(here=server_folder.allowed())
    if way in ("zip", "folder", "here") and busy:
        st.caption("Pictures are being answered; another zip or folder can follow then.")
    elif way == "zip":
        if arrived := _zip(model):
            try_desk.begin_zip(model, arrived)
            st.rerun()
    elif way == "here":
        if folder := try_ways.folder_here():
            try_desk.begin_folder(model, folder)
            st.rerun()
    else:
        _uploads(model, way)


def _uploads(model: Model, way: str) -> None:
    if way == "webcam":
        files = try_ways.photo()
    else:
        files = try_ways.folder() if way == "folder" else try_ways.files(at_once=try_desk.AT_ONCE)
    if way == "pictures":
        paste.show(state.upload_key("try_files"), hint=_PASTE)
    if not files:
        return
    with st.spinner("Checking the pictures ..."):
        try_desk.begin(model, files)
    st.rerun()


def _zip(model: Model) -> Uploaded | None:
    """Draw the upload of a zip and return where it lies once it has arrived."""
    label, words = "A zip with pictures", "They are answered in the background; folders inside do no harm."
    key = f"try_zip_{model.place}"
    if not state.plain_upload():
        return big_upload.show(key=key, label=label, help=words, project_id=model.place)
    file = uploader.plain_zip(key=key, label=label, help=words)
    return Uploaded(path=spool.one(file), name=file.name) if file is not None else None


def _answers(model: Model, found: tuple[Tried, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("What it says" if len(found) == 1 else f"{len(found)} pictures", anchor=False)
        st.button(
            "Put away", key="forget_trial", type="tertiary", icon=":material/close:", on_click=try_desk.forget
        )
    if any(one.answer and one.answer.doubt for one in found):
        st.caption(f"The rule by which it answers: {esc(model.rule)}")
    classes = try_desk.right_classes(model)
    for one in page_of(found, _PAGE, noun="pictures", key="tried_page"):
        with st.container(border=True):
            _one(model, one, classes, open_at_once=len(found) == 1)


def _one(model: Model, one: Tried, classes: Sequence[str], *, open_at_once: bool) -> None:
    """Draw one answer with its reasons, and what to do about it."""
    key = f"tried_{sha256(str(one.location).encode()).hexdigest()[:12]}"
    answer_card.show(
        Asked(
            name=one.name,
            picture=try_desk.small(one),
            answer=one.answer,
            problem=one.problem,
            hint=one.hint,
            rule=model.rule,
        ),
        key=key,
    )
    if one.answer is None or model.project_id is None:
        return
    send = partial(try_desk.send, model, one)
    send_to_project.show(classes, send, sent_as=state.sent().get(one.sha256), key=key)
    why = st.expander(
        "Why this answer",
        expanded=open_at_once,
        icon=":material/center_focus_strong:",
        on_change="rerun",
        key=f"{key}_why",
    )
    if why.open:
        with why:
            _why(model.source.id, one, key=key)


def _why(run_id: str, one: Tried, *, key: str) -> None:
    if one.answer is None:
        return
    try:
        explaining.of_file(run_id, one.location, one.answer, key=f"{key}_{run_id[:6]}")
    except OSError:
        st.caption("The picture is not there any more.")
    except AppError as problem:
        errors.show(problem)


def _folder(model: Model, job: JobSnapshot) -> None:
    """Draw the folder or zip under way, or its answers."""
    if job.status.active:
        import_monitor.show(job)
        return
    batch = try_desk.batch(model.place)
    if batch is None or batch.id != job.id:
        import_ending.show(job)
        return
    _batch(model, batch)


def _batch(model: Model, batch: TriedBatch) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{count(len(batch.tried), 'picture')} of {esc(batch.name)}", anchor=False)
        st.button(
            "Put away",
            key="forget_batch",
            type="tertiary",
            icon=":material/close:",
            on_click=try_desk.forget_batch,
            args=(model.place,),
        )
    asked = _asked(model, batch)
    st.caption(esc(_about(asked, batch)))
    if batch.class_folders:
        _about_folders(model)
    for issue in batch.left_out:
        st.caption(esc(issue.message))
    csv = partial(answer_table, batch.tried)
    found = suggest_desk.suggestions(model.project_id) if model.project_id else None
    chosen = batch_table.show(
        batch.tried,
        try_desk.small,
        csv,
        take_along=partial(export_button.show_sorted, model.place),
        filed=found.filed if found else {},
        key=f"batch_{batch.id[:8]}",
    )
    if chosen is not None:
        helper = asked or replace(model, source=batch.source)
        with st.container(border=True):
            _one(helper, chosen, try_desk.right_classes(helper), open_at_once=True)
    if model.project_id and found:
        suggesting.show(model.project_id, batch, found)


def _asked(model: Model, batch: TriedBatch) -> Model | None:
    """Return the model that has answered; None where its run is gone."""
    if batch.source == model.source:
        return model
    run = services.run(batch.source.id)
    return try_desk.of_run(run) if run else None


def _about(asked: Model | None, batch: TriedBatch) -> str:
    """Return who answered how much of it, and how long that took."""
    name = asked.name if asked else "a run that is gone"
    stopped = f" You stopped it: {batch.found - len(batch.tried):,} were not looked at." * (
        len(batch.tried) < batch.found
    )
    return f"Answered by {name} in {duration(batch.seconds)}.{stopped}"


def _about_folders(model: Model) -> None:
    told = "Some folders are named like classes. Here that means nothing"
    if model.project_id is None:
        st.info(f"{told}: right answers are not counted.", icon=":material/fact_check:")
        return
    st.info(
        f"{told}; to count right answers, use “Test it further” on Evaluate.", icon=":material/fact_check:"
    )
    navigation.link("evaluate", "Test it further")
