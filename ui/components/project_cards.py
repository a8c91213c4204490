"""All projects as cards: pictures, counts, best score, and the one thing to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from core.domain.project import ProjectSummary
from ui import thumbnails
from ui.words import count, esc, percent, spread

_CSS = """
.strip { display: grid; grid-template-columns: repeat(var(--n), 1fr); gap: 4px; height: 76px;
  border-radius: 8px; overflow: hidden; background: var(--st-secondary-background-color); }
.strip img { width: 100%; height: 76px; object-fit: cover; display: block; }
"""

_JS = """
export default function({ data, parentElement }) {
  const strip = parentElement.querySelector(".strip");
  strip.style.setProperty("--n", Math.max(1, data.pictures.length));
  strip.replaceChildren(...data.pictures.map(address => {
    const image = document.createElement("img");
    image.src = address; image.alt = ""; image.loading = "lazy";
    return image;
  }));
}
"""

_strip = st.components.v2.component(
    "sightsmith_strip",
    html='<div class="strip" role="img" aria-label="A few of its pictures"></div>\n',
    css=_CSS,
    js=_JS,
)

Action = Literal["open", "rename", "duplicate", "delete"]
_MENU: Final[Mapping[str, Action]] = {"Rename": "rename", "Duplicate": "duplicate", "Delete": "delete"}
_STRIP = 5  # pictures per card


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to do with which project, and the page that comes next."""

    action: Action
    project_id: str
    page: str
    name: str


def show(summaries: Sequence[ProjectSummary]) -> Choice | None:
    """Draw a card per project and return what was chosen."""
    choice = None
    thumbnails.draw([sha256 for summary in summaries for sha256 in summary.strip[:_STRIP]])
    grid = st.grid(3, min_column_width=280)
    for summary in summaries:
        key = f"card_{summary.project.id}"
        with grid.container(border=True, height="stretch", gap="xsmall", key=key):
            choice = _card(summary) or choice
    return choice


def next_step(summary: ProjectSummary) -> tuple[str, str]:
    """Return the page to go on with, and what the button to it says."""
    if summary.active:
        return "train", "Watch it learn"
    if not summary.pictures:
        return "upload", "Bring in pictures"
    if summary.best_run_id is None:
        return "configure", "Train it"
    return "evaluate", "See how good it is"


def _card(summary: ProjectSummary) -> Choice | None:
    project = summary.project
    page, label = next_step(summary)
    _strip(
        key=f"strip_{project.id}",
        data={"pictures": [thumbnails.uri(sha256) for sha256 in summary.strip[:_STRIP]]},
        height="content",
    )
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="xsmall"):
        st.markdown(f"**{esc(project.name)}**", width="stretch")
        action = _menu(project.id)
    _facts(summary)
    st.space("stretch")
    if st.button(label, key=f"open_{project.id}", width="stretch", icon=":material/arrow_forward:"):
        action = "open"
    return Choice(action=action, project_id=project.id, page=page, name=project.name) if action else None


def _menu(project_id: str) -> Action | None:
    picked = st.menu_button(
        ":material/more_horiz:",
        list(_MENU),
        key=f"menu_{project_id}",
        type="tertiary",
        help="Rename, duplicate or delete this project. A deleted one is kept at the bottom of this page.",
    )
    return None if picked is None else _MENU[picked]


def _facts(summary: ProjectSummary) -> None:
    pictures = count(summary.pictures, "picture")
    counts = f"{pictures} in {count(summary.classes, 'class')}" if summary.pictures else "no pictures yet"
    st.caption(f"{counts} · {count(summary.runs, 'training run')}")
    best = summary.best_accuracy
    if summary.active:
        st.badge("Training now", icon=":material/progress_activity:", color="blue")
    elif best is not None:
        st.markdown(
            f":green-badge[:material/check_circle: {percent(best.value)} right] :small[{spread(best)}]"
        )
    elif summary.pictures:
        st.badge("Ready to train", icon=":material/flag:", color="gray")
    else:
        st.badge("Waiting for pictures", icon=":material/photo_library:", color="gray")
    if summary.project.credit:
        st.caption(esc(summary.project.credit))
