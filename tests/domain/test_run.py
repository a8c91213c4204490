"""What a run tells about itself."""

from datetime import UTC, datetime, timedelta

from core.domain.config import TrainConfig
from core.domain.run import Run, RunStatus, Stage, StageSeconds

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run_with(**more) -> Run:
    return Run(
        id="r1",
        project_id="p1",
        name="Run 1",
        dataset_id="d1",
        dataset_fingerprint="",
        preset=None,
        config=TrainConfig(),
        status=RunStatus.DONE,
        created_at=NOON,
        **more,
    )


def test_a_pause_of_days_is_no_part_of_how_long_it_took():
    stages = tuple(StageSeconds(stage=stage, seconds=20.0) for stage in (Stage.HEAD, Stage.FINE_TUNE))
    paused = {"started_at": NOON, "finished_at": NOON + timedelta(days=3)}
    assert run_with(stage_seconds=stages, **paused).seconds == 40.0
    assert run_with(**paused).seconds == timedelta(days=3).total_seconds()
    assert run_with(started_at=NOON).seconds is None
