"""A trained model as it leaves Sightsmith: what it is, what it may be asked, and how good it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.choices import Output
from core.domain.decision import Decision
from core.domain.preprocess import Preprocessing
from core.domain.report import ClassScore, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All that a network is built from, before its weights: a backbone by its key, and the head on it."""

    backbone: str
    hidden_units: int
    dropout: float
    output: Output
    several: bool  # a picture may show several classes


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageInfo:
    """What a package says about its model; scores are those of the test pictures."""

    name: str  # of the training run
    project: str
    network: Network
    backbone: str  # for people
    licence: str  # of the backbone's weights
    preprocessing: Preprocessing
    classes: tuple[str, ...]
    decision: Decision
    dataset_fingerprint: str  # of the pictures it learnt from
    learnt_from: int  # pictures
    tested_on: int  # pictures
    accuracy: Interval | None  # None without test pictures
    per_class: tuple[ClassScore, ...]
    trained_at: datetime | None  # UTC
    created_at: datetime  # UTC, of the package
    versions: tuple[tuple[str, str], ...]  # package, version


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPackage:
    """A package that was brought into this workspace, to be asked."""

    id: str
    info: PackageInfo
    size: int  # bytes
