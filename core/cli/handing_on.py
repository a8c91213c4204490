"""The words of the commands that hand a trained model on to others: `report` and `serve`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

LOCAL, PORT = "127.0.0.1", 8700

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Finish = Callable[..., None]  # adds what all commands know, and what is called


def add_report(commands: Commands, finish: Finish) -> None:
    """Add `report`."""
    report = commands.add_parser(
        "report", help="write what a trained run can do for people who were not there"
    )
    report.add_argument("run", metavar="RUN", help="its name, PROJECT / NAME, or the beginning of its id")
    report.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: a name made of the run's")
    report.add_argument("--without-pictures", action="store_true", help="show no picture, and name no file")
    report.add_argument("--card", action="store_true", help="a model card in Markdown instead of a page")
    finish(report, command=_report)


def add_serve(commands: Commands, finish: Finish) -> None:
    """Add `serve`."""
    serve = commands.add_parser("serve", help="answer other programs over HTTP until it is stopped")
    serve.add_argument(
        "run", metavar="RUN_OR_PACKAGE", help="a run's name or the beginning of its id, or a package file"
    )
    serve.add_argument("--host", default=LOCAL, help=f"default: {LOCAL}, this computer only")
    serve.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    serve.add_argument("--token", metavar="T", help="ask for this as a bearer token; needed for other hosts")
    finish(serve, command=_serve)


# Each command is imported when it is used: `sightsmith --help` must not wait for PyTorch.


def _report(options: argparse.Namespace) -> int:
    from core.cli import report_command

    return report_command.report(
        options.run,
        options.output,
        pictures=not options.without_pictures,
        card=options.card,
        home=options.home,
        as_json=options.json,
    )


def _serve(options: argparse.Namespace) -> int:
    from core.cli import serve_command

    return serve_command.serve(
        options.run, host=options.host, port=options.port, token=options.token, home=options.home
    )
