"""Which of a model's classes the names of an upload mean, though they are spelt a little differently."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence


def match_classes(names: Iterable[str], classes: Sequence[str]) -> dict[str, str]:
    """Return the class that each name means; names that mean none, or more than one, are missing.

    A name that is spelt as the class is means that class. Else upper and lower case, and blanks, hyphens and
    underscores between words are as good as each other.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for one in classes:
        alike[_key(one)].append(one)
    found = {}
    for name in names:
        means = [name] if name in classes else alike.get(_key(name), [])
        if len(means) == 1:
            found[name] = means[0]
    return found


def _key(name: str) -> str:
    composed = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s_-]+", " ", composed).strip()
