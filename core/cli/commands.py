"""The commands about training: each asks the studio, as a screen would."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.cli.as_json import result_of, run_line
from core.cli.asking import (
    DONE,
    SAMPLE,
    find_run,
    import_data,
    known_project,
    opened_studio,
    say,
    say_json,
    written,
)
from core.cli.share import is_package
from core.cli.terminal import follow
from core.data.label_cell import as_cell
from core.data.scan import walk
from core.domain.choices import Preset
from core.domain.config import DEFAULT_BACKBONE, TrainConfig
from core.domain.errors import AppError, ConfigError, DatasetError, RunError
from core.domain.project import Project
from core.domain.report import Answer
from core.domain.run import Run
from core.domain.trying import Tried
from core.evaluation.answer_words import said
from core.evaluation.words import headline
from core.jobs.memory import keep_large_blocks
from core.jobs.studio import Studio
from core.models.zoo import spec_of
from core.sharing.settings_file import from_toml
from core.sharing.sorted_pictures import write_sorted_folder
from core.sharing.tables import as_csv


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to train, as it was asked for: a preset, or the settings of a file."""

    preset: Preset | None = None
    backbone: str | None = None
    seed: int | None = None
    file: Path | None = None


def train(data: str, wanted: Wanted, *, labels: Path | None = None, home: Path | None, as_json: bool) -> int:
    """Train on a project, or import DATA as a new one and train on that; tell the result."""
    keep_large_blocks()
    # what is wrong with the settings is told before anything is imported
    settings = None if wanted.file is None else _settings_of(wanted, wanted.file)
    backbone = wanted.backbone or DEFAULT_BACKBONE
    spec_of(backbone)
    with opened_studio(home) as studio:
        project = _project_of(studio, data, labels)
        preset = None if settings else wanted.preset or Preset.BALANCED
        config = settings or studio.plan(
            preset or Preset.BALANCED, project.id, backbone=backbone, seed=wanted.seed or 0
        )
        run = studio.start_run(project.id, config, preset=preset, token=uuid.uuid4().hex)
        _follow_to_the_end(studio, run, as_json=as_json)
    return DONE


def resume(run: str, *, home: Path | None, as_json: bool) -> int:
    """Go on with a run that was paused or interrupted, and tell the result."""
    keep_large_blocks()
    with opened_studio(home) as studio:
        going = studio.resume(find_run(studio, run).id)
        _follow_to_the_end(studio, going, as_json=as_json)
    return DONE


def runs(*, home: Path | None, as_json: bool) -> int:
    """List all training runs, newest first within each project."""
    with opened_studio(home) as studio:
        lines = [run_line(studio, run) for run in studio.runs()]
    if as_json:
        say_json({"runs": lines})
        return DONE
    for line in lines:
        accuracy = "" if line["accuracy"] is None else f"{line['accuracy']:.1%}"
        say(f"{line['run_id'][:8]}  {line['status']:<12} {accuracy:>6}  {line['project']} / {line['name']}")
    if not lines:
        say("No training run yet. Start one with: sightsmith train DATA")
    return DONE


def predict(
    run: str,
    pictures: Path,
    *,
    csv_file: Path | None,
    sort_into: Path | None,
    home: Path | None,
    as_json: bool,
) -> int:
    """Answer for a picture or for every picture of a folder; RUN may be a package file.

    ``sort_into`` is a new folder that gets a copy of each, in a folder per answer.
    """
    _check_places(pictures, sort_into)
    with opened_studio(home) as studio:
        package = Path(run).expanduser() if is_package(run) else None
        run_id = "" if package else find_run(studio, run).id
        answerer = studio.answerer_of_file(package) if package else studio.answerer(run_id)
        named = _named(pictures)
        outcomes = list(answerer.answer(named))
    answers = [o for o in outcomes if isinstance(o, Answer)]
    unread = [o for o in outcomes if isinstance(o, AppError)]
    for error in unread:
        sys.stderr.write(f"left out: {error.message}\n")
    if not answers:
        raise DatasetError(f"No picture could be read in {pictures}.", hint="Choose another file or folder.")
    if sort_into is not None:
        places = dict(named)
        tried = [Tried(name=one.path, location=places[one.path], answer=one) for one in answers]
        write_sorted_folder(tried, sort_into.expanduser().absolute())
    if csv_file:
        with written(csv_file.absolute()) as table:
            table.write(_as_csv(answers).encode("utf-8"))
    if as_json:
        say_json(
            {
                **({"package": str(package)} if package else {"run_id": run_id}),
                "answers": [_reply(answer) for answer in answers],
                "left_out": [error.message for error in unread],
            }
        )
    elif not csv_file:
        _tell(answers)
    return DONE


def _check_places(pictures: Path, sort_into: Path | None) -> None:
    """Raise DatasetError where there are no pictures, or where they cannot be sorted into."""
    if not pictures.exists():
        raise DatasetError(f"There is no file or folder {pictures}.", hint="Check the path.")
    if sort_into is not None and sort_into.expanduser().exists():
        raise DatasetError(f"There is a {sort_into} already.", hint="Name a new folder for --sort-into.")


def _named(pictures: Path) -> list[tuple[str, Path]]:
    """Return the names and places of a picture, or of all below a folder."""
    if pictures.is_dir():
        return [(found.name, found.location) for found in walk(pictures)]
    return [(pictures.name, pictures)]


def _tell(answers: Sequence[Answer]) -> None:
    for answer in answers:
        doubt = f" ({answer.doubt})" if answer.doubt else ""
        say(f"{said(answer)}  {answer.how_likely:.1%}{doubt}  {answer.path}")


def _project_of(studio: Studio, data: str, labels: Path | None) -> Project:
    """Return the project of this name or id, or a new one with the pictures of a file, folder or sample."""
    if labels is None and not data.startswith(SAMPLE) and not Path(data).expanduser().exists():
        if (project := known_project(studio, data)) is not None:
            return project
        raise DatasetError(
            f"There is no file or folder {data}, and no project that is called so.", hint="Check the path."
        )
    return import_data(studio, data, labels=labels)


def _reply(answer: Answer) -> dict[str, object]:
    """Return one answer in plain names that a script can rely on, the same as the service's."""
    return {
        "path": answer.path,
        # where a picture may show several classes, those that are found, none or more, and not the likeliest
        "predicted": None if answer.several else answer.predicted,
        "named": list(answer.named) if answer.several else None,
        "sure": answer.how_likely,  # that all of this is right
        "confidence": None if answer.several else answer.confidence,  # of ``predicted``
        "doubt": answer.doubt,  # why it would rather be left to a person, null where it would not
    }


def _settings_of(wanted: Wanted, file: Path) -> TrainConfig:
    """Return the settings of a file; ConfigError where they cannot be used, or others were asked for too."""
    if wanted.preset or wanted.backbone:
        raise ConfigError(
            "--config brings the preset and the backbone along.", hint="Leave --preset and --backbone away."
        )
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{file} cannot be read as a text file.", hint="Check the path.") from problem
    settings = from_toml(text, name=file.name)
    return settings if wanted.seed is None else replace(settings, seed=wanted.seed)


def _follow_to_the_end(studio: Studio, run: Run, *, as_json: bool) -> None:
    """Show the run until it has ended, and tell its result; RunError when it has none."""
    job = studio.job(run.id)
    if job is not None:
        follow(studio, job)
    ended = studio.run(run.id)
    if ended is None or not ended.status.has_result:
        raise _without_result(ended)
    _tell_result(studio, ended, as_json=as_json)


def _without_result(run: Run | None) -> RunError:
    reason = (run.error if run else "") or f"The run has no result: it is {run.status if run else 'gone'}."
    on = f"Go on with: sightsmith resume {run.id[:8]}" if run and run.resumable else ""
    return RunError(reason, hint=f"{run.hint if run else ''} {on}".strip())


def _tell_result(studio: Studio, run: Run, *, as_json: bool) -> None:
    report = studio.report(run.id)
    if as_json:
        say_json(result_of(studio, run, report))
        return
    say(headline(report.test))
    say(f"Run {run.id[:8]}. Ask it about a picture: sightsmith predict {run.id[:8]} PICTURE")


def _as_csv(answers: list[Answer]) -> str:
    rows = ((a.path, _cell(a), f"{a.how_likely:.6f}", a.doubt or "") for a in answers)
    return as_csv(("picture", "predicted", "confidence", "doubt"), rows)


def _cell(answer: Answer) -> str:
    """Return the class that is answered; of several, all of them with a bar between."""
    return as_cell(answer.named) if answer.several else answer.predicted
