"""Which new pictures are copies of known ones: saved again, resized, cut a little, or shot a moment later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.data.directions import Features
from core.data.groups import CERTAIN
from core.data.likeness import near_duplicates
from core.data.measures import Shown
from core.domain.facts import PictureFacts


def copies_of(
    known: Sequence[Shown], new: Sequence[Shown], facts: Mapping[str, PictureFacts], features: Features | None
) -> frozenset[str]:
    """Return the content hashes of the new pictures that are certainly the same as a known one.

    ``features`` (N, D) belong to the known pictures followed by the new ones; without them only copies whose
    measurements agree are found.
    """
    pairs = near_duplicates([*known, *new], facts, features)
    first, second = pairs.where(pairs.doubt < CERTAIN).rows.T
    across = (first < len(known)) & (second >= len(known))
    return frozenset(new[row - len(known)].sha256 for row in second[across].tolist())
