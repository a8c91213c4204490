"""What is said before a deleted thing goes for good: right for none, one and many."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.domain.deleted import Deleted, DeletedKind, Share
from ui.components.room_panel import about, consequence, label

LEAVES = Deleted(
    kind=DeletedKind.PROJECT,
    id="p1",
    name="Leaves",
    project_id="p1",
    project="Leaves",
    created_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    runs=2,
)
RUN = replace(LEAVES, kind=DeletedKind.RUN, id="r1", name="Run 3", runs=1)


@pytest.mark.parametrize(
    ("runs", "pictures", "said"),
    [
        (0, 0, "“Leaves” goes. No picture goes with it."),
        (
            1,
            1,
            "“Leaves” goes with its training run, and with all results, exports and what reviewers said. "
            "1 picture that nothing else here needs goes with it.",
        ),
        (
            2,
            612,
            "“Leaves” goes with its 2 training runs, and with all results, exports and what reviewers "
            "said. 612 pictures that nothing else here needs go with it.",
        ),
    ],
)
def test_what_goes_with_a_project(runs: int, pictures: int, said: str) -> None:
    share = Share(id="p1", pictures=pictures, size=1)
    assert consequence(replace(LEAVES, runs=runs), share) == said


def test_what_goes_with_a_run() -> None:
    goes = "“Run 3” goes with its result, its exports, its further tests and what reviewers said."
    assert consequence(RUN, None) == f"{goes} The pictures of its project stay."
    share = Share(id="r1", pictures=1, size=1)
    assert consequence(RUN, share) == f"{goes} 1 picture that only its further tests had goes with it."


def test_what_a_deleted_thing_is() -> None:
    assert about(replace(LEAVES, runs=0)).startswith("project with no training runs, made on 1 Mar 2026")
    assert about(RUN).startswith("training run of “Leaves”, made on 1 Mar 2026")


@pytest.mark.parametrize(
    ("deleted", "said"), [(0, "Temporary files"), (3, "Deleted projects and runs (3), temporary files")]
)
def test_the_closed_panel(deleted: int, said: str) -> None:
    assert label(deleted) == said
