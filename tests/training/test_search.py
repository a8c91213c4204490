from __future__ import annotations

from core.domain.config import TrainConfig
from core.domain.run import Trial
from core.models.zoo import spec_of
from core.training.search import successive_halving, ways_to_try, with_backbone

PLANNED = TrainConfig(fine_tune_blocks=6, fine_tune_epochs=8)
SPEC = spec_of("efficientnet_lite0")


def tried(config: TrainConfig, epochs: int, loss: float | None) -> Trial:
    return Trial(
        backbone=config.backbone,
        fine_tune_blocks=config.fine_tune_blocks,
        fine_tune_learning_rate=config.fine_tune_learning_rate,
        epochs=epochs,
        val_loss=loss,
        val_accuracy=0.5,
        seconds=1.0,
    )


class Laboratory:
    """Knows how good each number of blocks is, and writes down what was tried."""

    def __init__(self, losses: dict[int, float | None], most: int = 99) -> None:
        self.losses, self.most = losses, most
        self.seen: list[tuple[int, int]] = []

    def attempt(self, config: TrainConfig, epochs: int) -> Trial:
        self.seen.append((config.fine_tune_blocks, epochs))
        return tried(config, epochs, self.losses[config.fine_tune_blocks])

    def enough(self) -> bool:
        return len(self.seen) >= self.most


def ways(*blocks: int) -> list[TrainConfig]:
    return [TrainConfig(fine_tune_blocks=number, fine_tune_epochs=4) for number in blocks]


def test_the_better_half_learns_again_for_twice_as_long_until_one_is_left():
    lab = Laboratory({1: 0.4, 2: 0.2, 3: 0.1, 4: 0.3})
    chosen = successive_halving(ways(1, 2, 3, 4), lab.attempt, enough=lab.enough)
    assert chosen.fine_tune_blocks == 3
    assert lab.seen == [(1, 1), (2, 1), (3, 1), (4, 1), (3, 2), (2, 2)]


def test_when_time_is_up_the_last_whole_round_decides():
    lab = Laboratory({1: 0.4, 2: 0.2, 3: 0.1, 4: 0.3}, most=5)
    assert successive_halving(ways(1, 2, 3, 4), lab.attempt, enough=lab.enough).fine_tune_blocks == 3


def test_without_a_whole_round_the_plan_stands():
    lab = Laboratory({1: 0.4, 2: 0.2}, most=1)
    assert successive_halving(ways(1, 2), lab.attempt, enough=lab.enough).fine_tune_blocks == 1


def test_a_way_that_destroyed_what_was_learnt_never_wins():
    lab = Laboratory({1: None, 2: 0.9})
    assert successive_halving(ways(1, 2), lab.attempt, enough=lab.enough).fine_tune_blocks == 2


def test_one_way_needs_no_trial():
    lab = Laboratory({})
    assert successive_halving(ways(5), lab.attempt, enough=lab.enough).fine_tune_blocks == 5
    assert lab.seen == []


def test_ways_lie_around_the_plan_and_none_comes_twice():
    other = TrainConfig(backbone="mobilenet_v2", fine_tune_blocks=5, fine_tune_epochs=8)
    found = ways_to_try(PLANNED, SPEC, [other, PLANNED])
    assert found[:2] == [PLANNED, other]
    assert len(found) == len(set(found))
    assert {way.fine_tune_blocks for way in found} == {4, 5, 6, 9}
    assert all(way.problems() == () for way in found)


def test_another_backbone_learns_as_large_a_share_of_itself_at_its_own_size():
    inception = spec_of("inception_v3")
    found = with_backbone(PLANNED, inception, SPEC)
    assert (found.backbone, found.image_size) == ("inception_v3", inception.image_size)
    assert found.fine_tune_blocks == round(len(inception.blocks) * 6 / 9)
    small = with_backbone(TrainConfig(image_size=64, fine_tune_blocks=9), inception, SPEC)
    assert (small.image_size, small.fine_tune_blocks) == (64, len(inception.blocks))
