"""Goes on with what an ended process left in a workspace, and may be killed at any moment of it.

``python -m tests.jobs.killed_training HOME MOMENT`` kills itself, with no chance to clean up, at that word
about its progress or flush to the disk (1, 2 and so on; +1, +2 from the first checkpoint on); with 0 it goes
on to the end. Prints how many there were.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from core.domain.run import JobKind, JobSnapshot
from core.jobs.runner import JobContext
from core.jobs.train_task import train_run
from core.settings import Settings
from core.store.checkpoints import Checkpoints
from core.store.workspace import Workspace


class Clock:
    """Counts moments, and ends the process at one of them."""

    def __init__(self, last: int, *, going: bool) -> None:
        self.passed, self._last, self._going = 0, last, going

    def counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*args: Any, **kwargs: Any) -> Any:
            self.passed += self._going
            if self._going and self.passed == self._last:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return act

    def begun_by(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*args: Any, **kwargs: Any) -> Any:
            self._going = True
            return real(*args, **kwargs)

        return act


def go_on(home: Path) -> None:
    """Resume what was interrupted, and train all that waits; whoever owned it is taken for dead."""
    settings = Settings.from_environment({}, home=home)
    with Workspace.open(settings) as workspace:
        for run_id in workspace.runs.interrupt_orphans(lambda _owner: False):
            workspace.queue.put_back(run_id)
        workspace.queue.take_over(lambda _owner: False)
        while (run := workspace.queue.take()) is not None:
            job = JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=run.project_id, title=run.name)
            train_run(workspace, settings, run, JobContext(job))


def main(home: Path, moment: str) -> None:
    torch.set_num_threads(1)
    clock = Clock(int(moment), going=not moment.startswith("+"))
    Checkpoints.keep = clock.begun_by(Checkpoints.keep)  # type: ignore[method-assign]
    os.fsync = clock.counted(os.fsync)
    JobContext.publish = clock.counted(JobContext.publish)  # type: ignore[method-assign]
    go_on(home)
    sys.stdout.write(f"{clock.passed}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
