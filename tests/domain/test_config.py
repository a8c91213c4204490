"""Settings explain themselves and refuse what cannot work, all at once."""

import dataclasses

import pytest

from core.domain.config import TrainConfig
from core.domain.errors import ConfigError
from core.domain.setting import settings_of


@pytest.mark.parametrize("name", ["dropout", "weight_decay", "label_smoothing"])
def test_what_an_exactly_fitted_head_leaves_out_says_so(name):
    """The head is fitted by L-BFGS by default, and these settings then changed nothing, without a word."""
    assert "in the head with AdamW; L-BFGS" in settings_of(TrainConfig)[name].help


def test_every_field_has_a_title_and_help():
    settings = settings_of(TrainConfig)
    assert list(settings) == [field.name for field in dataclasses.fields(TrainConfig)]
    assert all(setting.title and setting.help.endswith(".") for setting in settings.values())


def test_the_defaults_can_work():
    assert TrainConfig().problems() == ()


def test_all_problems_are_told_at_once():
    with pytest.raises(ConfigError) as told:
        TrainConfig(image_size=8, dropout=1.5, fine_tune_blocks=2).check()
    assert "Picture size is 8; the least is 64." in told.value.message
    assert "Dropout is 1.5; the most is 0.9." in told.value.message
    assert "fine-tuned, but for 0 epochs" in told.value.message


def test_nan_is_out_of_bounds():
    assert any("Learning rate" in p for p in TrainConfig(head_learning_rate=float("nan")).problems())


def test_ways_are_tried_only_where_there_is_something_to_start_from():
    from_nothing = TrainConfig(pretrained=False, fine_tune_blocks=2, fine_tune_epochs=2)
    assert from_nothing.problems() == ()
    searching = dataclasses.replace(from_nothing, search_minutes=5)
    assert searching.problems() == (
        "Several ways can only be tried where the network starts from what it knows.",
    )
