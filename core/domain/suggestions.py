"""A model's answers to new pictures, taken as labels that it suggests and a person confirms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.domain.report import Answer
from core.domain.trying import Tried, TriedBatch

FAIRLY_SURE: Final = 0.65  # a rule that leaves nothing to a person gives mere guesses too

Names = Callable[[Iterable[str]], tuple[str, ...]]  # classes of the model to what the project calls them


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A picture that was answered, and the classes that are suggested for it: none where none was named."""

    tried: Tried
    answer: Answer
    labels: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The content hash of the picture."""
        return self.tried.sha256

    @property
    def sure(self) -> bool:
        """Whether the model gives this answer by its rule and is fairly sure; all else needs a decision."""
        return self.answer.doubt is None and self.answer.how_likely >= FAIRLY_SURE and bool(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A picture with the classes that a person saw it under, and confirmed or chose."""

    sha256: str
    labels: tuple[str, ...]  # at least one


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What can be added to a project of a folder or zip that was answered.

    ``groups`` are by what is suggested, the largest first, and in each the least sure first; every content
    stands there once, and none that is in the project or on its way into it: those are in ``filed``.
    """

    groups: tuple[tuple[Suggestion, ...], ...]
    classes: tuple[str, ...]  # to choose from: those suggested most often first, then the project's others
    filed: Mapping[str, tuple[str, ...]]  # by content hash, of pictures that were tried: their classes there
    several: bool  # the model may name several classes of a picture


def suggestions(
    batch: TriedBatch, *, names: Names, filed: Mapping[str, tuple[str, ...]], classes: Sequence[str]
) -> Suggestions:
    """Return what the answers to a folder or zip suggest; ``filed`` and ``classes`` are the project's."""
    offered = _offered(batch.tried, names, filed)
    groups: dict[tuple[str, ...], list[Suggestion]] = {}
    for one in offered:
        groups.setdefault(one.labels, []).append(one)
    often = Counter(name for one in offered for name in one.labels)
    return Suggestions(
        groups=tuple(
            tuple(sorted(group, key=_least_sure_first))
            for _, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        ),
        classes=tuple(dict.fromkeys((*(name for name, _ in often.most_common()), *classes))),
        filed={one.sha256: filed[one.sha256] for one in batch.tried if one.sha256 in filed},
        several=any(one.answer.several for one in batch.tried if one.answer),
    )


def _offered(tried: Sequence[Tried], names: Names, filed: Collection[str]) -> list[Suggestion]:
    found: dict[str, Suggestion] = {}
    for one in tried:
        if one.answer is not None and one.sha256 not in filed:
            named = one.answer.named if one.answer.several else (one.answer.predicted,)
            found.setdefault(one.sha256, Suggestion(tried=one, answer=one.answer, labels=names(named)))
    return list(found.values())


def _least_sure_first(one: Suggestion) -> tuple[bool, float]:
    return one.answer.doubt is None, one.answer.how_likely
