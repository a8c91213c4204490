"""Settings read from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.errors import ConfigError
from core.settings import Settings


def test_home_given_wins_over_the_environment(tmp_path: Path):
    environ = {"SIGHTSMITH_HOME": str(tmp_path / "one"), "SIGHTSMITH_WEIGHTS": str(tmp_path / "weights")}
    assert Settings.from_environment(environ).home == tmp_path / "one"
    settings = Settings.from_environment(environ, home=tmp_path / "two")
    assert (settings.home, settings.weights) == (tmp_path / "two", tmp_path / "weights")


def test_weights_lie_in_the_home_folder_unless_told_otherwise(tmp_path: Path):
    assert Settings.from_environment({}, home=tmp_path).weights == tmp_path / "weights"


@pytest.mark.parametrize(("text", "gigabytes"), [(None, 20), ("", 20), ("0.5", 0.5), ("7", 7)])
def test_caches_take_20_gigabytes_unless_told_otherwise(text: str | None, gigabytes: float, tmp_path: Path):
    environ = {} if text is None else {"SIGHTSMITH_CACHE_GB": text}
    assert Settings.from_environment(environ, home=tmp_path).cache_bytes == int(gigabytes * 1024**3)


@pytest.mark.parametrize("text", ["much", "0", "-1", "nan", "inf"])
def test_a_size_of_caches_that_is_none_is_refused(text: str, tmp_path: Path):
    with pytest.raises(ConfigError, match=f"SIGHTSMITH_CACHE_GB is '{text}'") as refused:
        Settings.from_environment({"SIGHTSMITH_CACHE_GB": text}, home=tmp_path)
    assert "gigabytes" in refused.value.hint


def test_the_network_is_prepared_ahead_unless_told_otherwise(tmp_path: Path):
    assert Settings.from_environment({}, home=tmp_path).prepare_ahead
    assert not Settings.from_environment({"SIGHTSMITH_PREPARE_AHEAD": "0"}, home=tmp_path).prepare_ahead
