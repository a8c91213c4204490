"""Copies of known pictures among new ones."""

from __future__ import annotations

from core.data.copies import copies_of
from tests.data.made_sets import made_set


def test_only_new_pictures_that_are_a_known_one_are_copies():
    """Of 80 pictures the first 60 are known; 70 is new, and there twice, which concerns nobody here."""
    made = made_set({"a": 30, "b": 30, "c": 20})
    resaved = made.pictures[made.copy_of(3, "b/resaved.jpg", noise=0.1)]
    made.copy_of(70, "c/twice.jpg", noise=0.1)
    known, new = made.pictures[:60], made.pictures[60:]
    assert copies_of(known, new, made.facts, made.features) == {resaved.sha256}
    assert copies_of(known, new, made.facts, None) == {resaved.sha256}
    assert copies_of([], made.pictures, made.facts, made.features) == frozenset()
