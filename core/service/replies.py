"""What the service says, as records that also make its description."""

from __future__ import annotations

from pydantic import BaseModel

from core.domain.errors import PictureError
from core.domain.package import PackageInfo
from core.domain.report import ClassScore, Interval
from core.evaluation.decision_words import summary
from core.sharing.predictor import FullAnswer


class PictureReply(BaseModel):
    """What the model says about one picture, or why the picture could not be read."""

    file: str
    predicted: str | None = None  # the most likely class, or the one whose mistakes cost least
    named: list[str] | None = None  # the classes found, where a picture may show several
    confidence: float | None = None  # probability of ``predicted``
    doubt: str | None = None  # why the answer should rather be left to a person; null where it should not
    probabilities: dict[str, float] | None = None
    error: str | None = None
    hint: str | None = None


class Predictions(BaseModel):
    """One reply per picture, in the order in which they came."""

    answers: list[PictureReply]


class Health(BaseModel):
    """Told whenever the service is up."""

    status: str = "ok"


class Range(BaseModel):
    """A figure, and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float


class ClassFigures(BaseModel):
    """How well one class is told; null where that is not known."""

    name: str
    tested_on: int
    precision: float | None
    recall: float | None
    f1: float | None


class About(BaseModel):
    """What the model is, by which rule it answers, and how good it was on its test pictures."""

    name: str
    project: str
    classes: list[str]
    several: bool  # a picture may show several classes
    rule: str
    backbone: str
    licence: str  # of the backbone's weights
    trained_at: str | None
    learnt_from: int
    tested_on: int
    accuracy: Range | None
    per_class: list[ClassFigures]


class Refusal(BaseModel):
    """Why nothing was answered."""

    detail: str


def reply(file: str, told: FullAnswer | PictureError, classes: tuple[str, ...]) -> PictureReply:
    """Return what is said about one picture."""
    if isinstance(told, PictureError):
        return PictureReply(file=file, error=told.message, hint=told.hint or None)
    answer = told.answer
    return PictureReply(
        file=file,
        predicted=answer.predicted,
        named=list(answer.named) if answer.several else None,
        confidence=answer.confidence,
        doubt=answer.doubt.value if answer.doubt else None,
        probabilities=dict(zip(classes, told.probabilities, strict=True)),
    )


def about(info: PackageInfo) -> About:
    """Return what the model says of itself."""
    return About(
        name=info.name,
        project=info.project,
        classes=list(info.classes),
        several=info.network.several,
        rule=summary(info.decision),
        backbone=info.backbone,
        licence=info.licence,
        trained_at=info.trained_at.isoformat() if info.trained_at else None,
        learnt_from=info.learnt_from,
        tested_on=info.tested_on,
        accuracy=_range(info.accuracy),
        per_class=[_class(one) for one in info.per_class],
    )


def _range(interval: Interval | None) -> Range | None:
    return Range(value=interval.value, low=interval.low, high=interval.high) if interval else None


def _class(score: ClassScore) -> ClassFigures:
    return ClassFigures(
        name=score.name,
        tested_on=score.support,
        precision=score.precision,
        recall=score.recall,
        f1=score.f1,
    )
