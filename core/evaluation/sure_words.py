"""What calibration means, in a sentence."""

from __future__ import annotations

from core.domain.report import Calibration, Sureness

_FINE = 0.03  # distance that nobody would notice
_FEW = 100  # answers


def verdict(sureness: Sureness) -> str:
    """Return whether the model may be believed how sure it is, in a sentence."""
    sure = sum(one.sure * one.answers for one in sureness.bins) / sureness.answers
    right = sum(one.right.value * one.answers for one in sureness.bins) / sureness.answers
    told = f"On average it is {_of_100(sure)} % sure, and right in {_of_100(right)} of 100 answers"
    if sureness.error < _FINE:
        return f"You can believe how sure it is: {told[0].lower()}{told[1:]}."
    if sureness.answers < _FEW:
        return f"{told}; so few answers do not tell whether that is luck."
    if abs(sure - right) < _FINE:
        return f"{told}, but not at every height: where it is very sure or unsure, it errs."
    return f"{told}: it is too {'sure of itself' if sure > right else 'modest'}."


def what_changed(calibration: Calibration) -> str:
    """Return what was done about it."""
    before, after = calibration.before.error, calibration.after.error
    if calibration.temperature == 1.0:
        return (
            "Nothing was set right: the validation pictures do not show by more than luck that it is too "
            "sure of itself, or too modest."
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


def _points(error: float) -> str:
    return f"{error * 100:.1f} points"


def _of_100(share: float) -> int:
    return round(share * 100)
