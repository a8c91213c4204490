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
    return _spool(upload, services.staging() / "upload")


def many(uploads: Sequence[UploadedFile]) -> tuple[tuple[FoundFile, ...], Path]:
    """Return the uploads under the names the user knows, where they lie under ours, and their folder."""
    folder = services.staging()
    files = tuple(
        FoundFile(name=upload.name, location=_spool(upload, folder / f"{index:06d}"))
        for index, upload in enumerate(uploads)
    )
    return files, folder


def _spool(upload: UploadedFile, destination: Path) -> Path:
    with destination.open("wb") as file:
        shutil.copyfileobj(upload, file, _PIECE)
    _free(upload)
    state.uploads_taken()
    return destination


def _free(upload: UploadedFile) -> None:
    """Release the server's copy: Streamlit would keep it in memory until long after the tab is closed."""
    context = get_script_run_ctx()
    manager: Any = getattr(context, "uploaded_file_mgr", None)
    if context is not None and hasattr(manager, "remove_file"):
        manager.remove_file(session_id=context.session_id, file_id=upload.file_id)
    upload.close()
