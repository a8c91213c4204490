"""One answer in words: what it is, how sure, and why it would rather not be given."""

from __future__ import annotations

from core.domain.game import Standing
from core.domain.report import Answer, Doubt

_SURE = ((0.97, "almost certain"), (0.85, "quite sure"), (0.65, "fairly sure"), (0.5, "not very sure"))
_WHY = {
    Doubt.NOT_SURE: "By its rule it leaves this picture to a person: among answers as unsure as this one, "
    "too many are wrong.",
    Doubt.UNLIKE: "By its rule it leaves this picture to a person: it is farther from everything that was "
    "learnt than nearly all pictures of that kind. It may show something else altogether.",
}
_MARKS = {Doubt.NOT_SURE: "Not sure", Doubt.UNLIKE: "Unlike anything it learnt from"}


def said(answer: Answer) -> str:
    """Return the class that is answered; of several, all of them."""
    if not answer.several:
        return answer.predicted
    return ", ".join(answer.named) or "nothing that it knows"


def how_sure(answer: Answer) -> str:
    """Return in words how sure the model is."""
    return next((words for least, words in _SURE if answer.how_likely >= least), "little more than a guess")


def mark(doubt: Doubt | None) -> str:
    """Return why an answer is not given in a word or two; "Answered" where it is."""
    return _MARKS[doubt] if doubt else "Answered"


def why_not(doubt: Doubt) -> str:
    """Return why an answer is left to a person, in plain sentences."""
    return _WHY[doubt]


def who_won(score: Standing) -> str:
    """Return how the audience did against the model, in a sentence."""
    of = f"of {score.of} {'picture' if score.of == 1 else 'pictures'}"
    if score.people == score.model:
        return f"A draw: people and the model were both right on {score.people} {of}."
    people = score.people > score.model
    first, second = (score.people, score.model) if people else (score.model, score.people)
    who, other = ("The people", "the model") if people else ("The model", "the people")
    verb, others = ("win", "was") if people else ("wins", "were")
    return f"{who} {verb}: right on {first} {of}; {other} {others} right on {second}."
