"""Changes to a project's pictures: a new version with its findings made anew."""

from __future__ import annotations

import uuid
from dataclasses import replace

from core.data.doctor import carried, diagnose
from core.data.edits import apply, as_meant
from core.data.parallel import ignore_progress, never
from core.data.probe import split_check
from core.data.split import fingerprint_of, split_again
from core.domain.dataset import Dataset
from core.domain.edit import Edit, EditKind
from core.domain.errors import DatasetError
from core.domain.run import Progress, Stage
from core.jobs.looking import look
from core.jobs.runner import JobContext
from core.settings import Settings
from core.store.workspace import Workspace, utc_now


def apply_edit(
    workspace: Workspace, settings: Settings, project_id: str, edit: Edit, *, author: str
) -> Dataset:
    """Return the next version of the project's pictures, changed and checked again.

    Raises:
        DatasetError: there are no pictures, or the change makes no sense for them.
    """
    before = workspace.datasets.current(project_id)
    if before is None:
        raise DatasetError("There are no pictures to change yet.", hint="Add some first.")
    edit = as_meant(before, edit)
    hashes = [s.sha256 for s in before.samples]
    facts = workspace.datasets.facts(hashes)
    # kept from the import; made anew only where somebody has emptied the cache
    features = look(workspace, settings, hashes, progress=ignore_progress, stopped=never)
    if edit.kind == EditKind.SPLIT and edit.split_settings is not None:
        changed = split_again(before, edit.split_settings, facts=facts, features=features)
    else:
        samples, classes = apply(before, edit)
        checked = split_check(samples, features, before.split_settings)
        changed = replace(before, samples=samples, classes=classes, split_check=checked)
    issues = diagnose(
        changed.samples,
        changed.classes,
        facts,
        features,
        settings=changed.split_settings,
        noticed=carried(before.issues, changed.samples),
    )
    after = replace(
        changed,
        id=uuid.uuid4().hex,
        version=workspace.datasets.next_version(project_id),
        issues=issues,
        fingerprint=fingerprint_of(changed.classes, changed.samples),
        created_at=utc_now(),
        parent_id=before.id,
        edit=edit,
        author=author.strip(),
    )
    workspace.datasets.add(after)
    return after


def recheck(workspace: Workspace, settings: Settings, project_id: str, context: JobContext) -> None:
    """Compute what the doctor needs if it is gone, and make the findings of the version in use anew."""
    dataset = workspace.datasets.current(project_id)
    if dataset is None:
        raise DatasetError("There are no pictures to check yet.", hint="Add some first.")
    hashes = [s.sha256 for s in dataset.samples]
    features = look(
        workspace,
        settings,
        hashes,
        progress=lambda done, total: context.publish(Progress(stage=Stage.EXAMINE, done=done, total=total)),
        stopped=context.stopped,
    )
    found = diagnose(
        dataset.samples,
        dataset.classes,
        workspace.datasets.facts(hashes),
        features,
        settings=dataset.split_settings,
        noticed=carried(dataset.issues, dataset.samples),
    )
    workspace.datasets.set_issues(dataset.id, found)
