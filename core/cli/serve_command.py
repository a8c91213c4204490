"""The command that answers other programs over HTTP."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from core.cli.asking import DONE, find_run, opened_studio, say
from core.cli.share import is_package
from core.domain.errors import ConfigError
from core.domain.hosts import LOCAL_NAMES, is_local
from core.domain.package import PackageInfo
from core.service.app import create_app
from core.sharing.package import read_info

if TYPE_CHECKING:
    from core.jobs.studio import Studio
    from core.sharing.predictor import Predictor

_SECONDS_IDLE = 5  # a connection without a question is kept so long
_LAST_PORT = 65_535


def serve(run: str, *, host: str, port: int, token: str | None, home: Path | None) -> int:
    """Answer until it is stopped; RUN may be a package file.

    Raises:
        ConfigError: others could reach it without a token, or the address cannot be used.
    """
    check_address(host, port, token)
    with opened_studio(home) as studio:
        model, info = _loaded(studio, run)
    with listening(host, port) as listener:
        names = ("*",) if token else (*LOCAL_NAMES, host)
        app = create_app(model, info, token=token, host_names=names)
        _say_where(info, host, listener.getsockname()[1])
        config = uvicorn.Config(
            app, log_level="warning", server_header=False, timeout_keep_alive=_SECONDS_IDLE
        )
        with suppress(KeyboardInterrupt):  # the way to end it
            uvicorn.Server(config).run(sockets=[listener])
    return DONE


def _say_where(info: PackageInfo, host: str, port: int) -> None:
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    say(f"{info.name} ({len(info.classes)} classes) answers at http://{shown}:{port}/predict")
    say(f"How to ask: http://{shown}:{port}/docs. Stop it with Ctrl+C.")
    sys.stdout.flush()  # also where it goes into a file: nothing more may come for days


def check_address(host: str, port: int, token: str | None) -> None:
    """Raise ConfigError for an address that is none, or that others reach while no token is asked for."""
    if token is not None and len(token) < 1:
        raise ConfigError("The token is empty.", hint="Give one of letters and digits, or leave --token out.")
    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise ConfigError(
            "A token of other letters than those of ASCII cannot be sent.", hint="Take letters and digits."
        )
    if not 0 <= port <= _LAST_PORT:
        raise ConfigError(f"There is no port {port}.", hint=f"Choose one from 1 to {_LAST_PORT:,}.")
    if token is None and not is_local(host):
        raise ConfigError(
            f"Others can reach {host}, and anyone could ask the model.",
            hint="Give --token with a long word of your own, or leave --host away for this computer only.",
        )


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; ConfigError where that cannot be."""
    try:
        family = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family)
        try:
            if os.name != "nt":  # there it would let two programs share a port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host.strip("[]"), port))
            listener.listen()
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise ConfigError(
            f"{host}, port {port} cannot be used: {error.strerror or error}.",
            hint="Choose another one with --port.",
        ) from error
    return listener


def _loaded(studio: Studio, run: str) -> tuple[Predictor, PackageInfo]:
    if is_package(run):
        package = Path(run).expanduser()
        return studio.answerer_of_file(package), read_info(package)
    chosen = find_run(studio, run)
    return studio.answerer(chosen.id), studio.about(chosen.id)
