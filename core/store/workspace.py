"""The workspace: one folder with everything Sightsmith keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Final

from core.settings import Settings
from core.store.checkpoints import Checkpoints
from core.store.database import Database, open_database
from core.store.datasets import Datasets
from core.store.files import make_folder, remove_tree, told
from core.store.further_tests import FurtherTests
from core.store.job_notes import JobNotes
from core.store.outlooks import Outlooks
from core.store.owner import Owner, is_alive, this_process
from core.store.paths import Paths
from core.store.pictures import PictureShelf, kept_pictures
from core.store.projects import Projects
from core.store.queue import RunQueue
from core.store.results import Results
from core.store.runs import Runs
from core.store.settings_sets import SettingsSets
from core.store.trash import Trash
from core.store.verdicts import Verdicts

_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


def utc_now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


class Workspace:
    """Projects, data sets and runs of one folder; usable from many threads, and by several processes."""

    def __init__(
        self, paths: Paths, database: Database, *, clock: Callable[[], datetime], owner: Owner
    ) -> None:
        self._database = database
        self._owner = owner
        self._own_staging = paths.staging / owner.key
        self.paths = paths
        self.projects = Projects(database, clock)
        shelf = PictureShelf(paths, self._own_staging)
        self.further_tests = FurtherTests(paths, database, shelf, self.staging)
        self.datasets = Datasets(database, shelf, also_named=self.further_tests.pictures)
        self.runs = Runs(database, Results(paths), Checkpoints(paths), clock=clock, owner=owner)
        self.outlooks = Outlooks(database)
        self.settings_sets = SettingsSets(database, clock)
        self.trash = Trash(paths, database, self.further_tests)
        self.verdicts = Verdicts(database, clock)
        self.job_notes = JobNotes(paths.jobs, owner)
        self.queue = RunQueue(database, clock=clock, owner=owner)

    @classmethod
    def open(
        cls, settings: Settings, *, clock: Callable[[], datetime] = utc_now, owner: Owner | None = None
    ) -> Workspace:
        """Return the workspace in ``settings.home``, made where there is none.

        ``owner`` is the process that works here; this one, unless a test plays another.

        Raises:
            StoreError: the folder cannot be written, or its database is damaged, foreign or newer.
        """
        paths = Paths(settings.home)
        database = open_database(paths.database, lying=lambda: kept_pictures(paths))
        return cls(paths, database, clock=clock, owner=owner or this_process())

    def staging(self) -> Path:
        """Return a fresh empty folder for what is not kept yet; it is the caller's to remove."""
        return make_folder(self._own_staging / token_hex(16))

    def staged(self, name: str) -> Path | None:
        """Return the folder of this name that ``staging`` gave in this process, or None where it is gone.

        The name may come from anywhere: nothing but such a folder is ever returned.
        """
        folder = self._own_staging / name
        return folder if _TOKEN.fullmatch(name) and folder.is_dir() else None

    def activations(self, job_id: str) -> Path:
        """Return the file for what a job of this process keeps at the freeze boundary while it goes on."""
        return self.paths.cache("activations") / self._owner.key / f"{job_id}.bin"

    def sweep_staging(self, alive: Callable[[Owner], bool] = is_alive) -> None:
        """Remove what ended processes left in staging; living ones keep theirs."""
        _sweep(self.paths.staging, alive)

    def sweep_activations(self, alive: Callable[[Owner], bool] = is_alive) -> None:
        """Remove what jobs of ended processes kept at the freeze boundary: who goes on makes it anew."""
        _sweep(self.paths.cache("activations"), alive)

    def close(self) -> None:
        """Close the database; the workspace is of no use afterwards."""
        self._database.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _sweep(parent: Path, alive: Callable[[Owner], bool]) -> None:
    """Remove everything from a folder but the folders of living processes."""
    if not parent.is_dir():
        return
    with told(parent):
        leftovers = list(parent.iterdir())
    for left in leftovers:
        owner = Owner.from_key(left.name)
        if owner is not None and alive(owner):
            continue
        if left.is_dir():
            remove_tree(left)
        else:
            with suppress(OSError):
                left.unlink()
