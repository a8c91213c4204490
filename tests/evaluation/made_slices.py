"""Pictures with facts, and slices of them, for the tests of slices."""

from __future__ import annotations

from dataclasses import replace

from core.domain.dataset import Sample, Split
from core.domain.facts import PictureFacts
from core.evaluation.slices import slice_report
from tests.evaluation.made import answered


def sample_of(row: int, label: str = "cat", **changes) -> Sample:
    made = Sample(
        path=f"{row}.jpg", sha256=f"{row:064x}", width=640, height=480, label=label, split=Split.TEST
    )
    return replace(made, **changes)


def facts_of(row: int, **changes) -> PictureFacts:
    made = PictureFacts(
        sha256=f"{row:064x}",
        file_bytes=50_000,
        format="JPEG",
        width=640,
        height=480,
        difference_hash="0" * 16,
        brightness=0.5,
        contrast=0.2,
        sharpness=100.0,
        mean_color=(0.5, 0.5, 0.5),
        border_color=(0.5, 0.5, 0.5),
        border_contrast=0.1,
    )
    return replace(made, **changes)


def report_of(pairs, *, samples=None, facts=()):
    """A report on (actual, predicted) pairs; every sample and fact is at the place of its pair."""
    samples = samples or [sample_of(row) for row in range(len(pairs))]
    return slice_report(
        answered(pairs, 3),
        Split.TEST,
        samples={f"{row}.jpg": one for row, one in enumerate(samples)},
        facts={one.sha256: one for one in facts},
    )


def dark(wrong_in_dark: int, wrong_elsewhere: int, *, classes=None):
    """A report on 100 pictures, the first 25 of them dark; nothing else differs."""
    wrong = {*range(wrong_in_dark), *range(25, 25 + wrong_elsewhere)}
    classes = classes or [0] * 100
    pairs = [(actual, 2 if row in wrong else actual) for row, actual in enumerate(classes)]
    return report_of(pairs, facts=[facts_of(row, brightness=0.1 if row < 25 else 0.6) for row in range(100)])
