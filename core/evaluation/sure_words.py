"""What calibration means, in a sentence."""

from __future__ import annotations

from core.domain.report import Calibration, ReliabilityBin, Sureness
from core.evaluation.rounding import of_100

_FINE = 0.03  # distance that nobody would notice
_FEW = 100  # pictures
_LUCK = 0.05


def verdict(sureness: Sureness, *, several: bool = False) -> str:
    """Return whether the model may be believed how sure it is, in a sentence or two.

    It is said to misjudge itself only where luck would hardly bring that about. ``several``: pictures may
    show several classes, and each answer is a yes or no to one of them.
    """
    pictures = sureness.answers if sureness.pictures is None else sureness.pictures
    sure = sum(one.sure * one.answers for one in sureness.bins) / sureness.answers
    right = sum(one.right.value * one.answers for one in sureness.bins) / sureness.answers
    answers = "yes-or-no answers (one for each class and picture)" if several else "answers"
    told = f"On average it is {of_100(sure)} % sure, and right in {of_100(right)} of 100 {answers}"
    if sureness.error < _FINE and pictures >= _FEW:
        return f"You can believe how sure it is: {told[0].lower()}{told[1:]}."
    if sureness.chance is None:
        return f"{told}. Whether that is luck was not measured for this run: train it again to know."
    if sureness.chance < _LUCK:
        return f"{told}: it is too {'sure of itself' if sure > right else 'modest'}."
    if (worst := _standing_out(sureness.bins)) is not None:
        return f"{told}, but not at every height: {_about(worst, several=several)}."
    return f"{told}: there is no sign that it misjudges itself, as far as {_pictures(pictures)} can tell."


def what_changed(calibration: Calibration) -> str:
    """Return what was done about it."""
    before, after = calibration.before.error, calibration.after.error
    if calibration.temperature == 1.0:
        return (
            "Nothing was set right: the validation pictures gave no clear reason to tone down, or up, how "
            "sure it is."
        )
    tone = "down" if calibration.temperature > 1 else "up"
    told = f"How sure it is was toned {tone} (temperature {calibration.temperature:.2f})"
    if abs(before - after) < 0.005:
        return f"{told}; on these pictures that makes no difference to speak of."
    closer = "closer to" if after < before else "farther from"
    return (
        f"{told}: how sure it is now lies {closer} the truth, {_points(after)} off on average "
        f"instead of {_points(before)}."
    )


def _standing_out(bins: tuple[ReliabilityBin, ...]) -> ReliabilityBin | None:
    """Return the bin that luck explains least; None where, for so many bins, it explains all (Bonferroni)."""
    worst = min(bins, key=lambda one: 1.0 if one.chance is None else one.chance)
    chance = 1.0 if worst.chance is None else worst.chance
    return worst if chance * len(bins) < _LUCK else None


def _about(one: ReliabilityBin, *, several: bool) -> str:
    noun = "yes-or-no answer" if several else "answer"
    sure = f"{round(100 * one.low)} to {round(100 * one.high)} % sure"
    if one.answers == 1:
        return f"the one {noun} that is {sure} is {'right' if one.right.value else 'wrong'}"
    return f"of {one.answers:,} {noun}s that are {sure}, {of_100(one.right.value)} of 100 are right"


def _pictures(number: int) -> str:
    return "1 picture" if number == 1 else f"{number:,} pictures"


def _points(error: float) -> str:
    return f"{error * 100:.1f} points"
