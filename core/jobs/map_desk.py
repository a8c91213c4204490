"""What can be asked about the map of judged pictures."""

from __future__ import annotations

import hashlib

from core.domain.dataset import Split
from core.domain.picture_map import MapPoint, PictureMap
from core.domain.report import Predictions
from core.domain.run import JobKind, JobSnapshot
from core.evaluation.report import answers
from core.jobs.desk import Desk
from core.jobs.map_task import Mapper, Places
from core.jobs.runner import JobContext


class MapDesk(Desk):
    """The part of the studio that lays judged pictures out on a plane.

    ``test`` is empty for the run's own pictures, or the id of a further test.
    """

    def picture_map(self, run_id: str, split: Split, *, test: str = "") -> PictureMap | None:
        """Return the map, or None where it has to be drawn first: see ``draw_map``.

        Raises:
            RunError: the run is gone.
            StoreError: it has no result, or it is damaged.
        """
        mapper = self._mapper(run_id, split, test)
        predictions = self._predictions(run_id, test)
        hashes = _judged(predictions, split)
        places = mapper.kept() if hashes else Places(sha256=(), x=(), y=())
        if places is None or not set(places.sha256) <= set(hashes):
            return None
        classes = self._workspace.runs.report(run_id).classes
        return PictureMap(
            split=split,
            points=_points(predictions, classes, split, places),
            pictures=len(hashes),
            classes=classes,
            backbone=mapper.spec.title,
            several=predictions.targets is not None,
        )

    def draw_map(self, run_id: str, split: Split, *, test: str = "") -> JobSnapshot:
        """Draw the map in the background; the same map is drawn once at a time.

        Raises:
            RunError: the run is gone.
            StoreError: it has no result, or it is damaged.
        """
        mapper = self._mapper(run_id, split, test)
        hashes = _judged(self._predictions(run_id, test), split)

        def work(context: JobContext) -> None:
            mapper.draw(hashes, context)

        job_id = _job_id(mapper)
        self._runner.forget(job_id)  # an earlier one that failed or was stopped
        job = JobSnapshot(
            id=job_id, kind=JobKind.MAP, project_id=mapper.run.project_id, title=mapper.run.name
        )
        return self._runner.submit(job, work)

    def map_under_way(self, run_id: str, split: Split, *, test: str = "") -> JobSnapshot | None:
        """Return the drawing of this map since the app began, under way or ended, or None."""
        return self._runner.snapshot(_job_id(self._mapper(run_id, split, test)))

    def _mapper(self, run_id: str, split: Split, test: str) -> Mapper:
        return Mapper(self._workspace, self.settings, self._known_run(run_id), split, test)


def _job_id(mapper: Mapper) -> str:
    return hashlib.sha256(mapper.key.encode()).hexdigest()[:32]


def _judged(predictions: Predictions, split: Split) -> tuple[str, ...]:
    judged = zip(predictions.sha256, predictions.splits, strict=True)
    return tuple(sha256 for sha256, one in judged if one is split)


def _points(
    predictions: Predictions, classes: tuple[str, ...], split: Split, places: Places
) -> tuple[MapPoint, ...]:
    """Return the judged pictures that have a place, in the order of their answers."""
    known = dict(zip(places.sha256, zip(places.x, places.y, strict=True), strict=True))
    return tuple(
        MapPoint(
            sha256=one.sha256,
            path=one.path,
            x=known[one.sha256][0],
            y=known[one.sha256][1],
            label=one.label or "",
            predicted=one.predicted,
            right=one.right,
        )
        for one in answers(predictions, classes, split=split)
        if one.sha256 in known
    )
