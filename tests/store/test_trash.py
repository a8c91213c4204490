"""What was deleted is listed, comes back under a name of its own, or goes for good with all its rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from core.domain.dataset import Dataset
from core.domain.deleted import DeletedKind
from core.domain.errors import RunError, StoreError
from core.domain.outlook import Outlook
from core.domain.preprocess import ResizeMode
from core.domain.project import Project
from core.domain.review import Judgement, VerdictKind
from core.domain.run import RunStatus
from core.domain.safety import ResizeAdvice
from core.store import schema
from core.store.workspace import Workspace
from tests.store.conftest import Finish, Queue
from tests.store.made import NOON, add_further_test, child_of, dataset_of, epoch_row, kept, report_of

OUTLOOK = Outlook(
    resize=ResizeAdvice(mode=ResizeMode.PAD, reason="", pictures=4, losing=0, worst="", worst_share=0.0)
)


def rows(workspace: Workspace) -> dict[str, int]:
    """Return how many rows each table has that has any."""
    with workspace._database.reading() as connection:
        found = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in schema.metadata.tables.items()
        }
    return {name: count for name, count in found.items() if count}


def everything_in(workspace: Workspace, dataset: Dataset, queue: Queue, finish: Finish) -> str:
    """Put a row into every table that can have one of a project; return its run."""
    workspace.datasets.add(child_of(dataset, workspace, pictures=6))
    workspace.outlooks.keep(dataset.id, OUTLOOK)
    run = queue()
    workspace.runs.start(run.id)
    workspace.runs.add_epoch(run.id, epoch_row(1))
    workspace.runs.log(run.id, "Begun.")
    workspace.runs.keep_checkpoint(run.id, tensors=b"t", state=b"s")
    finish(run)
    said = {dataset.samples[0].sha256: Judgement(kind=VerdictKind.MODEL_WRONG)}
    paths = {sample.sha256: sample.path for sample in dataset.samples}
    workspace.verdicts.add(run.id, said, paths=paths, reviewer="Ada")
    return run.id


def test_lists_deleted_projects_and_the_deleted_runs_of_others(
    workspace: Workspace, project: Project, queue: Queue, finish: Finish
) -> None:
    first, second = queue("Run 1"), queue("Run 2")
    finish(first)
    finish(second)
    workspace.runs.delete(first.id)
    empty = workspace.projects.create("Owls")
    workspace.projects.delete(empty.id)
    listed = workspace.trash.all()
    assert [(one.kind, one.name, one.project, one.runs) for one in listed] == [
        (DeletedKind.PROJECT, "Owls", "Owls", 0),
        (DeletedKind.RUN, "Run 1", "Bolts", 1),
    ]
    workspace.projects.delete(project.id)
    assert [(one.name, one.runs) for one in workspace.trash.all()] == [("Owls", 0), ("Bolts", 2)]


def test_what_comes_back_after_its_name_was_taken_gets_another(
    workspace: Workspace, project: Project, queue: Queue, finish: Finish
) -> None:
    run = queue("Best")
    finish(run)
    workspace.runs.delete(run.id)
    workspace.runs.rename(queue("Other").id, "Best")
    assert workspace.runs.restore(run.id) == "Best (2)"
    assert [one.name for one in workspace.runs.of_project(project.id)] == ["Best", "Best (2)"]
    leaves = workspace.projects.create("Leaves")
    workspace.projects.delete(leaves.id)
    for name in ("Leaves", "Leaves (2)"):
        workspace.projects.create(name)
    assert workspace.projects.restore(leaves.id) == "Leaves (3)"
    assert workspace.projects.get(leaves.id) == replace(leaves, name="Leaves (3)")


def test_a_removed_project_leaves_no_row_and_no_file_of_a_run(
    workspace: Workspace, project: Project, dataset: Dataset, queue: Queue, finish: Finish
) -> None:
    run_id = everything_in(workspace, dataset, queue, finish)
    further = add_further_test(workspace, run_id, b"further")
    assert {"project", "dataset", "current", "sheet", "run", "outlook", "epoch", "log_line"} <= set(
        rows(workspace)
    )
    workspace.projects.delete(project.id)
    removed = workspace.trash.remove_project(project.id)
    assert removed.runs == (run_id,)
    assert len(removed.datasets) == 2
    assert removed.pictures == {further} | {kept(workspace, f"picture {n}".encode()) for n in range(6)}
    assert rows(workspace) == {"leftover": 1}
    assert workspace.paths.run(run_id).exists()  # as after a crash
    workspace.trash.sweep()
    assert rows(workspace) == {}
    assert not workspace.paths.run(run_id).exists()
    assert not workspace.paths.checkpoints(run_id).exists()
    assert workspace.further_tests.pictures() == frozenset()
    assert workspace.trash.all() == ()


def test_a_removed_run_leaves_its_project_as_it_is(
    workspace: Workspace, project: Project, dataset: Dataset, queue: Queue, finish: Finish
) -> None:
    run_id = everything_in(workspace, dataset, queue, finish)
    other = queue("Other")
    finish(other)
    before = rows(workspace)
    workspace.runs.delete(run_id)
    assert workspace.trash.remove_run(run_id).pictures == frozenset()
    workspace.trash.sweep()
    after = rows(workspace)
    gone = {name: count - after.get(name, 0) for name, count in before.items() if count != after.get(name)}
    assert gone == {"run": 1, "epoch": 1, "log_line": 1, "verdict": 1}
    assert workspace.runs.report(other.id) == report_of(other.id)
    assert workspace.datasets.current(project.id) is not None


def test_sheets_that_another_project_shares_stay(
    workspace: Workspace, project: Project, dataset: Dataset
) -> None:
    other = workspace.projects.create("Nuts")
    theirs = dataset_of(workspace, other)
    workspace.datasets.add(theirs)
    workspace.projects.delete(project.id)
    workspace.trash.remove_project(project.id)
    again = Workspace(workspace.paths, workspace._database, clock=lambda: NOON, owner=workspace._owner)
    assert again.datasets.get(theirs.id) == theirs


def test_only_what_was_deleted_is_ever_removed(
    workspace: Workspace, project: Project, queue: Queue, finish: Finish
) -> None:
    run = queue()
    finish(run)
    before = rows(workspace)
    with pytest.raises(StoreError, match="not among the deleted ones"):
        workspace.trash.remove_project(project.id)
    with pytest.raises(RunError, match="not among the deleted ones"):
        workspace.trash.remove_run(run.id)
    assert rows(workspace) == before


def test_a_project_whose_run_is_not_finished_is_not_removed(
    workspace: Workspace, project: Project, queue: Queue
) -> None:
    queue("Night shift")
    with workspace._database.writing() as connection:  # no way leads there
        connection.exec_driver_sql("UPDATE project SET deleted = 1")
    with pytest.raises(StoreError, match="its training run 'Night shift' is not finished"):
        workspace.trash.remove_project(project.id)


def test_checkpoints_of_discarded_runs_go_at_the_next_start_and_those_that_can_go_on_stay(
    workspace: Workspace, queue: Queue
) -> None:
    discarded, paused = queue("a"), queue("b")
    for run in (discarded, paused):
        workspace.runs.keep_checkpoint(run.id, tensors=b"t", state=b"s")
    workspace.runs.end_without_result(discarded.id, RunStatus.DISCARDED, error="enough")
    workspace.runs.pause(paused.id)
    workspace.runs.delete(paused.id)
    workspace.runs.sweep_checkpoints()
    assert not workspace.paths.checkpoints(discarded.id).exists()
    assert workspace.runs.checkpoint(paused.id) is not None
