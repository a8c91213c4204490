"""Uploads from the browser to the workspace's disk, in pieces, and out of the server's memory."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.data.archive import FoundFile
from ui import services, state

_PIECE = 1 << 20  # bytes


def one(upload: UploadedFile) -> Path:
    """Return where the upload now lies; its name is ours, not the user's."""
    state.uploads_taken()
    return _spool(upload, services.staging() / "upload")


def beside(archive: Path, table: UploadedFile) -> Path:
    """Return where a table of labels now lies: beside its archive, to be removed with it.

    The caller empties the upload widgets (``state.uploads_taken``), once the archive is in safe hands.
    """
    return _spool(table, archive.parent / "labels.csv")


def many(uploads: Sequence[UploadedFile]) -> tuple[tuple[FoundFile, ...], Path]:
    """Return the uploads under the names the user knows, where they lie under ours, and their folder."""
    state.uploads_taken()
    folder = services.staging()
    files = tuple(
        FoundFile(name=upload.name, location=_spool(upload, folder / f"{index:06d}"))
        for index, upload in enumerate(uploads)
    )
    return files, folder


def shot(photo: UploadedFile, project_id: str) -> None:
    """Keep a photo of the webcam with the others of this sitting for a project."""
    folder = _sitting(project_id)
    if folder is None:
        folder = services.staging()
        state.begin_sitting(project_id, folder.name)
    destination = folder / f"{len(shots(project_id)):06d}.jpg"
    state.uploads_taken()
    _spool(photo, destination)


def shots(project_id: str) -> tuple[Path, ...]:
    """Return where the photos of this sitting lie, in the order in which they were taken."""
    folder = _sitting(project_id)
    return tuple(sorted(folder.glob("*.jpg"))) if folder else ()


def sitting(project_id: str) -> tuple[tuple[FoundFile, ...], Path, str]:
    """Return the photos of this sitting, their folder, and the name of the group they form; ends it."""
    files = shots(project_id)
    folder = files[0].parent
    state.end_sitting(project_id)
    group = f"webcam {folder.name}"
    found = tuple(
        FoundFile(name=f"{group}/photo {i:04d}.jpg", location=path) for i, path in enumerate(files, 1)
    )
    return found, folder, group


def drop_sitting(project_id: str) -> None:
    """Throw the photos of this sitting away, and their folder with them."""
    folder = _sitting(project_id)
    state.end_sitting(project_id)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _sitting(project_id: str) -> Path | None:
    """Return the folder of this sitting; None where none has begun, or it is gone."""
    name = state.sittings().get(project_id)
    return services.staged(name) if name else None


def _spool(upload: UploadedFile, destination: Path) -> Path:
    """Return where the upload now lies. Asks nothing of the session, so that no newer drawing ends it."""
    with destination.open("wb") as file:
        shutil.copyfileobj(upload, file, _PIECE)
    _free(upload)
    return destination


def _free(upload: UploadedFile) -> None:
    """Release the server's copy: Streamlit would keep it in memory until long after the tab is closed."""
    context = get_script_run_ctx()
    manager: Any = getattr(context, "uploaded_file_mgr", None)
    if context is not None and hasattr(manager, "remove_file"):
        manager.remove_file(session_id=context.session_id, file_id=upload.file_id)
    upload.close()
