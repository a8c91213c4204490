"""Presets become settings that fit the pictures, and refuse what cannot be learnt from."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.domain.choices import Augmentation, Balance, Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Sample, Split
from core.domain.errors import DatasetError
from core.domain.forecast import Forecast
from core.domain.outlook import Outlook
from core.domain.preprocess import ResizeMode
from core.domain.report import Interval
from core.domain.safety import ResizeAdvice
from core.models.zoo import spec_of
from core.training.cost import estimate
from core.training.plan import plan, plan_in_words, require_trainable, why_not_trainable, within
from tests.training.test_cost import COSTS, COUNTS

LITE0 = spec_of("efficientnet_lite0")


def dataset(sizes: dict[str, int], *, side: int = 500, splits: tuple[Split, ...] = tuple(Split)) -> Dataset:
    samples = tuple(
        Sample(
            path=f"{name}/{i}.png",
            sha256=f"{name}{i}",
            width=side,
            height=side // 2,
            label=name,
            split=splits[i % len(splits)],
        )
        for name, count in sizes.items()
        for i in range(count)
    )
    return Dataset(
        id="d",
        project_id="p",
        version=1,
        classes=tuple(sizes),
        samples=samples,
        fingerprint="f",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("preset", list(Preset))
@pytest.mark.parametrize("count", [3, 30, 3000])
def test_every_preset_gives_settings_that_can_work(preset: Preset, count: int):
    assert plan(preset, dataset({"cat": count, "dog": count}), LITE0).problems() == ()


def test_quick_trains_the_head_only():
    config = plan(Preset.QUICK, dataset({"cat": 30, "dog": 30}), LITE0)
    assert config.fine_tune_blocks == 0
    assert config.augmentation == Augmentation.NONE


@pytest.mark.parametrize("side", [20, 500])
def test_quick_uses_the_size_at_which_the_features_are_known_already(side: int):
    assert plan(Preset.QUICK, dataset({"a": 9, "b": 9}, side=side), LITE0).image_size == LITE0.image_size


def test_best_fine_tunes_more_than_balanced():
    pictures = dataset({"cat": 300, "dog": 300})
    balanced, best = (plan(preset, pictures, LITE0) for preset in (Preset.BALANCED, Preset.BEST))
    assert 0 < balanced.fine_tune_blocks < best.fine_tune_blocks
    assert balanced.fine_tune_epochs < best.fine_tune_epochs


@pytest.mark.parametrize(("side", "size"), [(8, 64), (40, 96), (64, 128), (110, 224), (500, 224)])
def test_small_pictures_are_not_blown_up_more_than_twice(side: int, size: int):
    pictures = dataset({"cat": 30, "dog": 30}, side=side)
    for preset in (Preset.BALANCED, Preset.BEST):
        assert plan(preset, pictures, LITE0).image_size == size


@pytest.mark.parametrize(("each", "batch"), [(3, 4), (60, 4), (120, 8), (200, 16), (400, 32), (9_000, 32)])
def test_an_epoch_has_eight_steps_where_there_are_pictures_for_them(each: int, batch: int):
    """A third of the pictures of both classes is learnt from."""
    assert plan(Preset.BALANCED, dataset({"cat": each, "dog": each}), LITE0).batch_size == batch


def test_where_hardly_a_mistake_is_left_fine_tuning_is_gentle():
    pictures = dataset({"cat": 30, "dog": 30})
    sure, unsure = (
        plan(Preset.BALANCED, pictures, LITE0, outlook=outlook_with(accuracy)) for accuracy in (0.99, 0.9)
    )
    assert sure.fine_tune_learning_rate == unsure.fine_tune_learning_rate / 2
    assert sure.fine_tune_epochs < unsure.fine_tune_epochs
    assert unsure.fine_tune_learning_rate == TrainConfig().fine_tune_learning_rate


def outlook_with(accuracy: float) -> Outlook:
    share = Interval(value=accuracy, low=accuracy - 0.01, high=min(1.0, accuracy + 0.005))
    return Outlook(
        resize=ResizeAdvice(
            mode=ResizeMode.SQUASH, reason="", pictures=60, losing=0, worst=(), worst_share=0.0
        ),
        forecasts=((LITE0.key, Forecast(pictures=60, series=60, test_pictures=20, accuracy=share)),),
    )


def test_rare_classes_get_more_weight_only_when_they_are_rare():
    assert plan(Preset.QUICK, dataset({"cat": 300, "dog": 30}), LITE0).balance is Balance.WEIGHTS
    assert plan(Preset.QUICK, dataset({"cat": 300, "dog": 200}), LITE0).balance is Balance.NONE


@pytest.mark.parametrize(
    ("pictures", "reason"),
    [
        (None, "no pictures yet"),
        (dataset({"cat": 9}), "only one class (cat)"),
        (
            dataset({"cat": 9, "dog": 1}, splits=(Split.TEST, Split.TRAIN, Split.VALIDATION)),
            "learn from in: dog",
        ),
        (dataset({"cat": 9, "dog": 9}, splits=(Split.TRAIN, Split.TEST)), "each class needs at least 3"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused_with_the_reason(pictures: Dataset | None, reason: str):
    assert reason in (why_not_trainable(pictures) or "")
    with pytest.raises(DatasetError):
        require_trainable(pictures)


def test_enough_pictures_are_not_refused():
    assert why_not_trainable(dataset({"cat": 9, "dog": 9})) is None


def test_the_plan_is_told_in_words():
    told = plan_in_words(
        TrainConfig(fine_tune_blocks=3, fine_tune_epochs=5, fine_tune_learning_rate=3e-4), LITE0
    )
    assert "EfficientNet-Lite0" in told
    assert (
        f"fine-tunes the last 3 of {len(LITE0.blocks)} blocks for up to 5 epochs at a learning rate of 0.0003"
        in told
    )
    assert "The backbone itself stays as it is." in plan_in_words(TrainConfig(), LITE0)


def test_smaller_first_pictures_are_told_where_pixels_are_learnt_from():
    growing = TrainConfig(fine_tune_blocks=20, fine_tune_epochs=5, first_size=0.6)
    grown = "The first pictures are smaller, 128 pixels, and grow to their full size."
    assert grown in plan_in_words(growing, LITE0)
    assert grown in plan_in_words(replace(growing, fine_tune_blocks=3, cutmix=1.0), LITE0)
    assert "smaller" not in plan_in_words(replace(growing, fine_tune_blocks=3), LITE0)
    assert "smaller" not in plan_in_words(replace(growing, first_size=1.0), LITE0)


def test_a_limit_takes_epochs_away_and_time_left_over_goes_to_trying_ways():
    config = TrainConfig(fine_tune_blocks=2, fine_tune_epochs=8)
    whole = estimate(COSTS, config, COUNTS).seconds
    shorter = within(0.7 * whole, config, COSTS, COUNTS, search=True)
    assert shorter is not None
    assert 2 <= shorter.fine_tune_epochs < 8
    assert estimate(COSTS, shorter, COUNTS).seconds <= 0.7 * whole
    assert within(whole + 600, config, COSTS, COUNTS, search=False) == config
    searching = within(whole + 600, config, COSTS, COUNTS, search=True)
    assert searching is not None
    assert (searching.search_minutes, searching.fine_tune_epochs) == (8, 8)
    assert within(whole + 60, config, COSTS, COUNTS, search=True) == config
    assert within(1e-6, config, COSTS, COUNTS, search=True) is None
    from_nothing = replace(config, pretrained=False)
    assert within(whole + 6000, from_nothing, COSTS, COUNTS, search=True) == from_nothing
