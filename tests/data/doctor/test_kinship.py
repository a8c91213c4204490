"""The check on what a table or the folders say of pictures that look alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.doctor import diagnose
from core.domain.dataset import IssueKind, Severity
from core.domain.edit import Edit, EditKind, SplitSettings
from tests.data.made_sets import CHANNELS, made_set

PATIENTS = 24


def found(*, strength, settings=None, patients=PATIENTS, given=False, in_folders=False):
    """Return the findings on 120 pictures, five of each patient that look alike by ``strength``."""
    made = made_set({"cat": 60, "dog": 60}, apart=0.5)
    who = [f"p{row * patients // 120}" for row in range(120)]
    looks = {name: np.random.default_rng(int(name[1:])).exponential(1, CHANNELS) for name in who}
    features = made.features + strength * np.array([looks[name] for name in who], np.float32)
    samples = [
        replace(
            sample,
            given=given,
            path=f"{sample.label}/{name}/{sample.path[4:]}" if in_folders else sample.path,
            columns=() if in_folders else (("patient number", name), ("age", str(row % 30)), ("site", "A")),
        )
        for row, (sample, name) in enumerate(zip(made.samples(), who, strict=True))
    ]
    issues = diagnose(samples, ["cat", "dog"], made.facts, features, settings=settings or SplitSettings())
    return [issue for issue in issues if issue.kind is IssueKind.KINSHIP], samples


def test_patients_whose_pictures_look_alike_are_told_with_a_mend():
    (issue,), samples = found(strength=1.0)
    assert issue.severity is Severity.WARNS
    assert issue.message.startswith("Pictures of one 'patient number' are alike: in ")
    assert "the most similar picture of the class has the same 'patient number'" in issue.message
    assert issue.message.endswith("by chance it would be 7%.")  # four of the other 59 of the class
    assert issue.mend is not None
    assert issue.mend.title == "Keep each 'patient number' together"
    settings = SplitSettings(column="patient number")
    assert issue.mend.edit == Edit(kind=EditKind.SPLIT, split_settings=settings)
    who = {sample.sha256: dict(sample.columns)["patient number"] for sample in samples}
    assert len(issue.pictures) > 60
    assert len({who[sha256] for sha256 in issue.pictures}) == PATIENTS


def test_folders_inside_a_class_are_told_alike():
    (issue,), _ = found(strength=1.0, in_folders=True)
    assert issue.message.startswith("Pictures of one folder inside a class are alike")
    assert issue.mend is not None
    assert issue.mend.edit.split_settings == SplitSettings(folders=True)


@pytest.mark.parametrize(
    "options",
    [
        {"strength": 0.0},  # nothing in common but the name
        {"strength": 1.0, "patients": 4},  # too few to be divided
        {"strength": 1.0, "given": True},  # the upload's own division stays
        {"strength": 1.0, "settings": SplitSettings(column="patient number")},  # done already
    ],
)
def test_where_it_would_be_no_help_nothing_is_said(options):
    assert found(**options)[0] == []


def test_pictures_that_are_kept_together_already_say_nothing():
    made = made_set({"cat": 60, "dog": 60})
    who = [f"p{row // 5}" for row in range(120)]
    looks = {name: np.random.default_rng(int(name[1:])).exponential(1, CHANNELS) for name in who}
    features = made.features + np.array([looks[name] for name in who], np.float32)
    samples = [
        replace(sample, group=name, columns=(("patient", name),))
        for sample, name in zip(made.samples(), who, strict=True)
    ]
    issues = diagnose(samples, ["cat", "dog"], made.facts, features)
    assert IssueKind.KINSHIP not in [issue.kind for issue in issues]
