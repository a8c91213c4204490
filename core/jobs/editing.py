"""Changes to a project's pictures: a new version with its findings made anew."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from core.data.doctor import carried, diagnose
from core.data.edits import apply, as_meant
from core.data.parallel import ignore_progress, never
from core.data.probe import split_check
from core.data.split import fingerprint_of, split_again
from core.domain.dataset import Dataset
from core.domain.edit import Edit, EditKind
from core.domain.errors import Cancelled, DatasetError
from core.domain.run import Progress, Stage
from core.jobs.looking import look
from core.jobs.runner import JobContext
from core.settings import Settings
from core.store.workspace import Workspace, utc_now


def apply_edit(
    workspace: Workspace,
    settings: Settings,
    project_id: str,
    edit: Edit,
    *,
    author: str,
    context: JobContext | None = None,
) -> Dataset:
    """Return the next version of the project's pictures, changed and checked again.

    ``context`` is the job's that does it, where one does: it hears the progress, and can end the work.

    Raises:
        DatasetError: there are no pictures, or the change makes no sense for them.
        StaleError: another change came first.
        Cancelled: it was stopped; nothing has changed.
    """
    before = workspace.datasets.current(project_id)
    if before is None:
        raise DatasetError("There are no pictures to change yet.", hint="Add some first.")
    edit = as_meant(before, edit)
    stopped = context.stopped if context else never
    hashes = [s.sha256 for s in before.samples]
    facts = workspace.datasets.facts(hashes)
    # kept from the import; made anew only where somebody has emptied the cache
    features = look(workspace, settings, hashes, progress=_told(context), stopped=stopped)
    if edit.kind == EditKind.SPLIT and edit.split_settings is not None:
        changed = split_again(before, edit.split_settings, facts=facts, features=features)
    else:
        samples, classes = apply(before, edit)
        changed = replace(before, samples=samples, classes=classes)
        if edit.kind == EditKind.FOLDERS:  # each class is to be learned and judged
            changed = split_again(changed, before.split_settings, facts=facts, features=features)
        else:
            changed = replace(changed, split_check=split_check(samples, features, before.split_settings))
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
    if stopped():
        raise Cancelled
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
        progress=_told(context),
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


def _told(context: JobContext | None) -> Callable[[int, int], None]:
    if context is None:
        return ignore_progress
    return lambda done, total: context.publish(Progress(stage=Stage.EXAMINE, done=done, total=total))
