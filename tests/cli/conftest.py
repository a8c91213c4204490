"""One workspace for all commands: each looks at pictures with a backbone, which is got ready once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import knowing_engines


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return knowing_engines(tmp_path_factory.mktemp("home"))


@pytest.fixture(autouse=True)
def _usual_allocator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are run in the process of the tests, which goes on."""
    monkeypatch.setattr("core.cli.commands.keep_large_blocks", lambda: None)
