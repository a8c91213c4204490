"""What people say about their runs: a name, a note, a star. The run itself stays as it was."""

from __future__ import annotations

from sqlalchemy import Connection, update

from core.domain.errors import RunError
from core.store.run_files import RunFiles
from core.store.run_rows import visible, visible_row
from core.store.schema import run as table

LONGEST_NAME = 80
LONGEST_NOTE = 2_000


class RunLabels(RunFiles):
    """The part of the runs that people write themselves, at any time, whatever the run does."""

    def rename(self, run_id: str, name: str) -> None:
        """Give the run another name.

        Raises:
            RunError: there is no such run, the name is none, or another run of the project has it.
        """
        shown = " ".join(name.split())
        if not 0 < len(shown) <= LONGEST_NAME:
            raise RunError(
                f"A name has 1 to {LONGEST_NAME} characters; this one has {len(shown)}.",
                hint="Choose another name for this training run.",
            )
        with self._database.writing() as connection:
            row = visible_row(connection, run_id)
            if shown in names_of_others(connection, row.project_id, run_id):
                raise RunError(
                    f"Another training run is called '{shown}'.", hint="Choose a name that tells them apart."
                )
            connection.execute(update(table).where(table.c.id == run_id).values(name=shown))

    def annotate(self, run_id: str, note: str) -> None:
        """Keep a note about the run in place of the one before; empty for none.

        Raises:
            RunError: there is no such run, or the note is too long.
        """
        shown = note.strip()
        if len(shown) > LONGEST_NOTE:
            raise RunError(
                f"A note has up to {LONGEST_NOTE:,} characters; this one has {len(shown):,}.",
                hint="Make it shorter.",
            )
        self._label(run_id, note=shown)

    def star(self, run_id: str, *, starred: bool) -> None:
        """Mark the run as one to find again, or no longer. RunError when there is no such run."""
        self._label(run_id, starred=starred)

    def _label(self, run_id: str, **values: object) -> None:
        with self._database.writing() as connection:
            visible_row(connection, run_id)
            connection.execute(update(table).where(table.c.id == run_id).values(**values))


def names_of_others(connection: Connection, project_id: str, run_id: str) -> set[str]:
    """Return the names of the project's other runs that are not deleted."""
    others = visible().where(table.c.project_id == project_id, table.c.id != run_id)
    return set(connection.scalars(others.with_only_columns(table.c.name)))
