"""The pages, their order, and what each needs before it can be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st

from core.domain.dataset import Dataset
from core.domain.project import Project, ProjectSummary
from core.domain.run import Run
from ui import sentences, services, state
from ui.words import esc

PAGES = Path(__file__).resolve().parents[1] / "pages"
NEXT = ":material/arrow_forward:"
LOCK = ":material/lock:"
GOING = ":material/pending:"  # an icon that turns is drawn anew all the time, on the computer that trains


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page of the way from pictures to a result."""

    name: str
    title: str
    icon: str
    help: str


STEPS = (
    Step(
        name="upload",
        title="Pictures",
        icon=":material/photo_library:",
        help="Bring your pictures in and see whether they are fit to learn from.",
    ),
    Step(
        name="configure",
        title="Configure",
        icon=":material/tune:",
        help="Choose how the computer should learn.",
    ),
    Step(
        name="train",
        title="Train",
        icon=":material/model_training:",
        help="Watch it learn, stop it, and see earlier training runs.",
    ),
    Step(
        name="evaluate",
        title="Evaluate",
        icon=":material/fact_check:",
        help="See how good it is on pictures it never learnt from.",
    ),
    Step(
        name="review",
        title="Review",
        icon=":material/rule:",
        help="Look at its mistakes and at doubtful labels, say whose fault they are, and train again.",
    ),
    Step(
        name="compare",
        title="Compare",
        icon=":material/compare_arrows:",
        help="See whether a new training run is better than an earlier one, or only luckier.",
    ),
    Step(
        name="try_it",
        title="Try it",
        icon=":material/center_focus_strong:",
        help="Show it new pictures, or let an audience play against it.",
    ),
    Step(
        name="share",
        title="Share",
        icon=":material/ios_share:",
        help="Take the model away: a report for people, files for other programs.",
    ),
)


def pages(
    summary: ProjectSummary | None, *, blocked: bool = False, packaged: bool = False
) -> Sequence[st.Page]:
    """Return all pages, always: one that cannot be used yet wears a lock and says what is missing.

    ``blocked``: a finding forbids training on the pictures. ``packaged``: there are models from elsewhere.
    """
    home = st.Page(
        PAGES / "home.py",
        title="Home",
        icon=":material/home:",
        default=True,
        help="Your projects, and sample pictures to try.",
    )
    return [home, *(_page(step, summary, blocked=blocked, packaged=packaged) for step in STEPS)]


def go(name: str) -> NoReturn:
    """Show another page; project and run stay in the address."""
    # An explicit dictionary: without it Streamlit refuses to leave while widgets are bound to the address.
    st.switch_page(str(PAGES / f"{name}.py"), query_params={})


def link(name: str, label: str, *, icon: str = NEXT) -> None:
    """Draw a link to another page."""
    st.page_link(str(PAGES / f"{name}.py"), label=label, icon=icon)


def missing(title: str, text: str, *, page: str, label: str) -> NoReturn:
    """Say what a page still needs, link there, and end the page."""
    with st.container(border=True, horizontal_alignment="center", key="missing"):
        st.space("small")
        st.header(title, text_alignment="center", anchor=False)
        st.markdown(text, text_alignment="center")
        link(page, label)
        st.space("small")
    st.stop()


def needed_project() -> Project:
    """Return the selected project, or end the page saying that one must be chosen."""
    project_id = state.project_id()
    project = services.project(project_id) if project_id else None
    if project is None:
        missing(
            "Choose a project first",
            "Pick one in the menu on the left, or start a new one.",
            page="home",
            label="To the projects",
        )
    return project


def needed_pictures(project: Project) -> Dataset:
    """Return the project's pictures, or end the page saying that there are none."""
    dataset = services.dataset(project.id)
    if dataset is None:
        if services.active_picture_job(project.id) is not None:
            missing(
                "The pictures are still being read",
                "This page opens as soon as they are all there.",
                page="upload",
                label="Watch the import",
            )
        missing(
            "This needs pictures first",
            "Bring in pictures of at least two classes; then the computer can learn to tell them apart.",
            page="upload",
            label="Bring in pictures",
        )
    return dataset


def needed_trainable(project: Project) -> Dataset:
    """Return the project's pictures, or end the page saying why nothing can be learnt from them yet."""
    dataset = needed_pictures(project)
    if reason := _why_not(dataset):
        missing(
            "These pictures cannot be trained on yet", esc(reason), page="upload", label="To the pictures"
        )
    return dataset


def _why_not(dataset: Dataset) -> str | None:
    issue = sentences.blocking(dataset)  # the finding that closes the way on from the Pictures page
    if issue is not None:
        return f"{issue.message} {issue.hint}".strip()
    return services.why_not_trainable(dataset.project_id)


def needed_results(project: Project) -> tuple[Run, ...]:
    """Return the runs that have a result, newest first, or end the page saying that there is none."""
    if finished := services.results(project.id):
        return finished
    if any(run.status.active for run in services.runs(project.id)):
        missing(
            "The result is not ready yet",
            "Training is still under way. The result appears here once it has finished.",
            page="train",
            label="Watch it learn",
        )
    missing(
        "There is nothing to judge yet",
        "Train the computer first; then this page tells how good it became.",
        page="configure",
        label="Choose how it learns",
    )


def needed_pair(project: Project) -> tuple[Run, ...]:
    """Return the runs that have a result, newest first, at least two; or end the page."""
    finished = needed_results(project)
    if len(finished) > 1:
        return finished
    under_way = any(run.status.active for run in services.runs(project.id))
    missing(
        "A second result is needed",
        f"So far there is one, of {esc(finished[0].name)}. "
        + ("Training is still under way." if under_way else "Train once more, with other settings."),
        page="train" if under_way else "configure",
        label="Watch it learn" if under_way else "Choose how it learns",
    )


def _page(step: Step, summary: ProjectSummary | None, *, blocked: bool, packaged: bool) -> st.Page:
    asked = packaged and step.name == "try_it"  # without a model of one's own
    icon = step.icon if asked else _icon(step, summary, blocked=blocked)
    return st.Page(PAGES / f"{step.name}.py", title=step.title, icon=icon, help=step.help)


def _icon(step: Step, summary: ProjectSummary | None, *, blocked: bool) -> str:
    if summary is None:
        return step.icon if step.name == "upload" else LOCK
    if step.name == "configure" and blocked:
        return LOCK
    if step.name == "train" and summary.active:
        return GOING
    ready = {
        "upload": True,
        "configure": summary.pictures > 0,
        "train": summary.pictures > 0,
        "evaluate": summary.best_run_id is not None,
        "review": summary.best_run_id is not None,
        "compare": summary.best_run_id is not None and summary.runs > 1,
        "try_it": summary.best_run_id is not None,
        "share": summary.best_run_id is not None,
    }[step.name]
    done = {
        "upload": summary.pictures > 0,
        "configure": summary.runs > 0,
        "train": summary.best_run_id is not None,
        "evaluate": False,
        "review": False,
        "compare": False,
        "try_it": False,
        "share": False,
    }[step.name]
    if done:
        return ":material/check_circle:"
    return step.icon if ready else LOCK
