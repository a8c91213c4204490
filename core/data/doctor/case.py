"""What every check looks at, and how it tells what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.data.directions import Features
from core.data.findings import counted
from core.data.pairs import Pairs
from core.domain.dataset import Sample
from core.domain.edit import Edit, EditKind, Mend, SplitSettings
from core.domain.facts import PictureFacts

MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The pictures in use. ``facts``, ``features`` (N, D) and ``pairs`` belong to ``samples``, row by row."""

    samples: Sequence[Sample]
    classes: Sequence[str]
    facts: Mapping[str, PictureFacts]
    features: Features | None
    pairs: Pairs  # pictures that are nearly the same
    settings: SplitSettings

    def measured(self) -> list[tuple[Sample, PictureFacts]]:
        """Return the pictures that were measured, with what was measured."""
        return [(s, self.facts[s.sha256]) for s in self.samples if s.sha256 in self.facts]


def paths_of(samples: Sequence[Sample]) -> tuple[str, ...]:
    """Return the names of these pictures in the user's upload."""
    return tuple(sample.path for sample in samples)


def hashes_of(samples: Sequence[Sample]) -> tuple[str, ...]:
    """Return the content hashes of these pictures."""
    return tuple(sample.sha256 for sample in samples)


def leave_out(samples: Sequence[Sample], title: str = "") -> Mend:
    """Return the mend that excludes these pictures."""
    edit = Edit(kind=EditKind.EXCLUDE, pictures=hashes_of(samples))
    return Mend(title=title or f"Leave out {counted(len(samples), 'picture')}", edit=edit)


def listed(names: Sequence[str]) -> str:
    """Return quoted names joined for a sentence; of many, the first few."""
    shown = [f"'{name}'" for name in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        return f"{', '.join(shown)} and {len(names) - MOST_NAMED:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def are(number: int) -> str:
    """Return the verb for so many pictures."""
    return "is" if number == 1 else "are"
