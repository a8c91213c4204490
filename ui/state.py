"""The only door to a session's memory and to the address: ids and plain values, nothing else."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import streamlit as st

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.game import Game
from ui.plan_form import PlanForm

PROJECT = "project"  # widget keys that also stand in the address
RUN = "run"
BEFORE, AFTER = "before", "after"  # the two runs that are compared
PLAIN_UPLOAD = "plain_upload"  # key of the choice of the browser's own upload
PRESENT = "present"  # key of the switch of presenter mode, also in the address
SIDE = "model_side"  # key of the choice between OWN models and those from ELSEWHERE
OWN, ELSEWHERE = "own", "elsewhere"
PACKAGE = "package"  # key of the choice among models from elsewhere
AUTHOR = "author"  # key of the field for the visitor's name
LONGEST_NAME = 60  # letters of it


def project_id() -> str | None:
    """Return the selected project, or None."""
    return _text(PROJECT)


def select_project(project: str | None) -> None:
    """Select a project from the next drawing on; its newest run comes with it."""
    st.session_state["next_project"] = project


def have_project(only: str) -> None:
    """Select the one project there is, at the start of a visit whose address names none."""
    if PROJECT not in st.session_state and PROJECT not in st.query_params:
        st.session_state[PROJECT] = only


def run_id() -> str | None:
    """Return the run that was asked for, or None."""
    return _text(RUN)


def select_run(run: str) -> None:
    """Select a run from the next drawing on."""
    st.session_state["next_run"] = run


def have_run(labels: Mapping[str, str]) -> None:
    """Select the first of ``labels`` (run to label) where none is selected or stands in the address.

    Only before the picker is drawn. Streamlit writes it into the address on the way to another page, if it
    was selected on an earlier one.
    """
    if run_id() not in labels and st.query_params.get(RUN) not in labels.values():
        st.session_state[RUN] = next(iter(labels))


def have_pair(labels: Mapping[str, str]) -> None:
    """Select the two newest of ``labels`` (run to label, newest first) where none stand in the address.

    Only before the pickers are drawn.
    """
    newest, older = list(labels)[:2]
    for key, run in ((BEFORE, older), (AFTER, newest)):
        if _text(key) not in labels and st.query_params.get(key) not in labels.values():
            st.session_state[key] = run


def select_pair(before: str, after: str) -> None:
    """Compare these two runs from the next drawing on."""
    st.session_state["next_pair"] = {BEFORE: before, AFTER: after}


def settle() -> None:
    """Carry out what was selected; before any widget is drawn, because a drawn one cannot be changed."""
    if "next_project" in st.session_state:
        st.session_state[PROJECT] = st.session_state.pop("next_project")
        for key in (RUN, BEFORE, AFTER):
            st.session_state.pop(key, None)
    if st.session_state.pop("renamed", False):
        for key in (RUN, BEFORE, AFTER):
            if key in st.session_state:  # set again, so that pickers and address carry the new name
                st.session_state[key] = st.session_state[key]
    for chosen in ("next_pair", "next_model"):
        st.session_state.update(st.session_state.pop(chosen, {}))
    if "next_run" in st.session_state:
        st.session_state[RUN] = st.session_state.pop("next_run")


def preset() -> Preset:
    """Return the chosen preset."""
    return Preset(_text("preset") or Preset.BALANCED)


def choose_preset(chosen: Preset) -> None:
    """Choose a preset; settings that were taken up or changed are let go."""
    st.session_state["preset"] = chosen.value
    _start_from(None)


def own_settings() -> tuple[TrainConfig | None, int]:
    """Return what was taken up in this project instead of a preset, and how often the start was another."""
    project, config, times = _own()
    return (config if project == project_id() else None), times


def take_up(config: TrainConfig) -> None:
    """Start from these settings in this project from now on; forms that show them are drawn anew."""
    _start_from(config)


def _own() -> tuple[str | None, TrainConfig | None, int]:
    found: tuple[str | None, TrainConfig | None, int] = st.session_state.get("own_settings", (None, None, 0))
    return found


def _start_from(config: TrainConfig | None) -> None:
    st.session_state["own_settings"] = (project_id(), config, _own()[2] + 1)


def plan_form(name: str, given: TrainConfig) -> PlanForm:
    """Return the form of settings ``name``, with what the visitor changed in it so far."""
    before: PlanForm | None = st.session_state.get("plan_form")
    if before is None or before.name != name:
        return PlanForm.first(name, given)
    came_back = f"{before.key}_seed" not in st.session_state and before.changed
    return before.begun_from(given) if came_back or before.given != given else before


def remember_form(form: PlanForm) -> None:
    """Remember a form as it was drawn."""
    st.session_state["plan_form"] = form


def start_token() -> str:
    """Return the token of the next start: the same until it was used, so that two clicks start one run."""
    return cast("str", st.session_state.setdefault("start_token", uuid.uuid4().hex))


def start_used() -> None:
    """Make the next start a new one."""
    st.session_state.pop("start_token", None)


def author() -> str:
    """Return the name that stands beside this visitor's changes; empty where none was given."""
    return (_text(AUTHOR) or "").strip()


def to_remember() -> Mapping[str, str]:
    """Return what the browser should remember over a reload, as texts; empty where there is nothing."""
    begun = dict(sittings())
    return {"author": author(), "sittings": json.dumps(begun) if begun else ""}


def remembered() -> bool:
    """Whether what the browser remembers was taken up, or something was said in this visit before it was."""
    if any(to_remember().values()):
        st.session_state["remembered"] = True
    return bool(st.session_state.get("remembered"))


def take_up_memory(found: Mapping[str, str]) -> None:
    """Go on with what the browser remembers, once a visit; before the field for the name is drawn."""
    if found and not remembered():
        st.session_state[AUTHOR] = found.get("author", "")[:LONGEST_NAME]
        st.session_state["sittings"] = _names_in(found.get("sittings", ""))
        st.session_state["remembered"] = True


def _names_in(text: str) -> dict[str, str]:
    """Return the texts by name in a text that a browser sent; none where it is something else."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    told = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in told if isinstance(value, str)}


def tell(sentence: str) -> None:
    """Have a sentence told once, at the next drawing."""
    st.session_state["told"] = sentence


def told() -> str | None:
    """Return what is to be told, once."""
    sentence = st.session_state.pop("told", None)
    return sentence if isinstance(sentence, str) else None


def warn(sentence: str) -> None:
    """Have a sentence about something that could not be done told once, at the next drawing."""
    st.session_state["warned"] = sentence


def warned() -> str | None:
    """Return what could not be done and is to be told, once."""
    sentence = st.session_state.pop("warned", None)
    return sentence if isinstance(sentence, str) else None


def dismiss(job: str) -> None:
    """No longer tell this visitor how a job ended."""
    st.session_state["dismissed"] = (*st.session_state.get("dismissed", ()), job)


def is_dismissed(job: str) -> bool:
    """Whether this visitor has put away the message about how a job ended."""
    return job in st.session_state.get("dismissed", ())


def sittings() -> Mapping[str, str]:
    """Return the names of the folders of webcam shots that are not added yet, by project."""
    return cast("Mapping[str, str]", st.session_state.get("sittings", {}))


def begin_sitting(project: str, folder: str) -> None:
    """Collect webcam shots for a project in the folder of this name."""
    st.session_state["sittings"] = {**sittings(), project: folder}


def end_sitting(project: str) -> None:
    """Begin the next webcam shots for a project anew."""
    st.session_state["sittings"] = {one: folder for one, folder in sittings().items() if one != project}


def plain_upload() -> bool:
    """Whether zips come through the browser's own upload, because ours does not get through."""
    return bool(st.session_state.get(PLAIN_UPLOAD))


def picture_format() -> str:
    """Return in which format figures are saved: "png", or "svg", which can be enlarged without end."""
    return "svg" if st.session_state.get("picture_format") == "SVG" else "png"


def upload_key(name: str) -> str:
    """Return the key of an upload widget; it changes once its files are taken, which empties the widget."""
    return f"{name}_{st.session_state.get('uploads', 0)}"


def uploads_taken() -> None:
    """Give every upload widget a new, empty life."""
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1


def deleted_run() -> tuple[str, str] | None:
    """Return id and name of the run that was just deleted and can be brought back, or None."""
    run, name = _text("deleted_run_id"), _text("deleted_run_name")
    return (run, name) if run is not None and name is not None else None


def remember_deleted_run(run: str, name: str) -> None:
    """Remember a deleted run, to offer it back."""
    st.session_state.update(deleted_run_id=run, deleted_run_name=name)


def forget_deleted_run() -> None:
    """No longer offer a deleted run back."""
    st.session_state.update(deleted_run_id=None, deleted_run_name=None)


def deleted() -> tuple[str, str] | None:
    """Return id and name of the project that was just deleted and can be brought back, or None."""
    project, name = _text("deleted_id"), _text("deleted_name")
    return (project, name) if project is not None and name is not None else None


def remember_deleted(project: str, name: str) -> None:
    """Remember a deleted project, to offer it back."""
    st.session_state.update(deleted_id=project, deleted_name=name)


def forget_deleted() -> None:
    """No longer offer a deleted project back."""
    st.session_state.update(deleted_id=None, deleted_name=None)


def labelled_run() -> str | None:
    """Return the run whose name, note or star was changed last, or None."""
    return _text("labelled_run")


def remember_labelled_run(run: str) -> None:
    """Remember the run whose name, note or star was changed."""
    st.session_state.update(labelled_run=run, renamed=True)


def looked_at(run: str) -> str | None:
    """Return the picture of a run that is shown large on the Review page, or None."""
    return _text(f"looked_at_{run}")


def look_at(run: str, sha256: str | None) -> None:
    """Show another picture of a run large from the next drawing on."""
    st.session_state[f"looked_at_{run}"] = sha256


def ticked_anew() -> int:
    """Return how often the ticks on the Review page were taken away."""
    found: int = st.session_state.get("ticked_anew", 0)
    return found


def take_ticks_away() -> None:
    """Take the ticks on the Review page away, once something was said of the ticked pictures."""
    st.session_state["ticked_anew"] = ticked_anew() + 1


def written(key: str) -> object:
    """Return what stands in a field as it is now, also in what a click calls."""
    return st.session_state.get(key)


def write(key: str, value: object) -> None:
    """Put something into a field or a choice, in what a click calls."""
    st.session_state[key] = value


def clear(keys: Iterable[str]) -> None:
    """Empty fields and choices, in what a click calls."""
    for key in keys:
        st.session_state.pop(key, None)


def awaited() -> str | None:
    """Return the training with corrected pictures that this visitor watches, or None."""
    return _text("awaited")


def wait_for(run: str | None) -> None:
    """Watch a training with corrected pictures, to show what it changed once it has ended."""
    st.session_state["awaited"] = run


def trial() -> str | None:
    """Return which pictures the visitor is trying a model on, or None."""
    return _text("trial")


def begin_trial(trial_id: str) -> None:
    """Remember the pictures that the visitor tries a model on."""
    st.session_state["trial"] = trial_id


def end_trial() -> None:
    """Forget the pictures that were tried."""
    st.session_state["trial"] = None


def try_package(package_id: str) -> None:
    """Try this model from elsewhere from the next drawing on."""
    st.session_state["next_model"] = {PACKAGE: package_id, SIDE: ELSEWHERE}


def have_model(packages: Sequence[str], *, own: bool) -> None:
    """Choose the model from elsewhere that was tried last, if none is chosen; before the pickers are drawn.

    Without an ``own`` model there is no other side to choose from.
    """
    last = _text("last_package")
    if _text(PACKAGE) not in packages:
        st.session_state[PACKAGE] = last if last in packages else packages[0]
    if own and _text(SIDE) is None:
        st.session_state[SIDE] = OWN


def remember_package(package_id: str) -> None:
    """Remember the model from elsewhere that is tried."""
    st.session_state["last_package"] = package_id


def brought_in() -> str | None:
    """Return the package that this visitor brought in last, or None."""
    return _text("brought_in")


def remember_brought_in(package_id: str) -> None:
    """Remember the package that was brought in, to show it."""
    st.session_state["brought_in"] = package_id


def sent() -> Mapping[str, str]:
    """Return the tried pictures that were added to this project: content hash to class."""
    return cast("Mapping[str, str]", st.session_state.get(f"sent_{project_id()}", {}))


def remember_sent(sha256: str, label: str) -> None:
    """Remember that a tried picture was added to this project."""
    st.session_state[f"sent_{project_id()}"] = {**sent(), sha256: label}


def passed_over(batch: str) -> frozenset[str]:
    """Return the answered pictures that this visitor saw and did not add: their content hashes."""
    return frozenset(st.session_state.get(f"passed_over_{batch}", ()))


def pass_over(batch: str, pictures: Iterable[str]) -> None:
    """Remember answered pictures that were seen and not added."""
    st.session_state[f"passed_over_{batch}"] = passed_over(batch).union(pictures)


def game() -> Game | None:
    """Return the game of the audience against the model, or None."""
    found: Game | None = st.session_state.get("game")
    return found


def play(game: Game | None) -> None:
    """Go on with the game as it now stands, or end it."""
    st.session_state["game"] = game


def watched() -> str | None:
    """Return the job that was under way at the last drawing, or None."""
    return _text("watched")


def watch(job: str | None) -> None:
    """Remember the job that is under way, to tell when it has ended."""
    st.session_state["watched"] = job


def _text(key: str) -> str | None:
    value = st.session_state.get(key)
    return value if isinstance(value, str) else None
