"""The command that starts the app in the browser."""

from __future__ import annotations

import os
from pathlib import Path

from core.launch import serve
from core.settings import Settings
from core.store.database import open_database
from core.store.paths import Paths


def app(host: str, port: int, *, browser: bool, home: Path | None) -> int:
    """Run the app until it is stopped; returns the exit code.

    Raises AppError where the workspace or a setting cannot be used: the server itself would tell it in a
    traceback.
    """
    settings = Settings.from_environment(os.environ, home=home)
    open_database(Paths(settings.home).database).close()
    return serve(host, port, browser=browser, home=home)
