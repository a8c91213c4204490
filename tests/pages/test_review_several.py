"""Review where pictures show several classes."""

from __future__ import annotations

from core.domain.edit import EditKind
from core.domain.review import Judgement, VerdictKind
from tests.pages.test_review import LABEL_WRONG, NEW, button, click, mistakes


def test_a_new_class_goes_beside_those_that_are_known(several):
    """The button took one new name alone, so that a picture of a bolt and a spring became one of a spring."""
    first, *_, last = mistakes(several)
    several.studio.judge("r2", {last.sha256: Judgement(kind=VerdictKind.NEW_CLASS, labels=("spring",))})
    at = several.open("review")
    at.multiselect(key=f"{first.sha256[:16]}_review_r2_mistakes__names").set_value(["bolt", "spring"]).run()
    assert button(at, LABEL_WRONG).disabled
    assert button(at, NEW).label == "New class: bolt, spring"
    click(at, NEW)
    said = several.studio.verdicts("r2")[-1]
    assert (said.sha256, said.kind, said.labels) == (first.sha256, VerdictKind.NEW_CLASS, ("bolt", "spring"))
    move = next(part for part in several.studio.corrections("r2") if first.sha256 in part.pictures)
    assert (move.kind, move.label, move.also) == (EditKind.MOVE, "bolt", ("spring",))


def test_two_new_classes_are_not_said_at_once(several):
    first, second, *_, last = mistakes(several)
    for item, name in ((second, "spring"), (last, "nail")):
        several.studio.judge("r2", {item.sha256: Judgement(kind=VerdictKind.NEW_CLASS, labels=(name,))})
    at = several.open("review")
    at.multiselect(key=f"{first.sha256[:16]}_review_r2_mistakes__names").set_value(["spring", "nail"]).run()
    assert button(at, NEW).disabled
