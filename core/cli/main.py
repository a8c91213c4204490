"""The words of the command line, and its exit codes: 0 done, 2 bad input, 1 anything else."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from core.cli.handing_on import add_report, add_serve
from core.cli.letters import let_all_through
from core.cli.making_room import add_deleted
from core.domain.certificate import ExportKind
from core.domain.choices import Preset
from core.domain.errors import AppError, ConfigError, DatasetError, PackageError, PictureError

FAILED, BAD_INPUT = 1, 2
DEFAULT_HOST, DEFAULT_PORT = "localhost", 8501


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say and return the exit code."""
    let_all_through(sys.stdout)
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    try:
        return int(options.command(options))
    except (DatasetError, ConfigError, PictureError, PackageError) as error:
        sys.stderr.write(f"sightsmith: {error}\n")
        return BAD_INPUT
    except AppError as error:
        sys.stderr.write(f"sightsmith: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write("sightsmith: stopped.\n")
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sightsmith", description="Turn your own pictures into a trustworthy image classifier."
    )
    parser.set_defaults(command=_app, host=DEFAULT_HOST, port=DEFAULT_PORT, no_browser=False, home=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_import(commands)
    _add_check(commands)
    _add_export(commands)
    _add_train(commands)
    _add_runs(commands)
    _add_resume(commands)
    _add_evaluate(commands)
    _add_predict(commands)
    _add_compare(commands)
    _add_review(commands)
    _add_pack(commands)
    _add_model_export(commands)
    add_report(commands, _add_common)
    add_serve(commands, _add_home)
    add_deleted(commands, _add_common)
    _add_app(commands)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add_import(commands: Commands) -> None:
    into = commands.add_parser("import", help="bring pictures in, and tell what is wrong with them")
    _add_data(into)
    place = into.add_mutually_exclusive_group()
    place.add_argument(
        "--name", metavar="NAME", help="the new project's name; else that of the file or folder"
    )
    place.add_argument("--into", metavar="PROJECT", help="add to this project, by its name or id")
    into.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="a CSV or a spreadsheet with file, class[, group][, split]; further columns are kept",
    )
    _add_common(into, command=_import)


def _add_check(commands: Commands) -> None:
    check = commands.add_parser("check", help="tell what is in a project's pictures, and what is wrong")
    _add_project(check)
    _add_common(check, command=_check)


def _add_export(commands: Commands) -> None:
    export = commands.add_parser("export", help="write a project's pictures as a zip, to import again")
    _add_project(export)
    export.add_argument("target", metavar="FILE.zip", type=Path)
    export.add_argument(
        "--without-camera-data",
        action="store_true",
        help="leave out what cameras wrote into the files: place, time, owner",
    )
    _add_home(export, command=_export)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data", metavar="DATA", help="a zip, a folder, or sample:NAME for built-in pictures (sample:digits)"
    )


def _add_project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help="the project's name, or the beginning of its id")


def _add_train(commands: Commands) -> None:
    train = commands.add_parser("train", help="train a classifier on pictures, or on those of a project")
    train.add_argument(
        "data",
        metavar="DATA",
        help="a zip, a folder, sample:NAME for built-in pictures, or a project's name or id",
    )
    train.add_argument("--labels", type=Path, metavar="FILE", help="a CSV with file, class[, group][, split]")
    train.add_argument("--preset", type=Preset, choices=list(Preset), help="default: balanced")
    train.add_argument("--backbone", metavar="KEY", help="default: efficientnet_lite0")
    train.add_argument("--seed", type=int, help="default: 0, or that of the settings")
    train.add_argument("--config", type=Path, metavar="FILE", help="settings kept as a file (TOML)")
    _add_common(train, command=_train)


def _add_runs(commands: Commands) -> None:
    _add_common(commands.add_parser("runs", help="list the training runs"), command=_runs)


def _add_resume(commands: Commands) -> None:
    resume = commands.add_parser("resume", help="go on with a training run that was paused or interrupted")
    resume.add_argument("run", metavar="RUN", help="its name, PROJECT / NAME, or the beginning of its id")
    _add_common(resume, command=_resume)


def _add_evaluate(commands: Commands) -> None:
    evaluate = commands.add_parser("evaluate", help="tell how good a trained run is, also on other pictures")
    evaluate.add_argument("run", metavar="RUN", help="its name, PROJECT / NAME, or the beginning of its id")
    once_more = evaluate.add_mutually_exclusive_group()
    once_more.add_argument(
        "--on", metavar="DATA", help="judge it on this zip or folder as well; its first result stays"
    )
    once_more.add_argument(
        "--in-turn", action="store_true", help="judge all its pictures by models that have not seen them"
    )
    once_more.add_argument(
        "--unseen",
        metavar="ORIGIN",
        help="judge all by models that have seen none of the same origin: a column's title, folder or camera",
    )
    evaluate.add_argument("--labels", type=Path, metavar="FILE", help="a CSV with file, class for --on")
    _add_common(evaluate, command=_evaluate)


def _add_predict(commands: Commands) -> None:
    predict = commands.add_parser("predict", help="ask a trained run about a picture or a folder of them")
    predict.add_argument(
        "run", metavar="RUN", help="a run's name or the beginning of its id, or a package file"
    )
    predict.add_argument("pictures", metavar="PICTURE_OR_FOLDER", type=Path)
    predict.add_argument("--csv", type=Path, metavar="FILE", help="write the answers as a table")
    predict.add_argument(
        "--sort-into", type=Path, metavar="FOLDER", help="copy the pictures to a new folder, sorted by answer"
    )
    _add_common(predict, command=_predict)


def _add_compare(commands: Commands) -> None:
    compare = commands.add_parser("compare", help="tell whether a training run is better than an earlier one")
    for place, meaning in (("before", "earlier"), ("after", "later")):
        words = f"the {meaning} run: its name, PROJECT / NAME, or the beginning of its id"
        compare.add_argument(place, metavar="RUN", help=words)
    _add_common(compare, command=_compare)


def _add_review(commands: Commands) -> None:
    review = commands.add_parser(
        "review", help="tell which labels are probably wrong, and whose the mistakes are"
    )
    review.add_argument("run", metavar="RUN", help="its name, PROJECT / NAME, or the beginning of its id")
    review.add_argument("--csv", type=Path, metavar="FILE", help="write the list to review as a table")
    review.add_argument("--verdicts", type=Path, metavar="FILE", help="take over such a table, filled in")
    review.add_argument("--reviewer", metavar="NAME", default="", help="who filled it in")
    _add_common(review, command=_review)


def _add_pack(commands: Commands) -> None:
    pack = commands.add_parser(
        "pack", help="write a trained model as a package that Sightsmith reads anywhere"
    )
    pack.add_argument("run", metavar="RUN", help="its name, PROJECT / NAME, or the beginning of its id")
    pack.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: a name made of the run's")
    _add_common(pack, command=_pack)


def _add_model_export(commands: Commands) -> None:
    export = commands.add_parser("model-export", help="write a trained model for other programs, and try it")
    export.add_argument("run", metavar="RUN", help="its name, PROJECT / NAME, or the beginning of its id")
    kinds = [kind.value for kind in ExportKind]
    export.add_argument("--as", dest="kind", required=True, choices=kinds, help="the form")
    export.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: a name made of the run's")
    export.add_argument(
        "--without-pictures", action="store_true", help="leave the pictures to verify it by out"
    )
    _add_common(export, command=_model_export)


def _add_app(commands: Commands) -> None:
    app = commands.add_parser("app", help="start the app in the browser (what happens without a command)")
    app.add_argument(
        "--host",
        default=DEFAULT_HOST,
        help="address to listen on (default: this computer only); there is no password",
    )
    app.add_argument("--port", type=int, default=DEFAULT_PORT)
    app.add_argument("--no-browser", action="store_true", help="do not open the browser")
    _add_home(app, command=_app)


def _add_common(parser: argparse.ArgumentParser, *, command: object) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    _add_home(parser, command=command)


def _add_home(parser: argparse.ArgumentParser, *, command: object) -> None:
    parser.add_argument("--home", type=Path, metavar="DIR", help="the workspace folder")
    parser.set_defaults(command=command)


# Each command is imported when it is used: `sightsmith --help` must not wait for PyTorch.


def _import(options: argparse.Namespace) -> int:
    from core.cli import picture_commands

    return picture_commands.import_pictures(
        options.data,
        name=options.name,
        labels=options.labels,
        into=options.into,
        home=options.home,
        as_json=options.json,
    )


def _check(options: argparse.Namespace) -> int:
    from core.cli import picture_commands

    return picture_commands.check(options.project, home=options.home, as_json=options.json)


def _export(options: argparse.Namespace) -> int:
    from core.cli import picture_commands

    return picture_commands.export(
        options.project,
        options.target,
        camera_data=not options.without_camera_data,
        home=options.home,
    )


def _train(options: argparse.Namespace) -> int:
    from core.cli import commands

    return commands.train(
        options.data,
        commands.Wanted(
            preset=options.preset, backbone=options.backbone, seed=options.seed, file=options.config
        ),
        labels=options.labels,
        home=options.home,
        as_json=options.json,
    )


def _runs(options: argparse.Namespace) -> int:
    from core.cli import commands

    return commands.runs(home=options.home, as_json=options.json)


def _resume(options: argparse.Namespace) -> int:
    from core.cli import commands

    return commands.resume(options.run, home=options.home, as_json=options.json)


def _evaluate(options: argparse.Namespace) -> int:
    from core.cli import evaluate

    once_more = evaluate.OnceMore(
        on=options.on, labels=options.labels, in_turn=options.in_turn, unseen=options.unseen
    )
    return evaluate.evaluate(options.run, once_more, home=options.home, as_json=options.json)


def _predict(options: argparse.Namespace) -> int:
    from core.cli import commands

    return commands.predict(
        options.run,
        options.pictures,
        csv_file=options.csv,
        sort_into=options.sort_into,
        home=options.home,
        as_json=options.json,
    )


def _compare(options: argparse.Namespace) -> int:
    from core.cli import compare_command

    return compare_command.compare_runs(
        options.before, options.after, home=options.home, as_json=options.json
    )


def _review(options: argparse.Namespace) -> int:
    from core.cli import review_command

    return review_command.review(
        options.run,
        verdicts=options.verdicts,
        reviewer=options.reviewer,
        csv_file=options.csv,
        home=options.home,
        as_json=options.json,
    )


def _pack(options: argparse.Namespace) -> int:
    from core.cli import share

    return share.pack(options.run, options.output, home=options.home, as_json=options.json)


def _model_export(options: argparse.Namespace) -> int:
    from core.cli import share

    return share.model_export(
        options.run,
        ExportKind(options.kind),
        options.output,
        pictures=not options.without_pictures,
        home=options.home,
        as_json=options.json,
    )


def _app(options: argparse.Namespace) -> int:
    from core.cli.app_command import app

    return app(options.host, options.port, browser=not options.no_browser, home=options.home)
