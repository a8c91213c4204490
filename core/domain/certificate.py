"""Whether an exported model answers as it does here, measured on pictures that it did not learn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from core.domain.dataset import Split
from core.domain.decision import Decision
from core.domain.report import Interval


class ExportKind(StrEnum):
    """Forms in which a trained model can be taken away; stable words, because scripts read them."""

    ONNX = "onnx"
    ONNX_INT8 = "onnx-int8"
    TORCH_EXPORT = "torch-export"
    TORCHSCRIPT = "torchscript"
    OPENVINO = "openvino"

    @property
    def needed(self) -> float:
        """The share of pictures that must be answered alike."""
        return 1 - self._per_thousand / 1000

    def may_differ(self, pictures: int) -> int:
        """Return how many of so many pictures may be answered otherwise."""
        return pictures * self._per_thousand // 1000

    @property
    def _per_thousand(self) -> int:
        return 20 if self is ExportKind.ONNX_INT8 else 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A picture that the exported file answers otherwise, or is not sure of where the app is, or so."""

    path: str
    here: str
    there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What an exported file did in a process of its own, beside what the app does."""

    kind: ExportKind
    pictures: int
    agreeing: int  # pictures answered with the same class or classes
    agreement: float | None  # share of pictures that are ``alike``; None without pictures
    needed: float
    greatest_difference: float | None  # between two probabilities of one class
    doubts_differing: int  # pictures on which the two differ in whether, or why, they are not sure
    accuracy: Interval | None  # of the exported file
    accuracy_here: Interval | None
    bytes: int  # of the model's own files
    median_ms: float | None  # from the decoded picture to its probabilities, one picture at a time
    p95_ms: float | None
    runtime: str  # name and version of what ran it
    holds: bool
    why: str  # in words, also where it holds
    differing: tuple[Differing, ...]  # at most 20
    split: Split = Split.TEST  # whose pictures they are; of the validation where there are none for the test
    # pictures of which also the doubt is the same, or decided by rounding; None from before that counted
    alike: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an exported model comes from."""

    project: str
    run: str
    run_id: str
    trained_at: datetime | None  # UTC
    exported_at: datetime  # UTC
    dataset_fingerprint: str  # of the pictures it learnt from
    learnt_from: int  # pictures
    backbone: str  # for people
    licence: str  # of the backbone's weights
    sightsmith: str  # version


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A finished export of a run."""

    run_id: str
    kind: ExportKind
    file: Path  # a zip
    bytes: int  # of the zip
    created_at: datetime  # UTC
    certificate: Certificate
    decision: Decision | None = None  # the rule that it answers by; None for one from before that was kept
