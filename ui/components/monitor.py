"""A training run: one line, a few figures, the curves; live while it goes on, the same afterwards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.domain.report import Answer
from core.domain.run import Ask, EpochRow, JobSnapshot, Run, Stage
from ui import run_actions, sentences, services, thumbnails, tiles
from ui.charts import live
from ui.fit_words import about_fit
from ui.words import GLOSSARY, NO_FIGURE, count, decimal, esc, percent, short

_HOW_EXAMPLES: Final = (
    "Validation pictures, always the same ones: the network is asked about them after each epoch, and does "
    "not learn from them."
)
_WIDTH: Final = 104  # pixels of an example: three beside each other, also on a phone
_CALM_SECONDS: Final = 3.0  # the page is not drawn anew more often than this, however fast the epochs come
_LONGEST: Final = 40  # characters of what is said of one


def show(run: Run) -> None:
    """Draw the run. While it is active, its progress is looked at every second or two.

    The curves and the examples are drawn anew with the page, when there is more to show or the run has ended:
    what a browser draws on the same computer is taken from the training.
    """
    was, run = run, services.run(run.id) or run
    if was.status.active and not run.status.active:
        st.rerun()  # it has just ended: the page says how, and where to go on
    job = services.job(run.id) if run.status.active else None
    drawn, since = _learned(run, job), time.monotonic()

    @st.fragment(run_every=_pause(job) if run.status.active else None)
    def follow() -> None:
        now = services.run(run.id)
        if now is None or (run.status.active and not now.status.active):
            st.rerun()
        its_job = services.job(now.id) if now.status.active else None
        if _learned(now, its_job) != drawn and time.monotonic() - since >= _CALM_SECONDS:
            st.rerun()
        _progress(now, its_job)

    follow()
    _curves(run)
    _advice(run)
    if job is not None and job.examples:
        _examples(job.examples)


def _pause(job: JobSnapshot | None) -> float:
    """Return after how many seconds to look again: what takes minutes need not be looked at each second."""
    left = job.progress.seconds_left if job and job.progress else None
    return 1.0 if left is None or left < 60 else 2.0


def _learned(run: Run, job: JobSnapshot | None) -> tuple[object, ...]:
    """Return what changes only with another epoch, or another way that was tried."""
    return len(run.trials), run.history[-1:], run.best_epoch, job.examples if job else ()


def best_so_far(run: Run) -> EpochRow | None:
    """Return the epoch that was kept or, while training goes on, the one that would be kept now."""
    if run.best_epoch is not None:
        return next((row for row in run.history if row.epoch == run.best_epoch), None)
    return min(run.history, key=lambda row: row.val_loss, default=None)


def _progress(run: Run, job: JobSnapshot | None) -> None:
    if job is not None:
        _line(job, run)
    elif run.status.active:
        st.caption("Another Sightsmith on this computer works on this run.")
    _figures(run, job)


def _line(job: JobSnapshot, run: Run) -> None:
    waiting = job.status == "waiting"
    text = "Waiting for its turn." if waiting else sentences.about_progress(job.progress)
    st.progress(sentences.fraction(job.progress), text=esc(text))
    if waiting:
        return  # the queue has its buttons
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="run_buttons"):
        _buttons(job, run)
        st.caption(_meanwhile(job.asked, run), width="stretch")


def _buttons(job: JobSnapshot, run: Run) -> None:
    going, keeps = job.asked is None, _what_a_stop_keeps(job, run)
    st.button(
        "Pause",
        key="pause_run",
        icon=":material/pause_circle:",
        disabled=not going,
        on_click=run_actions.pause,
        args=(job.id,),
    )
    st.button(
        "Stop and keep the best",
        key="stop_run",
        icon=":material/stop_circle:",
        disabled=not going or keeps is None,
        help=keeps or "Possible once the first epoch is complete: there is nothing to keep before.",
        on_click=services.stop,
        args=(job.id,),
    )
    with st.popover(
        "Discard", icon=":material/delete:", key="discard_menu", disabled=job.asked == Ask.DISCARD
    ):
        st.markdown("Nothing of this run will be kept.")
        st.button(
            "Discard it", key="discard_run", type="primary", on_click=run_actions.discard, args=(job.id,)
        )


def _what_a_stop_keeps(job: JobSnapshot, run: Run) -> str | None:
    """Return in words what there is to keep by now; None for nothing."""
    if run.history:
        return "Ends the training, and tests the best epoch so far."
    if run.trials or (job.progress and job.progress.stage is Stage.SEARCH):
        return "Ends the trying. Only the last layer of the network learns your classes then, in a moment."
    return None


def _meanwhile(asked: Ask | None, run: Run) -> str:
    stopping = (
        "the best epoch so far is tested now" if run.history else "what there is by now is kept and tested"
    )
    return {
        None: "You may close the browser: training goes on.",
        Ask.PAUSE: "Pausing: what is under way is written down first.",
        Ask.STOP: f"Stopping: {stopping}.",
        Ask.DISCARD: "Ending; nothing is kept.",
    }[asked]


def _advice(run: Run) -> None:
    if advice := about_fit(run):
        st.info(f"**{esc(advice.finding)}**  \n{esc(advice.suggestion)}", icon=":material/lightbulb:")


def _figures(run: Run, job: JobSnapshot | None) -> None:
    best = best_so_far(run)
    speed = job.progress.images_per_second if job and job.progress else None
    grid = st.grid(4, min_column_width=140)
    grid.metric(
        "Validation accuracy",
        percent(best.val_accuracy, digits=1) if best else NO_FIGURE,
        border=True,
        help=f"{GLOSSARY['accuracy']} {GLOSSARY['validation']}",
    )
    grid.metric("Best epoch", best.epoch if best else NO_FIGURE, border=True, help=GLOSSARY["epoch"])
    grid.metric(
        "Validation loss", decimal(best.val_loss if best else None), border=True, help=GLOSSARY["loss"]
    )
    if job is not None:
        grid.metric("Pictures per second", f"{speed:,.0f}" if speed else NO_FIGURE, border=True)
    else:
        grid.metric("Epochs trained", len(run.history) or NO_FIGURE, border=True, help=GLOSSARY["epoch"])


def _examples(answers: Sequence[Answer]) -> None:
    st.subheader("What it says by now", help=_HOW_EXAMPLES, anchor=False)
    shown = tiles.of_answers(answers)
    thumbnails.draw([tile.sha256 for tile in shown])
    with st.container(horizontal=True, gap="small", key="examples"):
        for tile in shown:
            told = " ".join(tile.details)
            with st.container(width=_WIDTH, gap="xsmall"):
                st.image(thumbnails.uri(tile.sha256), width=_WIDTH, alt=f"{told} {tile.path}")
                st.markdown(f"**{esc(short(tile.title, _LONGEST))}**")
                st.caption(esc(tile.note))


def _curves(run: Run) -> None:
    if not run.history:
        st.caption("The curves appear here after the first epoch.")
        return
    best = best_so_far(run)
    best_epoch = best.epoch if best else None
    loss, accuracy = st.columns(2, gap="medium")
    epochs = count(len(run.history), "epoch")
    with loss:
        st.subheader("Loss", help=GLOSSARY["loss"], anchor=False)
        st.echarts_chart(
            live.loss_curves(run.history, best_epoch=best_epoch),
            height=300,
            key="loss_chart",
            alt=f"Loss over {epochs}: training {run.history[-1].train_loss:.2f}, "
            f"validation {run.history[-1].val_loss:.2f} at the end",
        )
    with accuracy:
        st.subheader("Accuracy", help=GLOSSARY["accuracy"], anchor=False)
        st.echarts_chart(
            live.accuracy_curves(run.history, best_epoch=best_epoch),
            height=300,
            key="accuracy_chart",
            alt=f"Accuracy over {epochs}: training {percent(run.history[-1].train_accuracy)}, "
            f"validation {percent(run.history[-1].val_accuracy)} at the end",
        )
