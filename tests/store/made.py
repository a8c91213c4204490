"""Small records for the tests of the store."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Severity, Split
from core.domain.edit import Edit
from core.domain.further_test import FurtherTest
from core.domain.preprocess import Interpolation, Preprocessing, ResizeMode
from core.domain.project import Project
from core.domain.report import ClassScore, Interval, Predictions, Report, RocCurve, Scores
from core.domain.run import EpochRow, Stage
from core.store.workspace import Workspace

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLASSES = ("bolt", "nut")
PREPROCESSING = Preprocessing(
    image_size=224,
    resize_mode=ResizeMode.PAD,
    interpolation=Interpolation.BICUBIC,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.25, 0.125),
)
WEIGHTS = {"head.weight": np.arange(6, dtype=np.float32).reshape(2, 3)}
PREDICTIONS = Predictions(
    paths=("a/1.jpg", "b/ü 2.jpg", "b/3.jpg"),
    sha256=("a" * 64, "b" * 64, "c" * 64),
    splits=(Split.VALIDATION, Split.TEST, Split.TEST),
    labels=np.array([0, 1, 1]),
    probabilities=np.array([[0.75, 0.25], [0.1, 0.9], [0.6, 0.4]], dtype=np.float32),
)


def scores(split: Split, accuracy: float = 0.5) -> Scores:
    """Return the scores of two pictures of nuts, one of them taken for a bolt."""
    return Scores(
        split=split,
        pictures=2,
        correct=1,
        accuracy=Interval(value=accuracy, low=accuracy / 2, high=(1 + accuracy) / 2),
        macro_f1=0.5,
        per_class=(ClassScore(name="bolt", support=0, predicted=1, precision=0.0, recall=None, f1=None),),
        confusion=((0, 0), (1, 1)),
        roc=(
            RocCurve(
                name="bolt",
                average=False,
                false_positive_rate=(0.0, 1.0),
                true_positive_rate=(0.0, 1.0),
                auc=None,
            ),
        ),
    )


def report_of(run_id: str, accuracy: float = 0.5) -> Report:
    """Return a small report."""
    return Report(
        run_id=run_id,
        classes=CLASSES,
        validation=scores(Split.VALIDATION, accuracy),
        test=scores(Split.TEST, accuracy),
    )


def epoch_row(epoch: int, val_loss: float = 0.5) -> EpochRow:
    """Return one row of a run's history."""
    return EpochRow(
        epoch=epoch,
        stage=Stage.HEAD,
        train_loss=0.25,
        train_accuracy=0.9,
        val_loss=val_loss,
        val_accuracy=0.8,
        learning_rate=1e-3,
        seconds=0.125,
    )


def kept(workspace: Workspace, content: bytes) -> str:
    """Keep a picture and return its hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    workspace.datasets.keep_picture(content, sha256)
    return sha256


def dataset_of(workspace: Workspace, project: Project, *, pictures: int = 4) -> Dataset:
    """Return a data set, not recorded yet, whose pictures are kept."""
    version = workspace.datasets.next_version(project.id)
    samples = tuple(
        Sample(
            path=f"{CLASSES[i % 2]}/{i}.jpg",
            sha256=kept(workspace, f"picture {i}".encode()),
            width=640,
            height=480,
            label=CLASSES[i % 2],
            split=list(Split)[i % 3],
            group="series" if i else None,
            excluded=i == 2,
        )
        for i in range(pictures)
    )
    issue = Issue(
        kind=IssueKind.UNREADABLE, severity=Severity.WARNS, message="1 file", hint="Look.", paths=("x.jpg",)
    )
    return Dataset(
        id=f"{version:02x}{project.id[2:]}",
        project_id=project.id,
        version=version,
        classes=CLASSES,
        samples=samples,
        issues=(issue,),
        fingerprint=f"fingerprint {version}",
        created_at=NOON,
    )


def child_of(
    parent: Dataset, workspace: Workspace, *, pictures: int | None = None, edit: Edit | None = None
) -> Dataset:
    """Return the next version of a data set, not recorded yet; the same pictures unless told otherwise."""
    project = workspace.projects.get(parent.project_id)
    assert project is not None
    count = len(parent.samples) if pictures is None else pictures
    made = dataset_of(workspace, project, pictures=count)
    return replace(made, parent_id=parent.id, edit=edit, author="Ada")


def add_further_test(workspace: Workspace, run_id: str, content: bytes) -> str:
    """Keep a further test of one picture and return its hash."""
    sha256 = kept(workspace, content)
    answers = Predictions(
        paths=("more/1.png",),
        sha256=(sha256,),
        splits=(Split.TEST,),
        labels=np.zeros(1, np.int64),
        probabilities=np.ones((1, 2), np.float32),
    )
    test = FurtherTest(id="e" * 32, run_id=run_id, name="more.zip", created_at=NOON, pictures=1)
    workspace.further_tests.add(test, report_of(run_id), answers)
    return sha256
