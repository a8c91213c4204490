"""What a model's answers suggest: in which groups and order, and what is left out."""

from __future__ import annotations

from pathlib import Path

from core.domain.report import Answer, Doubt
from core.domain.suggestions import Suggestions, suggestions
from core.domain.trying import Source, Tried, TriedBatch


def tried(
    name: str, said: str | tuple[str, ...] | None, sure: float = 0.9, doubt: Doubt | None = None
) -> Tried:
    """A picture that was answered; one that could not be read where nothing was said."""
    if said is None:
        return Tried(name=name, location=Path(name), problem="It is cut off.")
    named = said if isinstance(said, tuple) else ()
    answer = Answer(
        path=name,
        label=None,
        predicted=said if isinstance(said, str) else "any",
        confidence=sure,
        sha256=name,
        named=named,
        several=isinstance(said, tuple),
        doubt=doubt,
    )
    return Tried(name=name, location=Path(name), sha256=name, answer=answer)


def suggested(*told: Tried, names=tuple, filed=None, classes=("rust", "crack")) -> Suggestions:
    batch = TriedBatch(
        id="b",
        source=Source(id="r"),
        name="new",
        tried=told,
        found=len(told),
        left_out=(),
        class_folders=(),
        seconds=1.0,
    )
    return suggestions(batch, names=names, filed=filed or {}, classes=classes)


def names_in(found: Suggestions) -> list[tuple[tuple[str, ...], list[str]]]:
    return [(group[0].labels, [one.tried.name for one in group]) for group in found.groups]


def test_the_largest_group_comes_first_and_in_it_the_least_sure():
    """What the rule leaves to a person comes before all others, however sure it is."""
    found = suggested(
        tried("a", "crack"),
        tried("b", "rust", 0.9),
        tried("c", "rust", 0.6),
        tried("d", "rust", 0.99, Doubt.UNLIKE),
        tried("e", None),
    )
    assert names_in(found) == [(("rust",), ["d", "c", "b"]), (("crack",), ["a"])]
    assert [one.sure for one in found.groups[0]] == [False, False, True], "a guess needs a decision too"


def test_what_is_in_the_project_is_not_offered_and_told():
    found = suggested(tried("a", "rust"), tried("b", "rust"), filed={"a": ("crack",), "z": ("rust",)})
    assert names_in(found) == [(("rust",), ["b"])]
    assert found.filed == {"a": ("crack",)}


def test_a_content_that_came_twice_is_offered_once():
    found = suggested(tried("a", "rust"), tried("a", "rust"))
    assert names_in(found) == [(("rust",), ["a"])]


def test_classes_are_called_as_the_project_calls_them_now():
    """A class renamed since the training would have come back under its old name."""
    found = suggested(
        tried("a", "rost"),
        tried("b", "rust"),
        names=lambda names: tuple("rust" if name == "rost" else name for name in names),
    )
    assert names_in(found) == [(("rust",), ["a", "b"])]


def test_classes_to_choose_from_begin_with_those_suggested_most_often():
    found = suggested(tried("a", "dent"), tried("b", "crack"), tried("c", "crack"))
    assert found.classes == ("crack", "dent", "rust")
    assert not found.several


def test_of_several_classes_all_that_are_named_are_suggested_together():
    found = suggested(tried("a", ("rust", "crack")), tried("b", ("rust", "crack")), tried("c", ()))
    assert names_in(found) == [(("rust", "crack"), ["a", "b"]), ((), ["c"])]
    assert [group[0].sure for group in found.groups] == [True, False], "nothing named is nothing to confirm"
    assert found.several
