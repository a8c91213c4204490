"""What the fake studio tells about new pictures: files are really looked at, answers are made up."""

from __future__ import annotations

import hashlib
from functools import cached_property

from core.domain.errors import PictureError
from core.domain.explanation import Alike, Box, Explanation, Likely
from core.domain.report import Answer, Doubt
from core.domain.run import JobKind, JobStatus
from core.domain.suggestions import suggestions
from core.domain.trying import Source, TriedBatch
from core.jobs.answer_task import checked
from core.settings import Limits


class FakeTrying:
    """Every picture is the first class, 93 % sure, unless its name says that it is in doubt."""

    batch_: TriedBatch | None = None
    refused_: Exception | None = None  # by what adds suggestions

    @cached_property
    def asked_of(self):
        return []

    @cached_property
    def trials_(self):
        return {}

    def try_files(self, files, *, staging):
        trial_id = hashlib.sha256(str(staging).encode()).hexdigest()[:32]
        self.trials_[trial_id] = checked_alike(files, staging)
        return trial_id

    def tried(self, trial_id, source):
        self.asked_of.append(source)
        found = self.trials_.get(trial_id)
        return None if found is None else tuple(self.answered_(one) for one in found)

    def forget_trial(self, trial_id):
        self.trials_.pop(trial_id, None)

    def answered_(self, one):
        from dataclasses import replace

        if one.problem:
            return one
        doubt = Doubt.NOT_SURE if "unsure" in one.name else Doubt.UNLIKE if "odd" in one.name else None
        said = Answer(
            path=one.name,
            label=None,
            predicted=self.classes[0],
            confidence=0.41 if doubt else 0.93,
            sha256=one.sha256,
            doubt=doubt,
        )
        return replace(one, answer=said)

    def try_batch(self, asked, source=None, *, files=(), name, staging=None):
        self.asked.append((asked.id, (source, tuple(file.name for file in files), name)))
        place = asked.id if asked.packaged else "p1"
        return self._job(JobKind.ANSWER, None, job_id="a1", title=name, place=place)

    def have_batch(self, tried, *, source=None, **more):
        """Let the last folder be answered."""
        place = source.id if source and source.packaged else "p1"
        self._job(JobKind.ANSWER, None, JobStatus.DONE, job_id="a1", title="new.zip", place=place)
        told = {"class_folders": (), "left_out": (), "seconds": 2.0, "found": len(tried), **more}
        self.batch_ = TriedBatch(
            id="a1",
            source=source or Source(id="r2"),
            name="new.zip",
            tried=tuple(map(self.answered_, tried)),
            **told,
        )

    def tried_batch(self, project_id):
        return self.batch_

    def forget_batch(self, project_id):
        self.batch_ = None

    @cached_property
    def added_(self):
        return {}

    def suggestions(self, project_id):
        if self.batch_ is None:
            return None
        filed = {sample.sha256: sample.labels for sample in self.dataset_.samples}
        for job_id, labels in self.added_.items():
            filed |= labels if self.job(job_id).status.active else {}
        return suggestions(self.batch_, names=tuple, filed=filed, classes=self.dataset_.classes)

    def add_suggested(self, project_id, batch_id, confirmed, *, author=""):
        if self.refused_:
            raise self.refused_
        self.authors.append(author)
        labels = {one.sha256: one.labels for one in confirmed}
        job = self._imported(project_id, "suggested", labels)
        self.added_[job.id] = labels
        return job

    def right_classes(self, project_id, run_id):
        return ("bolt, renamed", *self.classes[1:])

    def add_tried(self, project_id, run_id, picture, label, *, author=""):
        if self.refused_:
            raise self.refused_
        self.authors.append(author)
        return self._imported(project_id, "tried", run_id, picture.name, label)

    def adds_suggested(self, job_id):
        return job_id in self.added_

    def forget_tried(self):
        """Nothing to forget."""

    def explain(self, run_id, picture, class_name=None):
        import numpy as np

        return Explanation(
            heat=np.full((6, 8), 0.5, np.float32),
            seen=Box(left=0, top=0, right=1, bottom=1),
            class_name=class_name or self.classes[0],
            probability=0.93,
            drop_hottest=0.4,
            drop_random=0.1,
            seconds=0.1,
        )

    def likely(self, run_id, picture, *, most=3):
        return (Likely(class_name=self.classes[0], probability=0.93),)

    def similar(self, run_id, picture, *, most=3):
        sample = self.dataset_.samples[0]
        return (Alike(sha256=sample.sha256, path=sample.path, labels=sample.labels, likeness=0.8),)


def checked_alike(files, staging):
    """Return files as ``checked`` does, in this process: no test of screens needs another one."""
    from core.jobs import answer_task

    real, answer_task.measured = answer_task.measured, looked_at
    try:
        return checked(files, staging, limits=Limits())
    finally:
        answer_task.measured = real


def looked_at(files, *, limits, stopped, drawn):
    """Yield what the limited processes would."""
    from core.data.worker import Order, examined

    order = Order(
        memory_bytes=0, seconds=1, picture_pixels=limits.picture_pixels, file_bytes=limits.member_bytes
    )
    for file in files:
        told = examined(file, order)
        yield told.facts or PictureError(told.message, hint=told.hint)
