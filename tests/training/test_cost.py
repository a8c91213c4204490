"""What is told before the start, from costs made by hand: every figure here can be checked in one's head."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.choices import HeadSolver, PrecisionChoice, Unfreezing
from core.domain.config import TrainConfig
from core.domain.cost import Costs, Counts, Depth, Estimate, HeadCost
from core.domain.run import Stage
from core.training.cost import SPREAD, estimate, fit_to, seconds_left
from core.training.stage_costs import ASIDE, TRIED_ON, fine_tune_start

HEAD_ONLY = TrainConfig(head_solver=HeadSolver.ADAMW, head_epochs=10, patience=10)
TUNED = replace(HEAD_ONLY, fine_tune_blocks=4, fine_tune_epochs=8, boundary_views=4, batch_size=10)
COUNTS = Counts(train=100, validation=20, test=30, classes=3)
COSTS = Costs(
    build=1.0,
    decode=0.01,
    prepare=3.0,
    take_up=0.2,
    cut=0.5,
    lower_share=0.5,
    vary=0.005,
    frozen=0.02,
    frozen_half=0.01,
    keeps_activations=True,
    head=HeadCost(train=0.001, judge=0.0005),
    depths=(
        Depth(blocks=2, train=0.04, judge=0.01, lower=0.008),
        Depth(blocks=4, train=0.08, judge=0.02, lower=0.006, save=0.1),
    ),
    features=1280,
    weights_bytes=16_000_000,
    widest_bytes=1_000_000,
)
HALF_TRIED = 0.2 + 100 * 0.01  # on all training pictures, since they are few
HEAD_SECONDS = 10 * (100 * 0.001 + 20 * 0.0005)


def by_stage(told: Estimate) -> dict[Stage, float]:
    return {one.stage: pytest.approx(one.seconds) for one in told.stages}


def test_a_head_on_known_features_takes_little_beside_itself():
    told = estimate(COSTS, HEAD_ONLY, COUNTS)
    assert by_stage(told) == {Stage.WEIGHTS: 1.0, Stage.HEAD: HEAD_SECONDS, Stage.EVALUATE: ASIDE}
    assert told.seconds == pytest.approx(1.0 + HEAD_SECONDS + ASIDE)


def test_what_is_missing_in_the_caches_is_computed_first():
    counts = replace(COUNTS, pixels_missing=150, features_missing=40, backbone_prepared=False)
    told = by_stage(estimate(COSTS, HEAD_ONLY, counts))
    assert told[Stage.PIXELS] == 150 * 0.01
    assert told[Stage.FEATURES] == 3.0 + 40 * 0.02
    prepared = by_stage(estimate(COSTS, HEAD_ONLY, replace(counts, backbone_prepared=True)))
    assert prepared[Stage.FEATURES] == 0.2 + 40 * 0.02


def test_pictures_are_not_decoded_for_features_that_are_known():
    told = estimate(COSTS, HEAD_ONLY, replace(COUNTS, pixels_missing=150))
    assert Stage.PIXELS not in by_stage(told)


def test_fine_tuning_adds_steps_judgements_new_copies_and_checkpoints():
    told = by_stage(estimate(COSTS, replace(TUNED, fine_tune_epochs=1), COUNTS))
    epoch = 100 * 0.08 + 20 * 0.02 + 100 * (0.005 + 0.006) + 20 * 0.006 + 0.1
    assert told[Stage.FINE_TUNE] == 0.5 + 0.2 + HALF_TRIED + epoch
    assert told[Stage.EVALUATE] == 3.0 + 50 * 0.02 + 0.2 + 100 * 0.01 + ASIDE


def test_training_pictures_are_remembered_in_half_precision_where_that_pays():
    def judging(costs: Costs = COSTS, config: TrainConfig = TUNED, counts: Counts = COUNTS) -> float:
        return by_stage(estimate(costs, config, counts))[Stage.EVALUATE]

    exact = 3.0 + (50 + 100) * 0.02 + ASIDE
    assert judging(replace(COSTS, frozen_half=0.02)) == exact
    assert judging(config=replace(TUNED, precision=PrecisionChoice.FP32)) == exact
    assert judging(counts=replace(COUNTS, train=99)) == exact - 0.02  # too few to be worth it
    many = replace(COUNTS, train=5000)  # of which not all are remembered
    assert judging(counts=many) == 3.0 + 50 * 0.02 + 0.2 + 2000 * 0.01 + ASIDE


def test_the_frozen_part_looks_at_every_other_copy_once_there_are_as_many_as_are_kept():
    """The head's one exact epoch comes first, so eight epochs are numbers 2 to 9, which make six copies."""
    config = replace(TUNED, head_solver=HeadSolver.LBFGS)
    told = by_stage(estimate(COSTS, config, COUNTS))
    steps = 8 * (100 * 0.08 + 20 * 0.02 + 0.1)
    assert told[Stage.FINE_TUNE] == 0.7 + HALF_TRIED + steps + 6 * 100 * (0.005 + 0.006) + 20 * 0.006


def test_from_pixels_every_epoch_varies_every_picture():
    costs = replace(
        COSTS,
        keeps_activations=False,
        cut=0.0,
        depths=(Depth(blocks=4, train=0.2, judge=0.05, lower=0.0),),
    )
    told = by_stage(estimate(costs, TUNED, COUNTS))
    assert told[Stage.FINE_TUNE] == 8 * (100 * (0.2 + 0.005) + 20 * 0.05)


def test_a_picture_of_half_the_side_costs_a_quarter_of_the_step():
    pixels = replace(
        COSTS, keeps_activations=False, cut=0.0, depths=(Depth(blocks=4, train=0.2, judge=0.05, lower=0.0),)
    )
    growing = replace(TUNED, image_size=128, first_size=0.5, fine_tune_epochs=4)  # 64, 64, 96, 128 pixels
    told = by_stage(estimate(pixels, growing, COUNTS))
    steps = 100 * 0.2 * (1 / 4 + 1 / 4 + 9 / 16 + 1)
    assert told[Stage.FINE_TUNE].expected == pytest.approx(steps + 4 * (100 * 0.005 + 20 * 0.05))
    kept = by_stage(estimate(COSTS, growing, COUNTS))
    assert kept == by_stage(estimate(COSTS, replace(growing, first_size=1.0), COUNTS))


def test_gradual_unfreezing_goes_back_through_the_blocks_that_joined_only():
    config = replace(TUNED, unfreezing=Unfreezing.GRADUAL, unfreeze_step=2, fine_tune_epochs=4)
    slower = by_stage(estimate(COSTS, replace(config, unfreezing=Unfreezing.TOGETHER), COUNTS))
    faster = by_stage(estimate(COSTS, config, COUNTS))
    # one epoch of four with two blocks: backward 0.03 for each picture instead of 0.06
    assert slower[Stage.FINE_TUNE].expected - faster[Stage.FINE_TUNE].expected == pytest.approx(100 * 0.03)


def test_a_network_from_nothing_has_no_head_stage_and_learns_as_deep_as_there_is():
    config = replace(TUNED, pretrained=False, fine_tune_blocks=1)
    told = by_stage(estimate(replace(COSTS, keeps_activations=False, cut=0.0), config, COUNTS))
    assert Stage.HEAD not in told
    assert told[Stage.FINE_TUNE] == 8 * (100 * (0.08 + 0.005 + 0.006) + 20 * 0.02 + 0.1) + 20 * 0.006


def test_an_unknown_precision_is_tried_first():
    known = estimate(COSTS, TUNED, COUNTS).seconds
    unknown = estimate(COSTS, TUNED, replace(COUNTS, precision_known=False)).seconds
    # a second cut, and steps of ten pictures, 0.8 s each, until no further one begins after 6 s
    assert unknown - known == pytest.approx(0.5 + 6 + 2 * 0.8)


def test_half_precision_is_tried_once_where_it_pays_and_is_not_forbidden():
    def start(config: TrainConfig, counts: Counts = COUNTS, **costs: float) -> float:
        return fine_tune_start(replace(COSTS, **costs), config, counts)

    assert start(TUNED) == pytest.approx(0.7 + HALF_TRIED)
    assert start(TUNED, frozen_half=0.0196) == pytest.approx(0.7)  # hardly faster: as without it
    assert start(replace(TUNED, precision=PrecisionChoice.FP32)) == pytest.approx(0.7)
    many = replace(COUNTS, train=1000)
    assert start(TUNED, many) == pytest.approx(0.7 + 0.2 + TRIED_ON * 0.01)
    assert start(replace(TUNED, head_views=2), many) == pytest.approx(0.7)  # seen before, for the copies


def test_varied_copies_of_few_pictures_are_passed_exactly():
    config, counts = replace(HEAD_ONLY, head_views=2), replace(COUNTS, views_missing=100)
    told = by_stage(estimate(COSTS, config, counts))
    assert told[Stage.FEATURES] == 0.2 + 100 * (0.005 + 0.02)
    many = replace(COUNTS, train=400, views_missing=400)
    told = by_stage(estimate(COSTS, config, many))
    assert told[Stage.FEATURES] == 0.2 + TRIED_ON * 0.01 + 0.2 + 400 * (0.005 + 0.01)
    several = replace(HEAD_ONLY, head_views=5)  # of few pictures, and many together
    told = by_stage(estimate(COSTS, several, replace(COUNTS, views_missing=400)))
    assert told[Stage.FEATURES] == 0.2 + 100 * 0.01 + 0.2 + 400 * (0.005 + 0.01)


def test_low_allows_for_a_stage_that_ends_early():
    told = estimate(COSTS, TUNED, COUNTS)
    early = estimate(COSTS, replace(TUNED, patience=2), COUNTS)
    assert not told.at_most
    assert early.at_most
    assert told.low == pytest.approx(told.seconds / SPREAD)
    assert early.high == told.high == pytest.approx(told.seconds * SPREAD)
    assert early.low < told.low / 2


@pytest.mark.parametrize("limit", [1e9, 50.0, 30.0, 20.0])
def test_what_is_fitted_to_a_time_stays_within_it(limit: float):
    fitted = fit_to(limit, TUNED, COSTS, COUNTS)
    assert fitted is not None
    assert not fitted.problems()
    assert estimate(COSTS, fitted, COUNTS).seconds <= limit


def test_nothing_is_taken_away_where_there_is_time():
    assert fit_to(1e9, TUNED, COSTS, COUNTS) == TUNED


def test_epochs_go_first_then_blocks_then_fine_tuning():
    two = estimate(COSTS, replace(TUNED, fine_tune_epochs=2), COUNTS).seconds
    fewer = fit_to(two, TUNED, COSTS, COUNTS)
    assert fewer == replace(TUNED, fine_tune_epochs=2)
    shallower = fit_to(two - 0.1, TUNED, COSTS, COUNTS)
    assert shallower is not None
    assert (shallower.fine_tune_blocks, shallower.fine_tune_epochs) == (3, 2)
    head = estimate(COSTS, HEAD_ONLY, COUNTS).seconds
    assert fit_to(head, TUNED, COSTS, COUNTS) == replace(TUNED, fine_tune_blocks=0, fine_tune_epochs=0)


def test_no_settings_fit_into_less_than_the_head_takes():
    head = estimate(COSTS, HEAD_ONLY, COUNTS).seconds
    assert fit_to(head - 0.01, TUNED, COSTS, COUNTS) is None
    assert fit_to(head - 0.01, HEAD_ONLY, COSTS, COUNTS) is None


def test_a_network_from_nothing_keeps_its_blocks():
    config = replace(TUNED, pretrained=False)
    costs = replace(COSTS, keeps_activations=False, cut=0.0)
    two = estimate(costs, replace(config, fine_tune_epochs=2), COUNTS).seconds
    assert fit_to(two, config, costs, COUNTS) == replace(config, fine_tune_epochs=2)
    assert fit_to(two - 0.1, config, costs, COUNTS) is None


def test_a_single_epoch_is_not_made_two():
    config = replace(TUNED, fine_tune_epochs=1)
    assert fit_to(1e9, config, COSTS, COUNTS) == config


def test_the_time_left_is_the_whole_at_the_start_and_the_evaluation_at_the_end():
    told = estimate(COSTS, TUNED, COUNTS)
    assert seconds_left(COSTS, TUNED, COUNTS, Stage.WEIGHTS, 0) == pytest.approx(told.seconds)
    evaluation = 3.0 + 50 * 0.02 + 0.2 + 100 * 0.01 + ASIDE  # 50 judged, 100 remembered
    assert seconds_left(COSTS, TUNED, COUNTS, Stage.FINE_TUNE, 800) == pytest.approx(evaluation)


def test_the_time_left_falls_with_every_picture_of_fine_tuning():
    left = [seconds_left(COSTS, TUNED, COUNTS, Stage.FINE_TUNE, done) for done in range(0, 801, 50)]
    assert left == sorted(left, reverse=True)
    half = seconds_left(COSTS, TUNED, COUNTS, Stage.FINE_TUNE, 750)
    last = seconds_left(COSTS, TUNED, COUNTS, Stage.FINE_TUNE, 700)
    end = seconds_left(COSTS, TUNED, COUNTS, Stage.FINE_TUNE, 800)
    assert half - end == pytest.approx((last - end) / 2)


def test_progress_over_pictures_counts_those_that_were_known_before():
    counts = replace(COUNTS, pixels_missing=50, features_missing=150)
    whole = seconds_left(COSTS, HEAD_ONLY, counts, Stage.PIXELS, 100)
    assert whole - seconds_left(COSTS, HEAD_ONLY, counts, Stage.PIXELS, 125) == pytest.approx(25 * 0.01)
    assert seconds_left(COSTS, HEAD_ONLY, counts, Stage.PIXELS, 0) == pytest.approx(whole)
