"""The words of the command that makes room: `deleted`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Finish = Callable[..., None]  # adds what all commands know, and what is called


def add_deleted(commands: Commands, finish: Finish) -> None:
    """Add `deleted`."""
    deleted = commands.add_parser(
        "deleted", help="list what was deleted; bring it back, or remove it for good"
    )
    what = deleted.add_mutually_exclusive_group()
    what.add_argument("--bring-back", metavar="ID", help="the beginning of the id of a project or a run")
    what.add_argument("--remove", metavar="ID", help="for good, with what nothing else needs: no way back")
    finish(deleted, command=_deleted)


# Imported when it is used: `sightsmith --help` must not wait for PyTorch.


def _deleted(options: argparse.Namespace) -> int:
    from core.cli import deleted_command

    return deleted_command.deleted(
        bring_back=options.bring_back, remove=options.remove, home=options.home, as_json=options.json
    )
