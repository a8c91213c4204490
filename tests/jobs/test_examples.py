"""The validation pictures that are shown while a run goes on."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain.dataset import Dataset, Split
from core.domain.run import JobKind, JobSnapshot
from core.jobs.examples import EXAMPLES, examples, spread
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.jobs.train_task import train_run
from tests.jobs.test_train_inputs import TUNED, inputs_of


@pytest.mark.parametrize(
    ("shown", "places"),
    [
        ([], []),
        ([0, 0, 1], [0, 2, 1]),
        ([0] * 5 + [1] * 4 + [2], [0, 5, 9, 1, 6, 2]),  # the third class has no second picture
        (list(range(11)), [0, 2, 4, 6, 8, 10]),  # not just the first ones of many classes
    ],
)
def test_they_show_as_many_classes_as_can_be(shown, places):
    assert spread(np.eye(11, dtype=np.float32)[shown].reshape(-1, 11)) == places


def test_they_are_answers_to_validation_pictures(studio: Studio, dataset: Dataset):
    inputs = inputs_of(studio, dataset, TUNED)
    pictures = [one for one in inputs.samples if one.split is Split.VALIDATION]
    likely = np.full((len(pictures), len(dataset.classes)), 0.2, np.float32)
    likely[:, 1] = 0.6
    told = examples(inputs, likely)
    assert len(told) == min(EXAMPLES, len(pictures))
    labels = {one.sha256: one.label for one in pictures}
    assert all(one.label == labels[one.sha256] for one in told)
    assert {(one.predicted, round(one.confidence, 3)) for one in told} == {(dataset.classes[1], 0.6)}
    assert any(one.right for one in told)
    assert not all(one.right for one in told)


def test_a_run_shows_them_from_its_first_epoch_on(studio: Studio, dataset: Dataset):
    run = studio._workspace.runs.create(
        dataset.project_id, dataset, config=TUNED, preset=None, name="r", token="examples"
    )
    context = _Remembers(JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=run.project_id, title="r"))
    train_run(studio._workspace, studio.settings, run, context)
    ended = studio.run(run.id)
    assert ended is not None
    assert len(context.shown) == len(ended.history)
    pictures = {tuple(one.sha256 for one in told) for told in context.shown}
    assert len(pictures) == 1  # always the same ones
    kept = studio._workspace.runs.predictions(run.id)
    of_best = {one.sha256: one.predicted for one in context.shown[ended.best_epoch - 1]}
    final = dict(zip(kept.sha256, kept.predicted.tolist(), strict=True))
    assert of_best == {sha256: dataset.classes[final[sha256]] for sha256 in of_best}


class _Remembers(JobContext):
    def __init__(self, snapshot: JobSnapshot) -> None:
        super().__init__(snapshot)
        self.shown = []

    def show(self, examples):
        super().show(examples)
        assert self.snapshot.examples == examples
        self.shown.append(examples)
