from __future__ import annotations

import pytest

from core.data.class_match import match_classes


@pytest.mark.parametrize(
    ("name", "classes", "means"),
    [
        ("cat", ("cat", "dog"), "cat"),
        ("CAT", ("cat", "dog"), "cat"),
        ("red_fox", ("Red fox", "dog"), "Red fox"),
        (" red-fox ", ("red_fox",), "red_fox"),
        ("Cafe\u0301", ("caf\u00e9",), "caf\u00e9"),
        ("STRASSE", ("straße",), "straße"),
        ("Cat", ("cat", "Cat"), "Cat"),
        ("CAT", ("cat", "Cat"), None),
        ("cats", ("cat",), None),
        ("", ("cat",), None),
    ],
)
def test_a_name_means_the_class_it_spells(name: str, classes: tuple[str, ...], means: str | None):
    assert match_classes([name], classes).get(name) == means


def test_several_spellings_mean_one_class():
    assert match_classes(["Cat", "cat", "owl"], ("cat",)) == {"Cat": "cat", "cat": "cat"}
