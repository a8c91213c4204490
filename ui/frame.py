"""The frame around every page: menu, project switcher, running job, device."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.domain.errors import AppError
from core.domain.project import ProjectSummary
from core.domain.run import JobKind, JobSnapshot, JobStatus
from ui import errors, navigation, sentences, services, state
from ui.components import browser_memory
from ui.words import esc, unique

_PAGES = {
    JobKind.TRAIN: "train",
    JobKind.LOOK: "configure",
    JobKind.RATES: "configure",
    JobKind.TEST: "evaluate",
    JobKind.MAP: "evaluate",
    JobKind.LABELS: "review",
    JobKind.ANSWER: "try_it",
    JobKind.PACK: "share",
}  # where each kind of job is shown, if not with the pictures
_OF_A_RUN = ("evaluate", "compare", "review", "try_it", "share")  # pages that show the run that was chosen
ASSETS = Path(__file__).resolve().parent / "assets"


def run() -> None:
    """Draw the frame, then the page that was asked for."""
    st.set_page_config(page_title="Sightsmith", page_icon=str(ASSETS / "icon.png"), layout="wide")
    st.logo(str(ASSETS / "logo.svg"), size="large", icon_image=str(ASSETS / "icon.svg"))
    try:
        _draw()
    except AppError as problem:
        errors.show(problem)


def _draw() -> None:
    state.settle()
    summaries = services.summaries()
    active = services.active_job()
    with st.sidebar:
        selected = _switcher(summaries)
    if selected and selected.best_run_id and state.run_id() is None:
        state.have_run(sentences.run_labels(services.results(selected.project.id)))
    blocked = selected is not None and sentences.blocking(services.dataset(selected.project.id)) is not None
    packaged = services.open_studio().has_packages()
    page = st.navigation(list(navigation.pages(selected, blocked=blocked, packaged=packaged)))
    if page.url_path:  # any page but home, whose path is empty
        state.forget_deleted()
    with st.sidebar:
        _job_chip(active)
        device = f":material/memory: {esc(services.device())}"
        st.caption(f"{device}  \n:material/lock: Everything stays on this computer.")
        state.take_up_memory(browser_memory.show(state.to_remember(), begun=state.remembered()))
    _toasts(active, page=page.url_path)
    page.run()


def _switcher(summaries: tuple[ProjectSummary, ...]) -> ProjectSummary | None:
    shown = {s.project.id: s for s in summaries}
    names = _names(summaries)
    if len(names) == 1:
        state.have_project(next(iter(names)))
    chosen = st.selectbox(
        "Project",
        list(names),
        index=None,
        format_func=lambda project: names.get(project, project),
        key=state.PROJECT,
        bind="query-params",
        placeholder="Choose a project" if names else "No project yet",
        disabled=not names,
    )
    return shown.get(chosen) if chosen else None


def _names(newest_first: Sequence[ProjectSummary]) -> dict[str, str]:
    """Return each project's name as the address carries it: a second one of the same name has a number.

    Their order tells their age; the moment does not, where the clock was set back.
    """
    by_age = [summary.project for summary in reversed(newest_first)]
    named = dict(zip([p.id for p in by_age], unique([p.name for p in by_age]), strict=True))
    return dict(sorted(named.items(), key=lambda item: item[1].casefold()))


def _job_chip(active: JobSnapshot | None) -> None:
    """Draw the running job; poll it only while there is one, and end with one drawing of the whole page."""

    @st.fragment(run_every=2.0 if active else None)
    def chip() -> None:
        job = services.active_job()
        if active and (job is None or job.id != active.id):
            st.rerun()
        if job is not None:
            _chip(job)

    chip()


def _chip(job: JobSnapshot) -> None:
    project = services.project(job.project_id)  # None for a folder that a model from elsewhere answers
    with st.container(border=True, key="job_chip", gap="xsmall"):
        st.progress(
            sentences.fraction(job.progress), text=f"**{esc(project.name if project else job.title)}**"
        )
        st.caption(esc(sentences.chip(job)))
        training = job.kind == JobKind.TRAIN
        if st.button(
            "Watch it learn" if training else "Watch it",
            key="open_job",
            type="tertiary",
            icon=navigation.NEXT,
            on_click=state.select_project if project else state.try_package,
            args=(job.project_id,),
        ):
            navigation.go(_PAGES.get(job.kind, "upload"))


def _toasts(active: JobSnapshot | None, *, page: str) -> None:
    before = state.watched()
    if before and (active is None or active.id != before):
        ended = services.job(before)
        if ended is not None:
            st.toast(esc(sentences.ending(ended)), icon=":material/notifications:", duration="long")
            if _to_be_shown(ended, page):
                state.select_run(ended.id)
    state.watch(active.id if active else None)


def _to_be_shown(ended: JobSnapshot, page: str) -> bool:
    """Whether a job was a training whose result comes next for a visitor who is not looking at another."""
    trained = ended.kind == JobKind.TRAIN and ended.status in (JobStatus.DONE, JobStatus.STOPPED)
    return trained and ended.project_id == state.project_id() and page not in _OF_A_RUN
