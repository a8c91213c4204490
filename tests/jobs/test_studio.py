"""The studio is put together of desks, which share one name space."""

from __future__ import annotations

from collections import Counter

from core.jobs.desk import Desk
from core.jobs.studio import Studio


def test_no_desk_hides_what_another_one_needs():
    """A private method of a new desk once took the place of another's, and no training could start."""
    desks = [kind for kind in Studio.__mro__ if issubclass(kind, Desk) and kind not in (Studio, Desk)]
    names = Counter(
        name for desk in desks for name in vars(desk) if not (name.startswith("__") and name.endswith("__"))
    )
    assert len(desks) > 5
    assert [name for name, count in names.items() if count > 1] == []
