"""Bytes from costs made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.choices import Optimizer
from core.domain.config import TrainConfig
from core.domain.cost import Costs, Counts, Depth, HeadCost
from core.training.room import ALIVE, PREPARE_BYTES, PREPARE_WEIGHTS, disk_bytes, memory_bytes

MB = 1_000_000
COSTS = Costs(
    prepare=1.0,
    take_up=0.1,
    cut=0.1,
    lower_share=0.5,
    vary=0.0,
    frozen=0.01,
    frozen_half=0.01,
    keeps_activations=True,
    head=HeadCost(),
    depths=(
        Depth(blocks=2, train=0.1, judge=0.1, learning_bytes=8 * MB, saved_bytes=50 * MB, kept_bytes=30_000),
    ),
    features=1000,
    weights_bytes=20 * MB,
    widest_bytes=MB,
)
HEAD_ONLY = TrainConfig(image_size=100)
TUNED = TrainConfig(image_size=100, fine_tune_blocks=2, fine_tune_epochs=2, batch_size=32, boundary_views=3)
COUNTS = Counts(train=100, validation=20, test=30, classes=3)


def test_a_head_holds_the_features_and_the_network():
    assert memory_bytes(COSTS, HEAD_ONLY, COUNTS) == 20 * MB + 4 * 1000 * 150 * 4


def test_every_view_is_held_beside_the_others():
    more = memory_bytes(COSTS, replace(HEAD_ONLY, head_views=3), COUNTS) - memory_bytes(
        COSTS, HEAD_ONLY, COUNTS
    )
    assert more == 4 * 1000 * 200 * 4


def test_a_step_holds_what_it_keeps_of_its_pictures_and_four_copies_of_what_learns():
    """The best, the average and two memories of AdamW, and the gradients."""
    expected = 20 * MB + 8 * MB * 5 + 32 * (50 * MB + MB)
    assert memory_bytes(COSTS, TUNED, COUNTS) == expected


def test_sgd_and_no_average_hold_less():
    plain = replace(TUNED, optimizer=Optimizer.SGD, ema_decay=0.0)
    assert memory_bytes(COSTS, TUNED, COUNTS) - memory_bytes(COSTS, plain, COUNTS) == 2 * 8 * MB


def test_batches_per_step_cost_no_memory():
    assert memory_bytes(COSTS, replace(TUNED, accumulate=8), COUNTS) == memory_bytes(COSTS, TUNED, COUNTS)


def test_preparing_a_network_can_be_the_fullest_moment():
    prepared = PREPARE_BYTES + PREPARE_WEIGHTS * 20 * MB + 16 * ALIVE * MB
    assert memory_bytes(COSTS, HEAD_ONLY, replace(COUNTS, features_missing=1)) == 20 * MB + prepared


def test_the_disk_takes_what_the_caches_miss_and_the_result():
    counts = replace(COUNTS, pixels_missing=10, features_missing=10)
    assert disk_bytes(COSTS, HEAD_ONLY, COUNTS) == 20 * MB
    assert disk_bytes(COSTS, HEAD_ONLY, counts) == 20 * MB + 10 * 100 * 100 * 3 + 10 * 1000 * 4
    assert disk_bytes(COSTS, HEAD_ONLY, replace(counts, backbone_prepared=False)) == pytest.approx(
        disk_bytes(COSTS, HEAD_ONLY, counts) + 20 * MB
    )


def test_fine_tuning_keeps_activations_two_checkpoints_and_the_network_it_made():
    activations = (3 * 100 + 20) * 30_000
    assert disk_bytes(COSTS, TUNED, COUNTS) == 2 * 20 * MB + activations + 2 * 4 * 8 * MB
