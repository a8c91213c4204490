"""What a script reads about pictures: stable names, every file with its reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from core.cli.as_json import findings_of, left_out, result_of
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Severity, Split
from core.domain.project import Project
from core.domain.run import Run, RunStatus
from core.evaluation.report import build_report
from tests.evaluation.made import drawn_several

if TYPE_CHECKING:
    from core.jobs.studio import Studio

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROJECT = Project(id="f" * 32, name="Cats ü", created_at=NOON)
UNREADABLE = Issue(
    kind=IssueKind.UNREADABLE,
    severity=Severity.WARNS,
    message="2 files left out. The picture is truncated.",
    reason="The picture is truncated.",
    hint="Copy them again.",
    paths=("cat/a.jpg", "cat/b.jpg"),
)
TWICE = Issue(
    kind=IssueKind.DUPLICATE,
    severity=Severity.INFORMS,
    message="1 picture is there more than once: 'cat/copy.jpg' is the same as 'cat/0.jpg'.",
    paths=("cat/0.jpg", "cat/copy.jpg"),
)
DIVIDED = Issue(
    kind=IssueKind.SPLIT_FOLDERS, severity=Severity.INFORMS, message="Divided.", paths=("train", "test")
)


@pytest.fixture
def dataset() -> Dataset:
    """Four pictures, the last one left out by the user."""
    samples = tuple(
        Sample(
            path=f"{label}/{number}.jpg",
            sha256=str(number),
            width=4,
            height=3,
            label=label,
            split=split,
            excluded=number == 3,
        )
        for number, (label, split) in enumerate(
            [("cat", Split.TRAIN), ("cat", Split.TEST), ("dog", Split.VALIDATION), ("dog", Split.TRAIN)]
        )
    )
    return Dataset(
        id="d1",
        project_id=PROJECT.id,
        version=2,
        classes=("cat", "dog"),
        samples=samples,
        issues=(UNREADABLE, TWICE, DIVIDED),
        fingerprint="",
        created_at=NOON,
    )


def test_findings_are_told_in_stable_words(dataset: Dataset) -> None:
    found = findings_of(PROJECT, dataset, imported=4)
    issues = found.pop("issues")
    assert found == {
        "project": "Cats ü",
        "project_id": "f" * 32,
        "version": 2,
        "counts": {
            "cat": {"train": 1, "validation": 0, "test": 1},
            "dog": {"train": 0, "validation": 1, "test": 0},
        },
        "imported": 4,
        "left_out": [
            {"file": "cat/a.jpg", "reason": "The picture is truncated."},
            {"file": "cat/b.jpg", "reason": "The picture is truncated."},
            {"file": "cat/copy.jpg", "reason": TWICE.message},
        ],
    }
    assert isinstance(issues, list)
    assert issues[0] == {
        "kind": "unreadable",
        "severity": "warns",
        "message": "2 files left out. The picture is truncated.",
        "hint": "Copy them again.",
        "paths": ["cat/a.jpg", "cat/b.jpg"],
    }


def test_the_reason_of_a_file_does_not_depend_on_how_the_message_is_worded(dataset: Dataset) -> None:
    worded = replace(dataset, issues=(replace(UNREADABLE, message="Both are gone."),))
    assert {one["reason"] for one in left_out(worded)} == {"The picture is truncated."}
    older = replace(dataset, issues=(replace(UNREADABLE, reason=""),))  # as workspaces kept it before
    assert {one["reason"] for one in left_out(older)} == {UNREADABLE.message}


def test_a_picture_that_the_user_left_out_is_not_a_file_left_out(dataset: Dataset) -> None:
    assert "dog/3.jpg" not in {one["file"] for one in left_out(dataset)}


def test_a_result_of_several_classes_tells_their_own_figures(dataset: Dataset) -> None:
    predictions = drawn_several(30, 2)
    report = build_report("r1", ("cat", "dog"), predictions)
    run = Run(
        id="r1",
        project_id=PROJECT.id,
        name="Run 1",
        dataset_id="d1",
        dataset_fingerprint="",
        preset=None,
        config=TrainConfig(),
        status=RunStatus.DONE,
        created_at=NOON,
    )
    studio = cast("Studio", SimpleNamespace(dataset_of_run=lambda _run: dataset))
    told = json.loads(json.dumps(result_of(studio, run, report)))
    assert told["test"]["micro_f1"] == report.test.micro_f1
    assert told["test"]["mean_average_precision"] == report.test.mean_average_precision
    assert told["per_class"][1]["average_precision"] == report.test.per_class[1].average_precision
    assert told["confusion"] == []
