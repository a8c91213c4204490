"""What Share asks for: reports, packages, exports, and the lines to copy."""

from __future__ import annotations

import io
import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

from core.cli.own_command import own_command
from core.domain.certificate import Export, ExportKind
from core.domain.errors import AppError
from core.domain.package import KeptPackage
from core.domain.project import Project
from core.domain.run import Run
from core.sharing.export_files import write_copy
from core.sharing.predict_script import SNIPPET
from ui import exports, navigation, services, spool, state
from ui.components import export_card, package_panel
from ui.services import open_studio
from ui.words import esc


def for_people(run: Run, project: Project) -> None:
    """Draw the report for stakeholders and the model card, and what only people can say for them."""
    st.subheader("For people: a report", anchor=False)
    st.markdown(
        "One file that opens in any browser, without the internet, and prints well: what the model does, how "
        "good it is and how sure that is, what it gets wrong, where it looks, when it declines, its limits."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        pictures = not st.toggle(
            "Without pictures",
            key="report_without_pictures",
            help="Leaves every picture out, where they must not be seen by others.",
        )
        st.download_button(
            "Report",
            data=lambda: open_studio().report_html(run.id, pictures=pictures).encode(),
            file_name=exports.file_name(f"{project.name} {run.name} report", "html"),
            mime="text/html",
            on_click="ignore",
            icon=":material/description:",
            type="primary",
            key=f"report_{run.id}",
        )
        st.download_button(
            "Model card",
            data=lambda: open_studio().model_card(run.id).encode(),
            file_name=exports.file_name(f"{project.name} {run.name} model card", "md"),
            mime="text/markdown",
            on_click="ignore",
            icon=":material/badge:",
            key=f"card_{run.id}",
            help="The same facts in the form that model collections expect (Markdown).",
        )
    _what_people_say(project)


def _what_people_say(project: Project) -> None:
    """Draw the fields for what a report tells that no computer knows; what is typed is kept at once."""
    with st.expander("What it is for, and who answers for it", icon=":material/edit_note:"):
        st.text_area(
            "What is it for?",
            project.purpose,
            key=f"purpose_{project.id}",
            max_chars=2_000,
            height=80,
            placeholder="Sorts parts before packing. A person looks at what it is not sure of.",
            on_change=_say_what_for,
            args=(project,),
        )
        st.text_input(
            "Who answers for it?",
            project.responsible,
            key=f"responsible_{project.id}",
            max_chars=200,
            placeholder="a name, and how to reach them",
            on_change=_say_who,
            args=(project,),
        )
        st.caption("Both stand in the report and in the model card, for all training runs of this project.")


def _say_what_for(project: Project) -> None:
    _describe(project.id, purpose=_typed(f"purpose_{project.id}"))


def _say_who(project: Project) -> None:
    _describe(project.id, responsible=_typed(f"responsible_{project.id}"))


def _typed(key: str) -> str:
    typed = state.written(key)
    return typed if isinstance(typed, str) else ""


def _describe(project_id: str, **said: str) -> None:
    """Keep what was typed; what cannot be kept is told at the next drawing."""
    try:
        open_studio().describe_project(project_id, **said)
    except AppError as problem:
        state.warn(str(problem))


def for_sightsmith(run: Run, project_name: str) -> None:
    """Draw the package, and those that were brought in."""
    st.subheader("For another Sightsmith: a model package", anchor=False)
    st.markdown(
        "The whole model in one file: weights, classes, how pictures are prepared, how sure it is, when it "
        "declines, its scores and checksums. On another computer it answers the same."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            "Model package",
            data=partial(_package, run.id),
            file_name=exports.file_name(f"{project_name} {run.name}", "sightsmith.zip"),
            mime="application/zip",
            on_click="ignore",
            icon=":material/inventory_2:",
            type="primary",
            key=f"package_{run.id}",
        )
    from_elsewhere()


def from_elsewhere() -> None:
    """Draw the models that others trained: bring one in, try one, remove one."""
    wanted = package_panel.show(open_studio().packages(), delete=_delete_package)
    if wanted.tried is not None:
        state.try_package(wanted.tried.id)
        navigation.go("try_it")
    if wanted.file is not None:
        path = spool.one(wanted.file)
        try:
            kept = open_studio().import_package(path)
        except AppError as problem:
            state.warn(str(problem))
        else:
            state.remember_brought_in(kept.id)
            st.toast(f"{esc(kept.info.name)} was brought in.", icon=":material/check_circle:")
        st.rerun()


def for_programs(run: Run) -> None:
    """Draw every form for other programs, with its certificate."""
    st.subheader("For other programs: exports, each with a certificate", anchor=False)
    st.markdown(
        "Each file is tried in a program of its own on all test pictures before you get it (without any, on "
        "those of the validation): does it answer as the model does here? Beside it lie a few lines of "
        "Python that ask it, what other languages need to know, and a few of these pictures with the answers "
        "to expect."
    )
    pictures = not st.toggle(
        "Without pictures",
        key="exports_without_pictures",
        help="Leaves those pictures out, where they must not be seen by others.",
    )
    made = {export.kind: export for export in open_studio().exports(run.id)}
    rule = open_studio().decision(run.id)
    for kind in export_card.TITLES:
        export_card.show(
            export_card.Offer(kind=kind, export=made.get(kind), rule=rule),
            job=partial(open_studio().export_under_way, run.id, kind),
            make=partial(_make, run.id),
            read=partial(_export, pictures=pictures),
            stop=services.stop,
            key=run.id,
        )


def as_service(run: Run, project_name: str) -> None:
    """Draw how to let the model answer over the network, and lines of Python to copy."""
    st.subheader("As a service, and in Python", anchor=False)
    st.markdown("In a terminal of this computer, this lets the model answer other programs on it:")
    home = open_studio().settings.home
    st.code(own_command(["serve", run.id[:8], "--port", "8700"], home=home), language="bash")
    st.markdown("and this asks it:")
    st.code("curl -F file=@picture.jpg http://localhost:8700/predict", language="bash")
    st.markdown(
        "For other computers it takes a token, a long word of your own. On any computer with Sightsmith, in "
        "the folder where the model package from above lies:"
    )
    package = exports.file_name(f"{project_name} {run.name}", "sightsmith.zip")
    elsewhere = f'sightsmith serve "{package}" --host 0.0.0.0 --port 8700 --token A_LONG_WORD'
    st.code(elsewhere, language="bash")
    st.caption(
        "If no command `sightsmith` is found there: beside start.py it is `.venv/bin/sightsmith`, on Windows "
        r"`.venv\Scripts\sightsmith`."
    )
    st.markdown("and this asks it from elsewhere:")
    asks = 'curl -H "Authorization: Bearer A_LONG_WORD" -F file=@picture.jpg http://ITS_ADDRESS:8700/predict'
    st.code(asks, language="bash")
    st.markdown("In Python, with an ONNX export unpacked beside your program:")
    st.code(SNIPPET, language="python")


def _make(run_id: str, kind: ExportKind) -> None:
    try:
        open_studio().export_model(run_id, kind)
    except AppError as problem:
        state.warn(str(problem))


def _export(export: Export, *, pictures: bool) -> bytes:
    copy = io.BytesIO()
    write_copy(export.file, copy, pictures=pictures)
    return copy.getvalue()


def _package(run_id: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "package.zip"
        open_studio().package(run_id, target)
        return target.read_bytes()


def _delete_package(package: KeptPackage) -> None:
    open_studio().delete_package(package.id)
