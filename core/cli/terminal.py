"""Progress on standard error: a bar on a terminal, a line per stage elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from core.domain.run import JobSnapshot, Progress, Stage
from core.jobs.studio import Studio

POLL_SECONDS = 0.1
BAR = 24  # characters

STAGES = {
    Stage.UNPACK: "Unpacking",
    Stage.IMPORT: "Reading pictures",
    Stage.EXAMINE: "Looking for problems",
    Stage.FORECAST: "Looking ahead",
    Stage.VARIATIONS: "Trying variations",
    Stage.COSTS: "Timing a few batches",
    Stage.RATES: "Trying rates",
    Stage.WEIGHTS: "Loading the backbone",
    Stage.PIXELS: "Preparing pictures",
    Stage.FEATURES: "Looking at pictures",
    Stage.SEARCH: "Trying ways to train",
    Stage.HEAD: "Training the head",
    Stage.FINE_TUNE: "Fine-tuning",
    Stage.EVALUATE: "Evaluating",
    Stage.MAP: "Laying out the map",
    Stage.EXPORT: "Writing the model",
    Stage.CERTIFY: "Trying the model",
    Stage.LABELS: "Checking the labels",
    Stage.ANSWER: "Answering",
}


def follow(studio: Studio, job: JobSnapshot) -> JobSnapshot:
    """Show a job's progress until it has ended; return its last state.

    The first Ctrl-C asks the job to end and keep what it has; the second one raises KeyboardInterrupt.
    """
    asked_to_stop = False
    with _Line() as line:
        while True:
            try:
                now = studio.job(job.id) or job
                if not now.status.active:
                    return now
                line.show(now.progress)
                time.sleep(POLL_SECONDS)
            except KeyboardInterrupt:
                if asked_to_stop:
                    raise
                asked_to_stop = True
                studio.stop(job.id)


class _Line:
    """One line that is drawn over on a terminal; elsewhere only the start of each stage is told."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._stage: Stage | None = None

    def __enter__(self) -> _Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._terminal:
            sys.stderr.write("\r\x1b[K")

    def show(self, progress: Progress | None) -> None:
        if progress is None:
            return
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{_in_words(progress)}")
            sys.stderr.flush()
        elif progress.stage != self._stage:
            sys.stderr.write(f"{STAGES[progress.stage]}\n")
        self._stage = progress.stage


def _in_words(progress: Progress) -> str:
    filled = round(progress.fraction * BAR)
    parts = [f"{STAGES[progress.stage]:<20} [{'#' * filled}{' ' * (BAR - filled)}]"]
    if progress.epoch:
        parts.append(f"epoch {progress.epoch} of {progress.epochs}")
    if progress.images_per_second:
        parts.append(f"{progress.images_per_second:.0f} pictures/s")
    if progress.seconds_left is not None:
        parts.append(f"about {progress.seconds_left:.0f} s left")
    return "  ".join(parts)
