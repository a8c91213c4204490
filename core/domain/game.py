"""The audience against the model: both say what a few known pictures show, the audience first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from core.domain.report import Answer


class Phase(StrEnum):
    """Where the game stands with the picture that is shown."""

    ASK = "ask"  # the audience has not said anything
    SHOW = "show"  # the model's answer and the truth are shown
    END = "end"  # there is no further picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """Plain values only, for a session to keep. ``votes`` has one entry per picture answered so far."""

    run_id: str
    pictures: tuple[str, ...]  # content hashes, in the order in which they are shown
    votes: tuple[str | None, ...] = ()  # None where the audience passed
    at: int = 0  # index of the picture that is shown

    @property
    def phase(self) -> Phase:
        """What is to be done next."""
        if self.at >= len(self.pictures):
            return Phase.END
        return Phase.SHOW if len(self.votes) > self.at else Phase.ASK

    def voted(self, class_name: str | None) -> Game:
        """Return the game after the audience has spoken; a second vote on a picture changes nothing."""
        return replace(self, votes=(*self.votes, class_name)) if self.phase is Phase.ASK else self

    def next(self) -> Game:
        """Return the game at its next picture, once the audience has spoken."""
        return replace(self, at=self.at + 1) if self.phase is Phase.SHOW else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many pictures each side got right, of those that were revealed."""

    people: int
    model: int
    of: int


def standing(game: Game, answers: Mapping[str, Answer]) -> Standing:
    """Return the score; "not sure" and a pass earn nothing. ``answers`` are by content hash, with labels."""
    judged = [(answers[sha256], vote) for sha256, vote in zip(game.pictures, game.votes, strict=False)]
    return Standing(
        people=sum(vote is not None and vote in truth_of(answer) for answer, vote in judged),
        model=sum(answer.right and answer.doubt is None for answer, _ in judged),
        of=len(judged),
    )


def truth_of(answer: Answer) -> tuple[str, ...]:
    """Return all classes of a picture, also of one that may show only one."""
    return answer.labels or ((answer.label,) if answer.label is not None else ())


def majority(hands: Mapping[str, int]) -> str | None:
    """Return the class with the most hands; None where none was raised, or where it is a tie."""
    most = max(hands.values(), default=0)
    first = [name for name, number in hands.items() if number == most]
    return first[0] if most > 0 and len(first) == 1 else None
