"""The line about the check of the pictures: plain words, and no file by its name."""

from __future__ import annotations

from dataclasses import replace

from core.domain.dataset import IssueKind
from core.sharing.finding_words import _KINDS, findings
from tests.sharing.made_report import contents


def test_no_file_is_named_and_nothing_is_called_harmless():
    assert findings(contents().dataset) == (
        "The check of the pictures still warns of: blurred pictures. It also noted: pictures that are nearly "
        "the same."
    )


def test_several_of_a_kind_are_counted():
    dataset = contents().dataset
    twice = replace(dataset, issues=(dataset.issues[1],) * 2)
    assert findings(twice) == "The check of the pictures still warns of: blurred pictures (2 findings)."
    assert findings(replace(dataset, issues=())) == "The check of the pictures has nothing to warn of."


def test_every_kind_has_plain_words():
    assert set(_KINDS) == set(IssueKind)
    assert not any("_" in words for words in _KINDS.values())
