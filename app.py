"""The web app: ``sightsmith app``, or ``streamlit run app.py``."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

ROOT = Path(__file__).resolve().parent
SHELL = ROOT / "ui" / "shell"
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
# Streamlit would put the script's folder there for each drawing of a page, and take it out again. Who looks
# through the list meanwhile, as a training does that imports something, misses an entry: "no such package".
if str(SHELL) not in sys.path:
    sys.path.append(str(SHELL))

from core.jobs import memory  # noqa: E402  (the folder must be importable first)
from ui import errors, export_route, partings, services, upload_patience, upload_route  # noqa: E402


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Open the workspace before the first visitor comes, and end its workers when the server stops."""
    studio = services.open_studio()
    memory.pass_over_what_stays()
    if studio.settings.prepare_ahead:
        studio.prepare_ahead()
    with upload_patience.ending_with_server():
        yield {}
    services.close_studio()


# The script lies alone in ui/shell: beside a folder called pages/, Streamlit would route by itself.
app = st.App(
    SHELL / "main.py",
    lifespan=lifespan,
    middleware=[Middleware(partings.Partings)],
    routes=[*upload_route.routes(), *export_route.routes()],
    on_script_error=errors.show,
)

if __name__ == "__main__":
    app.run()
