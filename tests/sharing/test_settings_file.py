"""Settings come back from their file as they were; a file that cannot be used says everything at once."""

from __future__ import annotations

import contextlib
import tomllib
from dataclasses import fields, replace
from enum import StrEnum
from typing import get_type_hints

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.domain.choices import HeadSolver, Optimizer
from core.domain.config import TrainConfig
from core.domain.errors import ConfigError
from core.domain.setting import Group, settings_of
from core.models.zoo import SPECS
from core.sharing.settings_file import from_toml, to_toml

NAMES = [field.name for field in fields(TrainConfig)]
TYPES = get_type_hints(TrainConfig)


def of_field(name: str) -> st.SearchStrategy:
    setting, kind = settings_of(TrainConfig)[name], TYPES[name]
    if name == "backbone":
        return st.sampled_from([spec.key for spec in SPECS])
    if kind is bool or issubclass(kind, StrEnum):
        return st.sampled_from(list(kind) if issubclass(kind, StrEnum) else [False, True])
    if kind is int:
        return st.integers(int(setting.low), int(setting.high))
    return st.floats(setting.low, setting.high)


def values_of_all() -> st.SearchStrategy[TrainConfig]:
    return st.fixed_dictionaries({name: of_field(name) for name in NAMES}).map(lambda v: TrainConfig(**v))


def agreeing(config: TrainConfig) -> TrainConfig:
    """Return the settings with what contradicts each other put right."""
    tuned = config.fine_tune_blocks > 0 or not config.pretrained
    return replace(
        config,
        fine_tune_blocks=max(1, config.fine_tune_blocks) if tuned else 0,
        fine_tune_epochs=max(1, config.fine_tune_epochs) if tuned else 0,
        head_solver=HeadSolver.ADAMW if config.hidden_units else config.head_solver,
        head_views=config.head_views if config.varies else 1,
    )


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        from_toml(text, name="bolts.toml")
    return caught.value


@given(values_of_all().map(agreeing))
@settings(deadline=None)
def test_every_valid_config_comes_back_as_it_was(config):
    assume(not config.problems())
    assert from_toml(to_toml(config), name="x") == config


@given(values_of_all())
@settings(deadline=None)
def test_a_config_that_cannot_work_comes_back_with_all_its_problems(config):
    if problems := config.problems():
        message = refused(to_toml(config)).message
        assert all(problem in message for problem in problems)


@given(
    st.text(max_size=60)
    | st.sampled_from(NAMES).flatmap(lambda n: st.text(max_size=9).map(f"{n} = {{}}".format))
)
@settings(deadline=None)
def test_whatever_the_file_holds_it_is_read_or_refused(text):
    with contextlib.suppress(ConfigError):
        assert not from_toml(text, name="x").problems()


def test_every_setting_is_written_with_its_title_help_and_group():
    written = to_toml(TrainConfig())
    assert list(tomllib.loads(written)) == NAMES
    flowing = written.replace("\n# ", " ")
    for setting in settings_of(TrainConfig).values():
        assert f"{setting.title}. {setting.help}" in flowing
    assert [line for line in written.splitlines() if line.startswith("# ----")] == [
        f"# ---- {group} ----" for group in Group
    ]


def test_a_setting_stands_below_its_meaning():
    written = to_toml(TrainConfig(image_size=256, optimizer=Optimizer.SGD, fine_tune_learning_rate=1e-05))
    assert (
        "# Picture size. Pixels per side that the network sees. Larger shows finer detail and takes longer.\n"
        "# From 64 to 512, a whole number.\n"
        "image_size = 256\n" in written
    )
    assert '# Is one of "adamw", "sgd".\noptimizer = "sgd"\n' in written
    assert "\nfine_tune_learning_rate = 1e-05\n" in written


def test_the_file_says_what_it_is_and_how_to_use_it():
    written = to_toml(TrainConfig())
    assert written.startswith("# Settings of one Sightsmith training run.\n")
    assert "sightsmith train PROJECT --config FILE" in written


def test_what_is_left_out_takes_its_default():
    assert from_toml("seed = 7", name="x") == TrainConfig(seed=7)
    assert from_toml("", name="x") == TrainConfig()


def test_a_whole_number_will_do_where_any_number_is_asked_for():
    config = from_toml("dropout = 0\nlayer_decay = 1", name="x")
    assert isinstance(config.dropout, float)
    assert config == TrainConfig(dropout=0.0, layer_decay=1.0)


def test_a_byte_order_mark_and_windows_line_ends_are_read_over():
    assert from_toml("\ufeffseed = 7\r\nmirror = true\r\n", name="x") == TrainConfig(seed=7, mirror=True)


def test_every_problem_is_named_at_once():
    problem = refused(
        'drop_out = 0.3\nhead_solver = "lbgfs"\nmirror = 1\nimage_size = 224.5\nseed = true\n'
        'backbone = "resnet 50"\nhidden_units = 4096\nmixup = "a lot"\n'
    )
    assert problem.message == (
        "The settings in bolts.toml cannot be used. "
        "There is no setting 'drop_out'. Did you mean 'dropout'? "
        "head_solver is 'lbgfs'; it must be one of \"lbfgs\", \"adamw\". Did you mean 'lbfgs'? "
        "mirror is 1; it must be true or false. "
        "image_size is 224.5; it must be a whole number. "
        "seed is true; it must be a whole number. "
        "There is no backbone called 'resnet 50'. Did you mean 'resnet50'? "
        "mixup is 'a lot'; it must be a number. "
        "Hidden units in the head is 4096; the most is 1024."
    )
    assert problem.hint == "Change the file and load it again."


def test_contradictions_are_told_as_the_form_tells_them():
    assert "Blocks are set to be fine-tuned, but for 0 epochs." in refused("fine_tune_blocks = 3").message


@pytest.mark.parametrize("blocks", ["fine_tune_block = 3", 'fine_tune_blocks = "three"'])
def test_a_mistyped_setting_is_not_told_a_second_time_as_a_contradiction(blocks):
    """Its default of 0 blocks clashes with 6 epochs, but nobody asked for 0 blocks."""
    message = refused(f"{blocks}\nfine_tune_epochs = 6").message
    assert "no block is to be fine-tuned" not in message


def test_a_contradiction_that_no_correction_could_mend_is_told_beside_the_mistake():
    message = refused('optimiser = "sgd"\nfine_tune_epochs = 6').message
    assert "Did you mean 'optimizer'?" in message
    assert "Epochs of fine-tuning are set, but no block is to be fine-tuned." in message


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e300"])
def test_numbers_that_are_none_are_out_of_bounds(value):
    assert "Dropout is" in refused(f"dropout = {value}").message


@pytest.mark.parametrize("digits", ["9" * 30, "0x" + "f" * 5000, "9" * 5000])
def test_a_number_of_too_many_digits_is_said_plainly(digits):
    assert "too many digits" in refused(f"seed = {digits}").message
    assert "too many digits" in refused(f"dropout = {digits}").message


@pytest.mark.parametrize("value", ["1979-05-27", "[1, 2]", "{ a = 1 }", "07:32:00"])
def test_values_of_kinds_that_no_setting_has(value):
    for name, words in (("seed", "a whole number"), ("mirror", "true or false"), ("output", "one of")):
        assert f"it must be {words}" in refused(f"{name} = {value}").message


def test_sections_are_not_used():
    message = refused("[head]\ndropout = 0.1\n").message
    assert "There are no sections such as [head]: settings stand one below the other." in message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seed = 1\nmirror = True\n", 2),
        ("seed 1", 1),
        ("seed = 1\nseed = 2", 2),
        ('\n\nbackbone = "resnet', 3),
    ],
)
def test_a_file_that_is_not_toml_names_the_line(text, line):
    problem = refused(text)
    assert problem.message.startswith(
        f"bolts.toml is not a file of settings (TOML): line {line} cannot be read. "
    )
    assert "setting = value" in problem.hint


def test_brackets_without_end_are_refused():
    assert refused("seed = " + "[" * 50_000).message.endswith("it has too many brackets.")
