"""Whole sentences about pictures, jobs and runs, as a person would say them."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.choices import Preset
from core.domain.dataset import Dataset, Issue, Severity, Split
from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, Run, RunStatus, Stage
from ui.words import count, duration, moment, time_left, unique

STAGES = {
    Stage.UNPACK: "Unpacking the upload",
    Stage.IMPORT: "Reading the pictures",
    Stage.EXAMINE: "Looking for problems",
    Stage.FORECAST: "Working out what to expect",
    Stage.VARIATIONS: "Trying which variations your pictures bear",
    Stage.RATES: "Trying learning rates",
    Stage.COSTS: "Timing a few batches on this computer",
    Stage.WEIGHTS: "Getting the pretrained network ready",
    Stage.PIXELS: "Preparing the pictures",
    Stage.FEATURES: "Letting the pretrained network look at every picture",
    Stage.SEARCH: "Trying several ways to train",
    Stage.HEAD: "Learning your classes",
    Stage.FINE_TUNE: "Fine-tuning the last blocks of the network",
    Stage.EVALUATE: "Testing on pictures it has never seen",
    Stage.MAP: "Laying pictures that look alike close together",
    Stage.EXPORT: "Writing the model for other programs",
    Stage.CERTIFY: "Asking the written model about pictures that it did not learn from",
    Stage.ANSWER: "Asking the model about every picture",
    Stage.LABELS: "Asking models about labels that they did not learn from",
}

SPLITS = {Split.TRAIN: "training", Split.VALIDATION: "validation", Split.TEST: "test"}

PRESETS = {Preset.QUICK: "Quick look", Preset.BALANCED: "Balanced", Preset.BEST: "Best"}

STATUS = {  # words, colour, icon: never the colour alone
    RunStatus.QUEUED: ("Waiting", "gray", ":material/schedule:"),
    RunStatus.RUNNING: ("Training", "blue", ":material/progress_activity:"),
    RunStatus.PAUSED: ("Paused", "orange", ":material/pause_circle:"),
    RunStatus.STOPPED: ("Stopped, best kept", "orange", ":material/stop_circle:"),
    RunStatus.DISCARDED: ("Discarded", "gray", ":material/delete:"),
    RunStatus.INTERRUPTED: ("Interrupted", "orange", ":material/power_off:"),
    RunStatus.FAILED: ("Failed", "red", ":material/error:"),
    RunStatus.DONE: ("Done", "green", ":material/check_circle:"),
}


_DOING = {
    JobKind.TRAIN: "Training",
    JobKind.IMPORT: "Importing",
    JobKind.CHECK: "Checking",
    JobKind.EDIT: "Changing",
    JobKind.LOOK: "Looking ahead",
    JobKind.RATES: "Trying rates",
    JobKind.MAP: "Drawing the picture map",
    JobKind.LABELS: "Checking the labels",
    JobKind.TEST: "Testing",
    JobKind.ANSWER: "Answering",
    JobKind.PACK: "Taking away",
}
_DONE = {
    JobKind.TRAIN: "Training",
    JobKind.IMPORT: "The import",
    JobKind.CHECK: "The check",
    JobKind.EDIT: "The change",
    JobKind.LOOK: "The look ahead",
    JobKind.RATES: "The test of rates",
    JobKind.MAP: "The picture map",
    JobKind.LABELS: "The check of the labels",
    JobKind.TEST: "The further test",
    JobKind.ANSWER: "The try-out on new pictures",
    JobKind.PACK: "The model for other programs",
}


def about_pictures(dataset: Dataset) -> str:
    """Return "612 pictures in 4 classes; 3 things to look at."."""
    found = count(len(dataset.used()), "picture")
    classes = count(len(dataset.classes), "class")
    look = sum(issue.severity is not Severity.INFORMS for issue in dataset.issues)
    things = f"{count(look, 'thing')} to look at" if look else "nothing stands in the way"
    return f"{found} in {classes}; {things}."


def blocking(dataset: Dataset | None) -> Issue | None:
    """Return the first finding that forbids training, or None."""
    return dataset.blocking if dataset else None


def about_progress(progress: Progress | None) -> str:
    """Return what is being done, how far it is, and the time left."""
    if progress is None:
        return "Getting started."
    parts = [STAGES.get(progress.stage, str(progress.stage))]
    if progress.epoch and progress.epochs:
        parts.append(f"epoch {progress.epoch} of at most {progress.epochs}")
    elif progress.total:
        parts.append(f"{progress.done:,} of {progress.total:,}")
    if left := time_left(progress.seconds_left):
        parts.append(left)
    return ", ".join(parts) + "."


def fraction(progress: Progress | None) -> float:
    """Return how far the work is, in [0, 1]."""
    return 0.0 if progress is None else progress.fraction


def chip(job: JobSnapshot) -> str:
    """Return the running job in a few words: "Training, 45 %, about 2 minutes left"."""
    verb = _DOING[job.kind]
    if job.status == JobStatus.WAITING:
        return f"{verb}: waiting for its turn"
    if job.progress is None:
        return f"{verb}: getting started"
    parts = [verb, f"{fraction(job.progress) * 100:.0f} %"]
    if left := time_left(job.progress.seconds_left):
        parts.append(left)
    return ", ".join(parts)


def ending(job: JobSnapshot) -> str:
    """Return how a piece of background work ended, in a few words."""
    what = _DONE[job.kind]
    return {
        JobStatus.DONE: f"{what} has finished.",
        JobStatus.STOPPED: f"{what} was stopped.",
        JobStatus.FAILED: f"{what} failed.",
        JobStatus.PAUSED: f"{what} is paused.",
    }.get(job.status, f"{what} has ended.")


def run_labels(runs: Sequence[Run]) -> dict[str, str]:
    """Return each run's name as the address carries it, newest run first like ``runs``.

    Equal names are numbered from the oldest on: an address that was sent must go on meaning the same run.
    """
    names = unique([run.name for run in reversed(runs)])
    return {run.id: name for run, name in zip(runs, reversed(names), strict=True)}


def run_to_show(runs: Sequence[Run]) -> Run:
    """Return the run under way, or else the next that waits, or the newest that has begun.

    ``runs`` newest first, at least one. A run that never began is shown only where there is no other.
    """
    going = [run for run in runs if run.status is RunStatus.RUNNING]
    waiting = [run for run in reversed(runs) if run.status is RunStatus.QUEUED]
    begun = [run for run in runs if run.started_at is not None]
    return (*going, *waiting, *begun, *runs)[0]


def about_run(run: Run, *, backbone: str) -> str:
    """Return a run's settings and time in one line; ``backbone`` is its network's title."""
    preset = PRESETS[run.preset] if run.preset else "Own settings"
    parts = [preset, backbone, moment(run.created_at)]
    seconds = run.seconds
    if run.finished_at and seconds is not None:
        parts.append(duration(seconds))
    return " · ".join(parts)


def about_ending(run: Run) -> str:
    """Return how a run ended, or where it left off."""
    best = f" The best epoch was {run.best_epoch}; that one was kept." if run.best_epoch else ""
    return {
        RunStatus.DONE: f"Training has finished.{best}",
        RunStatus.STOPPED: f"You stopped this training run.{best}",
        RunStatus.DISCARDED: run.error or "You discarded this training run; nothing of it was kept.",
        RunStatus.PAUSED: f"This training run is paused. {_way_on(run)}",
        RunStatus.INTERRUPTED: f"Sightsmith was closed while this run was training. {_way_on(run)}",
        RunStatus.FAILED: "This training run could not be finished.",
    }.get(run.status, "")


def _way_on(run: Run) -> str:
    """Return what Resume will do."""
    if run.saved_at is None:
        return "Nothing of it was saved yet: “Resume” starts it from its beginning."
    return f"“Resume” goes on where it was saved last, on {moment(run.saved_at)}."
