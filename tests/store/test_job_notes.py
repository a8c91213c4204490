"""Jobs that were cut short with their process are known to the next one, once."""

from __future__ import annotations

from core.domain.run import JobKind, JobSnapshot
from core.settings import Settings
from core.store.owner import Owner
from core.store.workspace import Workspace

ENDED = Owner(pid=1, started="1", boot="an earlier one")
IMPORT = JobSnapshot(id="a" * 32, kind=JobKind.IMPORT, project_id="p", title="parts.zip")
PACK = JobSnapshot(id="run as onnx/8", kind=JobKind.PACK, project_id="p", title="Run 1 as ONNX")


def test_what_an_ended_process_was_working_on_is_told_once(settings: Settings, workspace: Workspace) -> None:
    with Workspace.open(settings, owner=ENDED) as before:
        for job in (IMPORT, PACK):
            before.job_notes.keep(job)
    assert sorted(workspace.job_notes.take_left(), key=lambda job: job.id) == [IMPORT, PACK]
    assert workspace.job_notes.take_left() == ()


def test_what_has_ended_is_not_told(settings: Settings, workspace: Workspace) -> None:
    with Workspace.open(settings, owner=ENDED) as before:
        before.job_notes.keep(IMPORT)
        before.job_notes.drop(IMPORT.id)
        before.job_notes.drop(PACK.id)  # never begun
    assert workspace.job_notes.take_left() == ()


def test_what_a_living_process_works_on_is_left_alone(workspace: Workspace) -> None:
    workspace.job_notes.keep(IMPORT)
    assert workspace.job_notes.take_left() == ()
    assert workspace.job_notes.take_left(lambda _owner: False) == (IMPORT,)


def test_a_note_that_cannot_be_read_is_left_out(settings: Settings, workspace: Workspace) -> None:
    with Workspace.open(settings, owner=ENDED) as before:
        before.job_notes.keep(IMPORT)
        before.job_notes.keep(PACK)
    note = next(path for path in workspace.paths.jobs.rglob("*.json") if b"onnx" in path.read_bytes())
    note.write_bytes(b'{"id": ')
    assert workspace.job_notes.take_left() == (IMPORT,)
