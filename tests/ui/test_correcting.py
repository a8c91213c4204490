"""What corrections change, in sentences."""

from __future__ import annotations

import pytest

from core.domain.edit import Edit, EditKind
from ui.components.correction_panel import in_words
from ui.correcting import summed_up

LEFT_OUT, BACK = EditKind.EXCLUDE, EditKind.RESTORE


def moved(label: str, *pictures: str, also: tuple[str, ...] = ()) -> Edit:
    return Edit(kind=EditKind.MOVE, pictures=pictures, label=label, also=also)


def turned(kind: EditKind, *pictures: str) -> Edit:
    return Edit(kind=kind, pictures=pictures)


@pytest.mark.parametrize(
    ("edits", "pictures", "told"),
    [
        ((moved("dog", "a"),), 1, "**1 label changed.**"),
        (
            (moved("dog", "a"), moved("owl", "b", "c"), turned(LEFT_OUT, "d")),
            4,
            "**3 labels changed; 1 picture left out; 1 new class (owl).**",
        ),
        ((turned(BACK, "a", "b"),), 2, "**2 pictures brought back.**"),
        ((moved("dog", "a"), turned(BACK, "a")), 1, "**1 label changed.**"),
        (
            (moved("owl", "a"), turned(LEFT_OUT, "a")),
            1,
            "1 picture of “owl” is left out for now: there is no picture of it to learn from. Add some on "
            "the Pictures page; then it comes back with the corrections here.",
        ),
        (
            (moved("cat", "a", "b", also=("owl",)), moved("dog", "c"), turned(LEFT_OUT, "a", "b")),
            3,
            "**1 label changed.** 2 pictures of “owl” are left out for now: there is no picture of it to "
            "learn from. Add some on the Pictures page; then they come back with the corrections here.",
        ),
    ],
)
def test_what_changes_is_summed_up(edits, pictures, told):
    change = summed_up(edits, classes=("cat", "dog"), disputed=0, made=False)
    assert (change.pictures, in_words(change)) == (pictures, told)
