"""Every change is a version; undo and redo walk along them and lose nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.dataset import Dataset, Issue, IssueKind, Severity
from core.domain.edit import Edit, EditKind, Mend, SplitCheck, SplitSettings
from core.domain.errors import StaleError
from core.domain.project import Project
from core.settings import Settings
from core.store.workspace import Workspace
from tests.store.conftest import Queue
from tests.store.made import NOON, child_of

EXCLUDE = Edit(kind=EditKind.EXCLUDE, pictures=("a" * 64,))
RENAME = Edit(kind=EditKind.RENAME, classes=("bolt",), label="screw")


def added(workspace: Workspace, parent: Dataset, edit: Edit = EXCLUDE) -> Dataset:
    """Record the next version and return it."""
    made = child_of(parent, workspace, edit=edit)
    workspace.datasets.add(made)
    return made


def test_undo_goes_back_version_by_version_to_the_first(workspace: Workspace, dataset: Dataset) -> None:
    second = added(workspace, dataset)
    added(workspace, second)
    assert workspace.datasets.undo(dataset.project_id) == second
    assert workspace.datasets.undo(dataset.project_id) == dataset
    assert workspace.datasets.undo(dataset.project_id) is None
    assert workspace.datasets.current(dataset.project_id) == dataset


def test_redo_goes_on_to_what_was_undone(workspace: Workspace, dataset: Dataset) -> None:
    second = added(workspace, dataset)
    assert workspace.datasets.redo(dataset.project_id) is None
    workspace.datasets.undo(dataset.project_id)
    assert workspace.datasets.redo(dataset.project_id) == second
    assert workspace.datasets.current(dataset.project_id) == second


def test_undo_and_redo_from_a_version_that_was_seen(workspace: Workspace, dataset: Dataset) -> None:
    second = added(workspace, dataset)
    assert workspace.datasets.undo(dataset.project_id, expected=second.id) == dataset
    assert workspace.datasets.redo(dataset.project_id, expected=dataset.id) == second


def test_undo_and_redo_take_back_nothing_that_was_not_seen(workspace: Workspace, dataset: Dataset) -> None:
    """A click on an old screen took back a change that somebody else had made since."""
    second = added(workspace, dataset)
    with pytest.raises(StaleError, match="This step cannot be taken: another change came first"):
        workspace.datasets.undo(dataset.project_id, expected=dataset.id)
    assert workspace.datasets.current(dataset.project_id) == second
    workspace.datasets.undo(dataset.project_id)
    with pytest.raises(StaleError):
        workspace.datasets.redo(dataset.project_id, expected=second.id)
    assert workspace.datasets.current(dataset.project_id) == dataset


def test_a_change_after_undo_makes_a_branch_and_redo_takes_the_newest(
    workspace: Workspace, dataset: Dataset
) -> None:
    second = added(workspace, dataset)
    workspace.datasets.undo(dataset.project_id)
    third = added(workspace, dataset, RENAME)
    assert third.version == 3
    workspace.datasets.undo(dataset.project_id)
    assert workspace.datasets.redo(dataset.project_id) == third
    assert workspace.datasets.get(second.id) == second


def test_history_tells_every_version_newest_first(workspace: Workspace, dataset: Dataset) -> None:
    second = added(workspace, dataset, RENAME)
    workspace.datasets.undo(dataset.project_id)
    newest, first = workspace.datasets.history(dataset.project_id)
    assert (newest.id, newest.version, newest.parent_id) == (second.id, 2, dataset.id)
    assert (newest.edit, newest.author, newest.created_at) == (RENAME, "Ada", NOON)
    assert (newest.pictures, newest.classes) == (3, 2)  # one of four is excluded
    assert (newest.current, first.current) == (False, True)


def test_a_project_without_pictures_has_no_history(workspace: Workspace, project: Project) -> None:
    assert workspace.datasets.history(project.id) == ()
    assert workspace.datasets.undo(project.id) is None
    assert workspace.datasets.redo(project.id) is None


def test_a_change_to_what_is_not_current_any_more_is_told(workspace: Workspace, dataset: Dataset) -> None:
    second = added(workspace, dataset)
    made = child_of(second, workspace)
    workspace.datasets.undo(dataset.project_id)
    with pytest.raises(StaleError, match="another change came first") as told:
        workspace.datasets.add(made)
    assert "as they are now" in told.value.hint
    assert workspace.datasets.current(dataset.project_id) == dataset


def test_undo_of_one_project_leaves_the_others(workspace: Workspace, dataset: Dataset) -> None:
    other = workspace.projects.create("Screws")
    twin = replace(dataset, id="e" * 32, project_id=other.id)
    workspace.datasets.add(twin)
    added(workspace, dataset)
    workspace.datasets.undo(dataset.project_id)
    assert workspace.datasets.current(other.id) == twin


def test_the_projects_card_shows_the_current_version(workspace: Workspace, dataset: Dataset) -> None:
    workspace.datasets.add(child_of(dataset, workspace, pictures=8))
    assert workspace.projects.summaries()[0].pictures == 7
    workspace.datasets.undo(dataset.project_id)
    assert workspace.projects.summaries()[0].pictures == 3


def test_a_run_keeps_the_version_it_learnt_from(workspace: Workspace, dataset: Dataset, queue: Queue) -> None:
    run = queue()
    added(workspace, dataset)
    assert workspace.datasets.get(run.dataset_id) == dataset


def test_a_deleted_project_has_nothing_to_undo_until_it_is_restored(
    workspace: Workspace, dataset: Dataset
) -> None:
    second = added(workspace, dataset)
    workspace.projects.delete(dataset.project_id)
    assert workspace.datasets.undo(dataset.project_id) is None
    assert workspace.datasets.history(dataset.project_id) == ()
    workspace.projects.restore(dataset.project_id)
    assert workspace.datasets.current(dataset.project_id) == second


def test_keeps_how_the_pictures_were_divided(
    workspace: Workspace, settings: Settings, dataset: Dataset
) -> None:
    check = SplitCheck(series=1, pictures=2, leaked=1, pairs=(("a", "b"),), plain=None, honest=None)
    made = replace(
        child_of(dataset, workspace), split_settings=SplitSettings(test=0.3, prefix="_"), split_check=check
    )
    workspace.datasets.add(made)
    with Workspace.open(settings) as again:
        assert again.datasets.get(made.id) == made


def test_versions_share_what_they_have_in_common(workspace: Workspace, dataset: Dataset) -> None:
    def sheets() -> int:
        with workspace._database.reading() as connection:
            count: int = connection.exec_driver_sql("SELECT count(*) FROM sheet").scalar_one()
            return count

    before = sheets()
    (one, *others) = dataset.samples
    made = replace(child_of(dataset, workspace), samples=(replace(one, excluded=True), *others))
    workspace.datasets.add(made)
    assert sheets() == before + 1


def test_another_look_changes_what_was_noticed_and_nothing_else(
    workspace: Workspace, dataset: Dataset
) -> None:
    noticed = Issue(
        kind=IssueKind.BLURRY,
        severity=Severity.WARNS,
        message="1 picture is blurry.",
        pictures=("a" * 64,),
        mend=Mend(title="Leave it out", edit=EXCLUDE),
    )
    workspace.datasets.current(dataset.project_id)
    workspace.datasets.set_issues(dataset.id, [noticed])
    assert workspace.datasets.get(dataset.id) == replace(dataset, issues=(noticed,))
