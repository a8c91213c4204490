"""Progress of background work that counts pictures: how far, how fast, how long still."""

from __future__ import annotations

from collections.abc import Callable

from core.domain.errors import Cancelled
from core.domain.run import Progress, Stage
from core.jobs.pace import Pace
from core.jobs.runner import JobContext


def told(context: JobContext, stage: Stage) -> Callable[[int, int], None]:
    """Return what publishes (done, total) of a stage; it raises Cancelled once the job should leave off."""
    clock = Pace()

    def publish(done: int, total: int) -> None:
        if context.stopped():
            raise Cancelled
        context.publish(
            Progress(
                stage=stage,
                done=done,
                total=total,
                images_per_second=clock.rate(done) if stage != Stage.UNPACK else None,
                seconds_left=clock.seconds_left(done, total),
            )
        )

    publish(0, 0)
    return publish
