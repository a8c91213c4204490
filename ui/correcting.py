"""What a review leads to: corrected pictures, a training on them, and seeing what that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

import streamlit as st

from core.domain.edit import Edit, EditKind
from core.domain.errors import AppError
from core.domain.run import Run
from ui import navigation, review_desk, services, state
from ui.comparing import learnt_from_corrections
from ui.components import correction_panel
from ui.components.correction_panel import Change
from ui.services import open_studio
from ui.words import count


def of_run(run: Run) -> None:
    """Draw what training again with the corrections would change; begin it, and go to watch it."""
    disputed = len(open_studio().conflicts(run.id))
    number = _change(run, decides="", disputed=disputed).pictures
    words = "Retrain with these corrections" + (f" ({number:,})" if number else "")
    with st.popover(words, icon=":material/model_training:", key=f"correct_{run.id}"):
        decides = correction_panel.decider(review_desk.reviewers(run.id), disputed=disputed, key=run.id)
        change = _change(run, decides=decides, disputed=disputed)
        if correction_panel.show(change, key=run.id):
            _begin(run, decides)


def earlier(run: Run) -> Run | None:
    """Return the run whose review this one was trained after, or None: same settings, corrected pictures."""
    runs = services.results(run.project_id)  # newest first, whatever the clock said
    older = runs[next((place for place, one in enumerate(runs) if one.id == run.id), len(runs)) :]
    return next((one for one in older if _alike(one, run) and learnt_from_corrections(one, run)), None)


def _alike(one: Run, other: Run) -> bool:
    """Whether both have the same settings; for how long several ways were tried before is settled by then."""
    return replace(one.config, search_minutes=0) == replace(other.config, search_minutes=0)


def show_change(run: Run) -> None:
    """Offer what the corrections changed once such a training has ended; who waited for it is taken there."""
    if not run.status.has_result or (before := earlier(run)) is None:
        return
    waited = state.awaited() == run.id
    if waited:
        state.wait_for(None)
    clicked = st.button(
        "See what the corrections changed", key="to_changes", icon=":material/compare_arrows:"
    )
    if waited or clicked:
        state.select_pair(before.id, run.id)
        navigation.go("compare")


def _change(run: Run, *, decides: str, disputed: int) -> Change:
    now = services.dataset(run.project_id)
    edits = open_studio().corrections(run.id, decides=decides)
    return summed_up(
        edits,
        classes=now.classes if now else (),
        disputed=disputed,
        made=not edits and now is not None and _untrained(run, now.id),
    )


def summed_up(edits: Sequence[Edit], *, classes: Sequence[str], disputed: int, made: bool) -> Change:
    """Return what corrections change in pictures of these classes; who is moved and left out waits."""
    moved = {
        sha256: (edit.label, *edit.also)
        for edit in edits
        if edit.kind is EditKind.MOVE
        for sha256 in edit.pictures
    }
    left_out, back = (
        {sha256 for edit in edits if edit.kind is kind for sha256 in edit.pictures}
        for kind in (EditKind.EXCLUDE, EditKind.RESTORE)
    )
    shown = [names for sha256, names in moved.items() if sha256 not in left_out]
    waiting = [names for sha256, names in moved.items() if sha256 in left_out]
    missing = Counter(
        ", ".join([name for name in names if name not in classes] or names) for names in waiting
    )
    return Change(
        relabelled=len(shown),
        left_out=len(left_out - moved.keys()),
        brought_back=len(back - moved.keys()),
        waiting=tuple(missing.items()),
        new_classes=tuple(dict.fromkeys(name for names in shown for name in names if name not in classes)),
        disputed=disputed,
        made=made,
    )


def _untrained(run: Run, dataset_id: str) -> bool:
    """Whether the pictures of now are corrected ones on which nothing was trained yet."""
    if any(one.dataset_id == dataset_id for one in services.runs(run.project_id)):
        return False
    line = next((line for line in services.history(run.project_id) if line.current), None)
    return line is not None and line.edit is not None and line.edit.kind is EditKind.CORRECT


def _begin(run: Run, decides: str) -> NoReturn:
    """Correct the pictures, queue the training and go to watch it; what cannot be done is told here."""
    studio = open_studio()
    try:
        if studio.corrections(run.id, decides=decides):
            job = studio.apply_corrections(run.id, decides=decides, author=state.author())
            if job is not None:
                state.tell("The pictures are being corrected. Then choose “Train again” here.")
                st.rerun()
        begun = studio.retrain(run.id, token=state.start_token())
    except AppError as problem:
        state.warn(str(problem))
        st.rerun()
    state.start_used()
    state.wait_for(begun.id)
    state.tell(f"{begun.name} learns from the corrected pictures.")
    navigation.go("train")


def taken_over(number: int) -> str:
    """Return what came of a list that was brought in."""
    return f"{count(number, 'new verdict')} taken over." if number else "Nothing new in this list."
