"""What the service says, as records that also make its description."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from core.domain.errors import PictureError
from core.domain.package import PackageInfo
from core.domain.report import ClassScore, Interval
from core.evaluation.decision_words import summary
from core.sharing.predictor import FullAnswer

_EXAMPLE: Final[dict[str, Any]] = {
    "answers": [
        {
            "file": "photo.jpg",
            "predicted": "bolt",
            "named": None,
            "sure": 0.97,
            "confidence": 0.97,
            "doubt": None,
            "probabilities": {"bolt": 0.97, "nut": 0.03},
            "error": None,
            "hint": None,
        }
    ]
}


class PictureReply(BaseModel):
    """What the model says about one picture, or why the picture could not be read."""

    file: str = Field(description="The picture's name, as it was sent.")
    predicted: str | None = Field(
        default=None,
        description="The class: the likeliest one, or the one whose mistakes cost least. Null where a "
        "picture may show several classes.",
    )
    named: list[str] | None = Field(
        default=None,
        description="Where a picture may show several classes, those that were found, none or more. Else "
        "null.",
    )
    sure: float | None = Field(
        default=None,
        description="How likely all of the answer is right, from 0 to 1; the rule for “not sure” uses it.",
    )
    confidence: float | None = Field(
        default=None, description="The probability of predicted; null where that is null."
    )
    doubt: str | None = Field(
        default=None,
        description="Why the answer should rather be left to a person: “not sure”, or “unlike anything it "
        "learnt from”. Null where it should not.",
    )
    probabilities: dict[str, float] | None = Field(
        default=None, description="The probability of every class."
    )
    error: str | None = Field(
        default=None, description="Why the picture could not be read; null where it could."
    )
    hint: str | None = Field(default=None, description="What to do about that.")


class Predictions(BaseModel):
    """One reply per picture, in the order in which they came."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

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
    several: bool = Field(description="Whether a picture may show several classes.")
    rule: str = Field(description="When it declines to answer, in words.")
    backbone: str
    licence: str = Field(description="That of the backbone's weights.")
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
        predicted=None if answer.several else answer.predicted,
        named=list(answer.named) if answer.several else None,
        sure=answer.how_likely,
        confidence=None if answer.several else answer.confidence,
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
