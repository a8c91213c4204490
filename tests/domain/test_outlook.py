"""What a look ahead knows holds for some settings, and for others it would have to be measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.config import TrainConfig
from core.domain.cost import Costs, HeadCost
from core.domain.outlook import Outdated, Outlook
from core.domain.preprocess import ResizeMode
from core.domain.safety import ResizeAdvice

COSTED = TrainConfig(image_size=128, fine_tune_blocks=6, fine_tune_epochs=8)
COSTS = Costs(
    prepare=1.0,
    take_up=0.1,
    cut=0.1,
    lower_share=0.5,
    vary=0.01,
    frozen=0.01,
    frozen_half=0.01,
    keeps_activations=True,
    head=HeadCost(),
    depths=(),
    features=1280,
    weights_bytes=1,
    widest_bytes=1,
)
OUTLOOK = Outlook(
    resize=ResizeAdvice(mode=ResizeMode.SQUASH, reason="", pictures=9, losing=0, worst=(), worst_share=0.0),
    costs=COSTS,
    costed=COSTED,
)


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({}, True),
        ({"fine_tune_blocks": 2, "fine_tune_epochs": 30}, True),
        ({"fine_tune_blocks": 7}, False),
        ({"image_size": 224}, False),
        ({"image_size": 224, "fine_tune_blocks": 0, "fine_tune_epochs": 0}, True),  # features are kept
        ({"backbone": "resnet50"}, False),
    ],
)
def test_costs_hold_for_settings_that_work_alike(changes: dict[str, object], known: bool):
    config = replace(COSTED, **changes)  # type: ignore[arg-type]
    assert (OUTLOOK.costs_for(config) is COSTS) == known


def test_nothing_is_known_before_anything_was_measured():
    assert replace(OUTLOOK, costs=None, costed=None).costs_for(COSTED) is None


@pytest.mark.parametrize(
    ("machine", "ready", "outdated"),
    [
        ("here", {"b", "a"}, None),
        ("there", {"a", "b"}, Outdated.MACHINE),
        ("here", {"a", "b", "c"}, Outdated.BACKBONES),
        ("here", {"a"}, Outdated.BACKBONES),
    ],
)
def test_another_machine_or_other_backbones_make_it_outdated(
    machine: str, ready: set[str], outdated: Outdated | None
):
    found = replace(OUTLOOK, machine="here", ready=("a", "b"))
    assert found.outdated(machine=machine, ready=ready) is outdated


def test_on_another_machine_no_minutes_are_known():
    found = replace(OUTLOOK, machine="here", complete=True)
    assert found.on("here") is found
    elsewhere = found.on("there")
    assert (elsewhere.costs_for(COSTED), elsewhere.complete) == (None, False)
    assert elsewhere.resize == found.resize


def test_what_an_older_version_found_out_is_outdated():
    assert OUTLOOK.outdated(machine="here", ready=()) is Outdated.MACHINE
