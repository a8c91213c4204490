"""A workspace of an older version is brought up to date with everything in it, or left as it is."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain.choices import Balance, HeadSolver, PrecisionChoice
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Severity, Split
from core.domain.edit import Edit, EditKind
from core.domain.errors import StoreError
from core.domain.run import RunStatus
from core.settings import Settings
from core.store import schema, sheets
from core.store.database import open_database
from core.store.workspace import Workspace

VERSION_1, VERSION_2, VERSION_3 = (
    (Path(__file__).parent / f"version_{number}.sql").read_text(encoding="utf-8") for number in (1, 2, 3)
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A workspace's database as version 1 made it."""
    return made(tmp_path, VERSION_1)


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A workspace's database as version 2 made it."""
    return made(tmp_path, VERSION_2)


@pytest.fixture
def third(tmp_path: Path) -> Path:
    """A workspace's database as version 3 made it."""
    return made(tmp_path, VERSION_3)


def made(folder: Path, script: str) -> Path:
    path = folder / "sightsmith.sqlite"
    with closing(sqlite3.connect(path)) as plain:
        plain.executescript(script)
        plain.execute("PRAGMA journal_mode = WAL")
    return path


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    path = tmp_path / "fresh" / "sightsmith.sqlite"
    open_database(path).close()
    return path


def opened(path: Path) -> Workspace:
    return Workspace.open(Settings(home=path.parent, weights=path.parent))


def test_every_field_of_every_version_is_kept(old: Path) -> None:
    with opened(old) as workspace:
        assert workspace.datasets.get("d2") == Dataset(
            id="d2",
            project_id="p1",
            version=2,
            classes=("bolt", "nut"),
            samples=(
                Sample(
                    path="bolt/1.jpg",
                    sha256="aa",
                    width=640,
                    height=480,
                    label="bolt",
                    split=Split.TRAIN,
                    given=True,
                ),
                Sample(
                    path="nut/ü.jpg",
                    sha256="bb",
                    width=10,
                    height=20,
                    label="nut",
                    split=Split.TEST,
                    group="series",
                    given=True,
                    excluded=True,
                ),
            ),
            issues=(Issue(kind=IssueKind.SPLIT_FOLDERS, severity=Severity.INFORMS, message="Divided."),),
            fingerprint="f2",
            created_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
            parent_id="d1",
            edit=Edit(kind=EditKind.IMPORT),
        )


def test_a_project_stands_at_its_newest_version_and_can_go_back(old: Path) -> None:
    with opened(old) as workspace:
        assert [(line.version, line.current) for line in workspace.datasets.history("p1")] == [
            (2, True),
            (1, False),
        ]
        before = workspace.datasets.undo("p1")
        assert before is not None
        assert (before.id, before.parent_id, before.samples[0].given) == ("d1", None, False)


def test_a_deleted_project_comes_back_as_it_was(old: Path) -> None:
    with opened(old) as workspace:
        assert workspace.datasets.current("p2") is None
        workspace.projects.restore("p2")
        found = workspace.datasets.current("p2")
        assert found is not None
        assert found.issues[0].paths == ("x",)


def test_runs_still_know_their_pictures(old: Path) -> None:
    with opened(old) as workspace:
        (card,) = workspace.projects.summaries()
        assert (card.pictures, card.runs) == (2, 1)


@pytest.mark.parametrize(
    "script", [VERSION_1, VERSION_2, VERSION_3], ids=["version 1", "version 2", "version 3"]
)
def test_the_tables_are_those_of_a_new_workspace(tmp_path: Path, fresh: Path, script: str) -> None:
    path = made(tmp_path, script)
    open_database(path).close()
    assert shape(path) == shape(fresh)


def test_old_settings_go_on_saying_what_was_done(second: Path) -> None:
    with opened(second) as workspace:
        run = workspace.runs.get("r1")
        plain = workspace.runs.get("r2")
    assert run is not None
    assert plain is not None
    assert run.config == TrainConfig(
        backbone="resnet18",
        dropout=0.35,
        fine_tune_blocks=3,
        fine_tune_epochs=6,
        balance=Balance.WEIGHTS,
        seed=7,
        head_solver=HeadSolver.ADAMW,
        ema_decay=0.0,
        boundary_views=0,
        precision=PrecisionChoice.FP32,
    )
    assert plain.config.balance is Balance.NONE
    assert (run.status, run.notes, len(run.history), run.saved_at) == (
        RunStatus.DONE,
        ("kept epoch 4",),
        1,
        None,
    )


def test_settings_of_the_first_version_come_along(old: Path) -> None:
    with opened(old) as workspace:
        run = workspace.runs.get("r1")
    assert run is not None
    assert (run.config.head_solver, run.config.ema_decay) == (HeadSolver.ADAMW, 0.0)


def test_runs_of_the_third_version_can_be_given_a_note_and_a_star(third: Path) -> None:
    with opened(third) as workspace:
        before = workspace.runs.get("r1")
        workspace.runs.annotate("r1", "the first good one")
        workspace.runs.star("r1", starred=True)
        after = workspace.runs.get("r1")
        (waiting,) = workspace.queue.take_over()
    assert before is not None
    assert (before.note, before.starred, before.config.seed) == ("", False, 7)
    assert (len(before.trials), len(before.history)) == (1, 1)
    assert after == replace(before, note="the first good one", starred=True)
    assert (waiting.name, waiting.note) == ("Run 2", "")


def test_a_project_of_the_third_version_can_tell_what_it_is_for(third: Path) -> None:
    with opened(third) as workspace:
        (project,) = workspace.projects.all()
        assert (project.purpose, project.responsible) == ("", "")
        workspace.projects.describe(project.id, purpose=" Sorts leaves. ", responsible="Ada")
        described = workspace.projects.get(project.id)
        assert described is not None
        assert (described.purpose, described.responsible) == ("Sorts leaves.", "Ada")
        assert workspace.projects.summaries()[0].project == described


def test_what_waited_waits_on_in_its_order_and_what_was_going_can_go_on(second: Path) -> None:
    with opened(second) as workspace:
        assert workspace.runs.interrupt_orphans() == ("r2",)
        assert [run.name for run in workspace.queue.take_over()] == ["Run 3", "Run 4"]
        workspace.queue.put_back("r2")
        assert [run.name for run in workspace.queue.waiting()] == ["Run 3", "Run 4", "Run 2"]


def test_a_migration_that_fails_leaves_the_old_version(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(sheets, "keep_samples", full_disk)
        with pytest.raises(StoreError):
            open_database(old)
    assert ask(old, "PRAGMA user_version") == [(1,)]
    assert len(ask(old, "SELECT * FROM sample")) == 4
    with opened(old) as workspace:
        assert workspace.datasets.current("p1") is not None


def test_several_programs_may_bring_it_up_at_once(old: Path) -> None:
    failures: list[Exception] = []

    def bring_up() -> None:
        try:
            open_database(old).close()
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=bring_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert ask(old, "PRAGMA user_version") == [(schema.VERSION,)]


def ask(path: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as plain:
        return plain.execute(question).fetchall()


def shape(path: Path) -> dict[object, object]:
    """Return the columns and the references of every table; columns may stand in another order."""
    tables = [name for (name,) in ask(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {
        name: (
            sorted(map(str, (row[1:] for row in ask(path, f"PRAGMA table_info({name})")))),
            sorted(map(str, (row[2:] for row in ask(path, f"PRAGMA foreign_key_list({name})")))),
        )
        for name in tables
    }
