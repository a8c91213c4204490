"""The tables of the workspace.

``number`` grows with every row and is what lists are ordered by: clocks jump. What a user made and
deleted is marked, and stays until he removes it for good. What changes here needs a step in ``migrations``.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.edit import Edit, SplitCheck, SplitSettings
from core.domain.facts import PictureFacts
from core.domain.report import Interval
from core.domain.review import VerdictKind
from core.domain.run import RunStatus, Stage, StageSeconds, Trial
from core.store.columns import Choice, Json, Moment

VERSION = 7  # of this schema; a workspace with a higher one was made by a newer Sightsmith
APPLICATION_ID = 0x53494748  # "SIGH": tells our file from any other SQLite file

metadata = MetaData()


def _numbered(name: str, *columns: Column[object] | UniqueConstraint) -> Table:
    number: Column[int] = Column("number", Integer, primary_key=True)
    return Table(name, metadata, number, *columns, sqlite_autoincrement=True)


project = _numbered(
    "project",
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("purpose", Text, nullable=False, server_default=""),
    Column("responsible", Text, nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("deleted", Boolean, nullable=False, server_default=false()),
)

dataset = _numbered(
    "dataset",
    Column("id", Text, nullable=False, unique=True),
    Column("project_id", ForeignKey("project.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("classes", Json(tuple[str, ...]), nullable=False),
    Column("samples", Json(dict[str, str]), nullable=False, server_default="{}"),  # keys of sheets, by field
    Column("issues", Text, nullable=False),  # key of a sheet
    Column("fingerprint", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("split_settings", Json(SplitSettings), nullable=False, server_default="{}"),
    Column("split_check", Json(SplitCheck)),
    Column("parent_id", ForeignKey("dataset.id")),
    Column("edit", Json(Edit)),
    Column("author", Text, nullable=False, server_default=""),
    # for the project's card, which must not read every sample
    Column("pictures", Integer, nullable=False),
    Column("strip", Json(tuple[str, ...]), nullable=False),
    UniqueConstraint("project_id", "version"),
)

# which version of its pictures a project shows: undo and redo move it
current = Table(
    "current",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("dataset_id", ForeignKey("dataset.id"), nullable=False),
    sqlite_with_rowid=False,
)

sheet = Table(
    "sheet",
    metadata,
    Column("key", Text, primary_key=True),  # sha256 of what it says
    Column("content", LargeBinary, nullable=False),  # JSON, compressed
)

facts = Table(
    "facts",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("facts", Json(PictureFacts), nullable=False),
    sqlite_with_rowid=False,
)

# pictures that lay in the workspace when this database was made: one that was moved away may name them
earlier_picture = Table(
    "earlier_picture",
    metadata,
    Column("sha256", Text, primary_key=True),
    sqlite_with_rowid=False,
)

run = _numbered(
    "run",
    Column("id", Text, nullable=False, unique=True),
    Column("token", Text, nullable=False, unique=True),  # one click on Start, one run
    Column("project_id", ForeignKey("project.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("dataset_id", ForeignKey("dataset.id"), nullable=False),
    Column("dataset_fingerprint", Text, nullable=False),
    Column("preset", Choice(Preset)),
    Column("config", Json(TrainConfig), nullable=False),
    Column("status", Choice(RunStatus), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("best_epoch", Integer),
    Column("stage_seconds", Json(tuple[StageSeconds, ...]), nullable=False),
    Column("notes", Json(tuple[str, ...]), nullable=False),
    Column("error", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("versions", Json(tuple[tuple[str, str], ...]), nullable=False),
    Column("owner", Text, nullable=False),  # Owner.key of the process that works on it
    Column("position", Integer),  # among the waiting ones, lowest first; says nothing of the others
    Column("saved_at", Moment),  # when the newest checkpoint was written, if there is one
    Column("accuracy", Json(Interval)),  # on the test pictures, for the project's card
    Column("expected", Json(Interval)),  # what the forecast told for them before the training
    Column("trials", Json(tuple[Trial, ...]), nullable=False, server_default="[]"),
    Column("note", Text, nullable=False, server_default=""),
    Column("starred", Boolean, nullable=False, server_default=false()),
    Column("deleted", Boolean, nullable=False, server_default=false()),
)

# removed runs whose files are still to be removed
leftover = Table(
    "leftover",
    metadata,
    Column("run_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

# what was found out about a version of the pictures before any training; can be found out again
outlook = Table(
    "outlook",
    metadata,
    Column("dataset_id", ForeignKey("dataset.id"), primary_key=True),
    Column("content", Text, nullable=False),
    sqlite_with_rowid=False,
)

settings_set = _numbered(
    "settings_set",
    Column("name", Text, nullable=False, unique=True),
    Column("config", Json(TrainConfig), nullable=False),
    Column("created_at", Moment, nullable=False),
)

epoch = Table(
    "epoch",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("stage", Choice(Stage), nullable=False),
    Column("train_loss", Float),  # the missing ones were not numbers (NaN)
    Column("train_accuracy", Float),
    Column("val_loss", Float),
    Column("val_accuracy", Float),
    Column("val_macro_f1", Float),  # of runs from before; nobody reads it any more
    Column("learning_rate", Float),
    Column("seconds", Float),
    sqlite_with_rowid=False,
)

log_line = _numbered(
    "log_line",
    Column("run_id", ForeignKey("run.id"), nullable=False, index=True),
    Column("moment", Moment, nullable=False),
    Column("text", Text, nullable=False),
)

# what reviewers said, in the order in which they said it: the newest of each about a picture counts
verdict = _numbered(
    "verdict",
    Column("id", Text, nullable=False, unique=True),
    Column("step", Text, nullable=False),  # what was said at once, and is taken back at once
    Column("run_id", ForeignKey("run.id"), nullable=False, index=True),
    Column("sha256", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", Choice(VerdictKind), nullable=False),
    Column("labels", Json(tuple[str, ...]), nullable=False),
    Column("note", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("moment", Moment, nullable=False),
    Column("undone", Boolean, nullable=False, server_default=false()),
    Column("left_behind", Boolean, nullable=False, server_default=false()),  # undone, and then came another
)
