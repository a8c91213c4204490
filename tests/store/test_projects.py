from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from core.domain.dataset import Dataset
from core.domain.errors import StoreError
from core.domain.project import Project
from core.domain.report import Interval
from core.domain.run import RunStatus
from core.settings import Settings
from core.store.workspace import Workspace
from tests.store.conftest import Finish, Queue
from tests.store.made import NOON, child_of


def test_keeps_a_project_through_a_restart(
    workspace: Workspace, settings: Settings, project: Project
) -> None:
    workspace.close()
    with Workspace.open(settings) as again:
        assert again.projects.get(project.id) == project
    assert project.created_at == NOON
    assert project.credit == "by Ada"


@pytest.mark.parametrize("name", ["<b>x</b>", "'; DROP TABLE project; --", "名前 🔩", "a" * 200])
def test_a_name_is_any_text(workspace: Workspace, name: str) -> None:
    project = workspace.projects.create(name)
    assert workspace.projects.get(project.id) == project
    assert project.name == name


@pytest.mark.parametrize(("name", "told"), [(" \n", "needs a name"), ("a" * 201, "has 201 characters")])
def test_refuses_a_name_that_cannot_be_shown(workspace: Workspace, name: str, told: str) -> None:
    with pytest.raises(StoreError, match=told):
        workspace.projects.create(name)
    project = workspace.projects.create("fine")
    with pytest.raises(StoreError, match=told):
        workspace.projects.rename(project.id, name)


def test_lists_by_order_of_making_although_the_clock_jumps_back(settings: Settings) -> None:
    moments = iter(datetime(2026, 1, 3, tzinfo=UTC) - timedelta(days=day) for day in range(3))
    with Workspace.open(settings, clock=lambda: next(moments)) as workspace:
        made = [workspace.projects.create(str(i)) for i in range(3)]
        assert list(workspace.projects.all()) == made
        assert [one.project for one in workspace.projects.summaries()] == made[::-1]


def test_renames(workspace: Workspace, project: Project) -> None:
    workspace.projects.rename(project.id, "  Nuts   and bolts ")
    assert workspace.projects.get(project.id) == dataclasses.replace(project, name="Nuts and bolts")


def test_a_project_that_is_not_there_is_told(workspace: Workspace) -> None:
    assert workspace.projects.get("nothing") is None
    for act in (workspace.projects.delete, workspace.projects.restore):
        with pytest.raises(StoreError, match="does not exist any more"):
            act("nothing")
    with pytest.raises(StoreError, match="does not exist any more"):
        workspace.projects.rename("nothing", "name")


def test_a_deleted_project_takes_its_pictures_and_runs_along_and_comes_back_whole(
    workspace: Workspace, project: Project, dataset: Dataset, queue: Queue, finish: Finish
) -> None:
    run = queue()
    finish(run)
    workspace.projects.delete(project.id)
    assert workspace.projects.all() == ()
    assert workspace.projects.summaries() == ()
    assert workspace.projects.get(project.id) is None
    assert workspace.datasets.current(project.id) is None
    assert workspace.runs.of_project(project.id) == ()
    assert workspace.runs.get(run.id) is None
    workspace.projects.restore(project.id)
    assert workspace.projects.get(project.id) == project
    assert workspace.datasets.current(project.id) == dataset
    assert [one.id for one in workspace.runs.of_project(project.id)] == [run.id]


def test_a_project_with_an_unfinished_run_is_not_deleted(
    workspace: Workspace, project: Project, queue: Queue
) -> None:
    run = queue("Night shift")
    with pytest.raises(StoreError, match="'Bolts' cannot be deleted while its training run 'Night shift'"):
        workspace.projects.delete(project.id)
    workspace.runs.end_without_result(run.id, RunStatus.FAILED, error="enough")
    workspace.projects.delete(project.id)


def test_the_card_of_a_fresh_project_is_empty(workspace: Workspace, project: Project) -> None:
    (card,) = workspace.projects.summaries()
    assert card.project == project
    assert (card.pictures, card.classes, card.strip, card.runs) == (0, 0, (), 0)
    assert (card.active, card.best_run_id, card.best_accuracy) == (False, None, None)


def test_the_card_shows_the_newest_pictures_and_the_best_run(
    workspace: Workspace, dataset: Dataset, queue: Queue, finish: Finish
) -> None:
    newer = child_of(dataset, workspace, pictures=8)
    workspace.datasets.add(newer)
    runs = [queue(str(i)) for i in range(4)]
    for run, accuracy in zip(runs, (0.25, 0.75, 0.5), strict=False):
        finish(run, accuracy)
    (card,) = workspace.projects.summaries()
    assert (card.pictures, card.classes) == (7, 2)  # one of 8 is excluded
    assert card.strip == (newer.samples[0].sha256, newer.samples[1].sha256)
    assert (card.runs, card.active) == (4, True)
    assert card.best_run_id == runs[1].id
    assert card.best_accuracy == Interval(value=0.75, low=0.375, high=0.875)


def test_the_card_forgets_a_better_result_on_pictures_that_were_mended_since(
    workspace: Workspace, project: Project, dataset: Dataset, queue: Queue, finish: Finish
) -> None:
    """98 % on a split that leaked stood on the card for ever, whatever honest run came after it."""
    leaky = queue()
    finish(leaky, 0.98)
    mended = child_of(dataset, workspace)
    workspace.datasets.add(mended)
    runs = [
        workspace.runs.create(project.id, mended, config=leaky.config, preset=None, token=token)
        for token in ("first", "second")
    ]
    for run, accuracy in zip(runs, (0.91, 0.89), strict=True):
        finish(run, accuracy)
    assert workspace.projects.summaries()[0].best_run_id == runs[0].id
    workspace.datasets.add(child_of(mended, workspace))  # nothing was trained on these
    assert workspace.projects.summaries()[0].best_run_id == runs[0].id
    workspace.datasets.undo(project.id)
    workspace.datasets.undo(project.id)
    assert workspace.projects.summaries()[0].best_run_id == leaky.id


def test_a_deleted_run_is_not_the_best(workspace: Workspace, queue: Queue, finish: Finish) -> None:
    run = queue()
    finish(run)
    workspace.runs.delete(run.id)
    (card,) = workspace.projects.summaries()
    assert (card.runs, card.best_run_id) == (0, None)
