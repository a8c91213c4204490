from __future__ import annotations

import pytest

from core.domain.choices import Optimizer
from core.domain.config import TrainConfig
from core.domain.errors import StoreError
from core.store.workspace import Workspace

SGD = TrainConfig(optimizer=Optimizer.SGD, head_learning_rate=0.01)


def test_a_set_comes_back_as_it_was_kept(workspace: Workspace):
    kept = workspace.settings_sets.keep("  Slow and steady ", SGD)
    assert kept.name == "Slow and steady"
    assert workspace.settings_sets.all() == (kept,)
    assert workspace.settings_sets.all()[0].config == SGD


def test_the_newest_comes_first_and_the_same_name_replaces(workspace: Workspace):
    sets = workspace.settings_sets
    sets.keep("one", TrainConfig())
    sets.keep("two", TrainConfig())
    sets.keep("one", SGD)
    assert [one.name for one in sets.all()] == ["one", "two"]
    assert sets.all()[0].config == SGD


def test_a_set_is_thrown_away(workspace: Workspace):
    workspace.settings_sets.keep("one", TrainConfig())
    workspace.settings_sets.remove("one")
    workspace.settings_sets.remove("never kept")
    assert workspace.settings_sets.all() == ()


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_must_be_one(workspace: Workspace, name: str):
    with pytest.raises(StoreError, match="1 to 100 characters"):
        workspace.settings_sets.keep(name, TrainConfig())
