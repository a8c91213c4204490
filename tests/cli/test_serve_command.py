"""`sightsmith serve`: where it listens, what it refuses, and how it ends."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import uvicorn

from core.cli import main, serve_command
from core.cli.serve_command import check_address, listening
from core.domain.errors import ConfigError
from core.domain.hosts import is_local
from core.service.bounds import allowed
from tests.ui.fake_share import package


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_on_this_computer_no_token_is_needed(host: str):
    assert is_local(host)
    check_address(host, 8700, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", "", "localhost.example.org"])  # noqa: S104
def test_others_may_not_reach_it_without_a_token(host: str):
    with pytest.raises(ConfigError, match="anyone could ask the model"):
        check_address(host, 8700, None)
    check_address(host, 8700, "secret")


@pytest.mark.parametrize("token", ["", "two words", "gehéim", "line\nbreak"])
def test_a_token_that_cannot_be_shown_is_refused(token: str):
    with pytest.raises(ConfigError, match="token"):
        check_address("localhost", 8700, token)


def test_a_port_that_is_none_is_refused():
    with pytest.raises(ConfigError, match="no port 70000"):
        check_address("localhost", 70_000, None)


@pytest.mark.parametrize("shown", [None, "", "Secret", "secret ", "sécret", "\udcff"])
def test_only_the_very_token_opens(shown: str | None):
    assert not allowed("secret", shown)
    assert allowed("secret", "secret")
    assert allowed(None, shown)


def test_a_taken_port_is_told_with_what_to_do():
    with (
        listening("127.0.0.1", 0) as first,
        pytest.raises(ConfigError, match=r"cannot be used.*--port"),
    ):
        listening("127.0.0.1", first.getsockname()[1])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[socket.socket]:
    """The sockets that were listened on; the model is made up, and the user stops it at once."""
    found: list[socket.socket] = []

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        found.extend(sockets)
        raise KeyboardInterrupt

    monkeypatch.setattr(uvicorn.Server, "run", run)
    monkeypatch.setattr(serve_command, "_loaded", lambda studio, run: (object(), package().info))
    return found


def test_says_where_it_answers_and_ends_well_when_stopped(
    asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Stopping it is the only way to end it, so that is no failure."""
    assert main(["serve", "r", "--port", "0", "--home", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "answers at http://127.0.0.1:" in said
    assert "/docs. Stop it with Ctrl+C." in said
    (listener,) = asked
    assert listener.fileno() == -1  # closed


def test_a_package_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["serve", str(tmp_path / "m.sightsmith"), "--home", str(tmp_path)]) == 2
    assert "There is no file" in capsys.readouterr().err
