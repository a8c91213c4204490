"""What every part of the studio works with."""

from __future__ import annotations

from core.jobs.runner import Runner
from core.settings import Settings
from core.store.workspace import Workspace


class Desk:
    """The workspace, the workers and the settings of one process."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self.settings = settings
        self._workspace = workspace
        self._runner = Runner()
