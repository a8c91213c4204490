from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Severity, Split
from tests.data.made_sets import made_sample


def made(*samples: Sample) -> Dataset:
    classes = tuple(sorted({name for sample in samples for name in sample.labels}))
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return Dataset(
        id="d",
        project_id="p",
        version=1,
        classes=classes,
        samples=samples,
        fingerprint="",
        created_at=moment,
    )


def test_a_picture_of_several_classes_counts_in_each() -> None:
    counts = made(made_sample("cat/1.jpg", also=("dog",)), made_sample("dog/2.jpg", Split.TEST)).counts()
    assert counts["cat"] == {Split.TRAIN: 1, Split.VALIDATION: 0, Split.TEST: 0}
    assert counts["dog"] == {Split.TRAIN: 1, Split.VALIDATION: 0, Split.TEST: 1}


def test_a_set_has_several_classes_to_a_picture_while_one_in_use_has() -> None:
    one, two = made_sample("cat/1.jpg"), made_sample("cat/2.jpg", also=("dog",))
    assert two.labels == ("cat", "dog")
    assert made(one, two).several
    assert not made(one).several
    assert not made(one, made_sample("cat/2.jpg", also=("dog",), excluded=True)).several


def test_the_first_finding_that_forbids_training_is_told() -> None:
    warns, first, second = (
        Issue(kind=IssueKind.FEW_PICTURES, severity=severity, message=message)
        for severity, message in ((Severity.WARNS, "a"), (Severity.BLOCKS, "b"), (Severity.BLOCKS, "c"))
    )
    assert replace(made(), issues=(warns, first, second)).blocking == first
    assert replace(made(), issues=(warns,)).blocking is None
