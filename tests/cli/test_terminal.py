"""What the command line tells of work under way."""

from __future__ import annotations

import pytest

from core.cli import terminal
from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, Stage


class _Passing:
    """A studio whose one job passes through every stage, and then is done."""

    def __init__(self) -> None:
        self._left = list(Stage)

    def job(self, job_id: str) -> JobSnapshot:
        status = JobStatus.RUNNING if self._left else JobStatus.DONE
        progress = Progress(stage=self._left.pop(0)) if self._left else None
        return JobSnapshot(
            id=job_id, kind=JobKind.TRAIN, project_id="p", title="t", status=status, progress=progress
        )


@pytest.mark.parametrize("a_terminal", [True, False])
def test_every_stage_has_its_words(monkeypatch, capsys, a_terminal):
    """``sightsmith review`` ended with a KeyError: nobody had said what the check of labels is called."""
    monkeypatch.setattr(terminal, "POLL_SECONDS", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: a_terminal)
    studio = _Passing()
    ended = terminal.follow(studio, studio.job("j"))
    assert ended.status is JobStatus.DONE
    told = capsys.readouterr().err
    assert "Checking the labels" in told
    assert set(terminal.STAGES) == set(Stage)
