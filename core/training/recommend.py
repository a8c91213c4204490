"""Which backbone to take: the best one on these pictures, or a quicker one that is as good as can be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.domain.outlook import BackboneLook, Recommendation

QUICKER: Final = 1.15  # times as fast: less is not worth a word, and lies within the noise of measuring


def ranked(looks: Sequence[BackboneLook]) -> tuple[BackboneLook, ...]:
    """Return the backbones, the most accurate first; of equals the quickest."""
    return tuple(sorted(looks, key=lambda look: (-look.accuracy.value, -look.pictures_per_second)))


def rivals(looks: Sequence[BackboneLook], backbone: str) -> tuple[BackboneLook, ...]:
    """Return the backbones that may do as well as ``backbone`` once they are fine-tuned, the best first.

    They reach into the error bar of the best one; what a frozen network knows does not tell them apart.
    """
    if not looks:
        return ()
    best = ranked(looks)[0]
    return tuple(
        look
        for look in ranked(looks)
        if look.key != backbone and (look is best or look.accuracy.value >= best.accuracy.low)
    )


def recommend(looks: Sequence[BackboneLook]) -> Recommendation:
    """Return the backbone to take. ``looks``: at least one.

    Whoever reaches into the error bar of the best one cannot be told from it; of these the quickest wins.
    """
    best, *others = ranked(looks)
    level = [look for look in others if look.accuracy.value >= best.accuracy.low]
    quickest = max((best, *level), key=lambda look: look.pictures_per_second)
    if quickest.pictures_per_second < QUICKER * best.pictures_per_second:
        quickest = best
    return Recommendation(key=quickest.key, reason=_reason(quickest, best, len(others)))


def _reason(chosen: BackboneLook, best: BackboneLook, others: int) -> str:
    if not others:
        return f"{chosen.title} is the only backbone that is ready on this computer."
    if chosen is best:
        return f"{chosen.title} tells your classes apart best of the {others + 1} that are ready."
    times = chosen.pictures_per_second / best.pictures_per_second
    return (
        f"{chosen.title} is as good as {best.title} as far as your pictures can tell, and "
        f"{times:.1f} times as fast."
    )
