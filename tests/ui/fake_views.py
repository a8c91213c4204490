"""What the fake studio tells of kinds of pictures and of the map: facts and places drawn by lot."""

from __future__ import annotations

import numpy as np

from core.domain.dataset import Split
from core.domain.facts import PictureFacts
from core.domain.picture_map import MapPoint, PictureMap
from core.domain.report import Predictions
from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, Stage
from core.evaluation.slices import slice_report


class FakeViews:
    """Dark pictures are answered as the others are; the map is there unless it is told to be drawn."""

    map_drawn = True
    map_job: JobSnapshot | None = None

    def slices(self, run_id, split, *, test=""):
        given = self.answers(run_id, split)
        samples = {sample.path: sample for sample in self.dataset_.used(split)}
        return slice_report(
            _predictions(given, self.classes, split),
            split,
            samples=samples,
            facts={sample.sha256: made_facts(sample.sha256) for sample in samples.values()},
        )

    def labels_version(self, _run_id):
        return self.dataset_.id

    def slice_answers(self, run_id, rows, *, test=""):
        given = self.answers(run_id, Split.TEST)
        return tuple(sorted((given[row] for row in rows if row < len(given)), key=lambda one: one.right))

    def picture_map(self, run_id, split, *, test=""):
        if not self.map_drawn:
            return None
        given, chance = self.answers(run_id, split), np.random.default_rng(0)
        points = tuple(
            MapPoint(
                sha256=one.sha256,
                path=one.path,
                x=float(np.cos(6.3 * place) * 0.7 + chance.normal(0, 0.1)),
                y=float(np.sin(6.3 * place) * 0.7 + chance.normal(0, 0.1)),
                label=one.label,
                predicted=one.predicted,
                right=one.right,
            )
            for one in given
            for place in (self.classes.index(one.label) / len(self.classes),)
        )
        return PictureMap(
            split=split,
            points=points,
            pictures=len(points),
            classes=self.classes,
            backbone="EfficientNet-Lite0",
            several=any(one.several for one in given),
        )

    def map_under_way(self, run_id, split, *, test=""):
        return self.map_job

    def draw_map(self, run_id, split, *, test=""):
        self.map_job = JobSnapshot(
            id="map",
            kind=JobKind.MAP,
            project_id="p1",
            title="Run 2",
            status=JobStatus.RUNNING,
            progress=Progress(stage=Stage.FEATURES, done=3, total=12, share=0.1),
        )
        return self.map_job


def made_facts(sha256: str) -> PictureFacts:
    """Facts that depend on the content alone."""
    chance = np.random.default_rng(int(sha256[:8], 16))
    return PictureFacts(
        sha256=sha256,
        file_bytes=int(chance.integers(20_000, 90_000)),
        format="JPEG",
        width=640,
        height=480,
        difference_hash=sha256[:16],
        brightness=float(chance.random()),
        contrast=float(chance.random() / 3),
        sharpness=float(chance.random() * 900),
        mean_color=(0.5, 0.5, 0.5),
        border_color=(0.5, 0.5, 0.5),
        border_contrast=float(chance.random() / 4),
        jpeg_quality=int(chance.integers(60, 95)),
        camera=("Phone 3", "Camera 500D", "")[int(chance.integers(3))],
    )


def _predictions(given, classes, split) -> Predictions:
    probabilities = np.full((len(given), len(classes)), 0.01, np.float32)
    for row, one in enumerate(given):
        probabilities[row, classes.index(one.predicted)] = 0.9
    return Predictions(
        paths=tuple(one.path for one in given),
        sha256=tuple(one.sha256 for one in given),
        splits=(split,) * len(given),
        labels=np.array([classes.index(one.label) for one in given], np.int64),
        probabilities=probabilities,
    )
