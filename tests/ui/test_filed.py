"""What became of a picture since a run, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain.dataset import Sample, Split
from core.domain.edit import Edit, EditKind, VersionLine
from core.domain.review import Verdict, VerdictKind
from tests.store.made import NOON
from ui import review_desk
from ui.filed import Filed


def sample(label: str = "cat", *, excluded: bool = False) -> Sample:
    return Sample(
        path="1.jpg",
        sha256="1",
        width=8,
        height=8,
        label=label,
        split=Split.TEST,
        excluded=excluded,
    )


def line(kind: EditKind) -> VersionLine:
    return VersionLine(
        id="v3",
        version=3,
        parent_id="v2",
        edit=Edit(kind=kind),
        author="",
        created_at=NOON,
        pictures=5,
        classes=2,
        current=True,
    )


def filed(now: Sample | None, kind: EditKind | None = EditKind.CORRECT) -> Filed:
    return Filed(then=("cat",), now=now, last=None if kind is None else line(kind))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (filed(sample(), None), ""),
        (filed(sample()), ""),
        (filed(sample("dog")), "filed under “dog” since version 3"),
        (filed(sample("dog"), None), "filed under “dog” now"),
        (filed(sample(excluded=True)), "left out since version 3"),
        (filed(sample("owl", excluded=True)), "filed under “owl” and left out since version 3"),
        (filed(None), "no longer among the project's pictures"),
    ],
)
def test_how_it_is_filed_is_told_where_that_differs(found, told):
    assert (found.words, found.differs) == (told, bool(told))


def verdict(kind: VerdictKind, hours: int) -> Verdict:
    return Verdict(
        id="v",
        project_id="p",
        run_id="r",
        sha256="1",
        path="1.jpg",
        kind=kind,
        labels=(),
        note="",
        reviewer="",
        moment=NOON + timedelta(hours=hours),
    )


def test_the_way_back_from_a_correction_is_told():
    found = filed(sample("dog"))
    told = "Say “{}” to have it back under “cat” with the next corrections."
    assert found.way_back((), mistake=True) == told.format("Model wrong")
    assert found.way_back((verdict(VerdictKind.RIGHT, -1),), mistake=False) == told.format("Label is right")
    said = (verdict(VerdictKind.MODEL_WRONG, 1),)
    assert found.way_back(said, mistake=True) == "The next corrections take that back."


@pytest.mark.parametrize(
    "found", [filed(sample("dog"), EditKind.MOVE), filed(sample("dog"), None), filed(sample()), filed(None)]
)
def test_what_no_review_has_changed_no_review_takes_back(found):
    assert found.way_back((), mistake=True) == ""


@pytest.mark.parametrize(("hours", "repeated"), [(1, True), (-1, False)])
def test_the_same_verdict_counts_anew_after_the_picture_was_changed(hours, repeated):
    """Moved back by hand, a picture could not be judged once more: its reviewer had said the same before."""
    known = verdict(VerdictKind.AMBIGUOUS, hours)
    found = filed(sample(), EditKind.MOVE)
    assert review_desk._repeated([known], known.judgement, "", found) is repeated
    assert review_desk._repeated([known], known.judgement, "", None)
    assert not review_desk._repeated([known], known.judgement, "Ben", None)
