"""All that is known of one run as plain text: its log, to read and to keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from core.domain.run import LogLine, Run
from ui.words import moment


def lines_of(log: Sequence[LogLine]) -> str:
    """Return what happened, a line each, with the time on this machine's clock."""
    return "\n".join(f"{line.moment.astimezone():%Y-%m-%d %H:%M:%S}  {line.text}" for line in log)


def whole_log(run: Run, log: Sequence[LogLine], *, backbone: str) -> str:
    """Return settings, versions, stages, epochs and everything that happened; ends with a line break."""
    return "\n".join((*_head(run, backbone), "", *_settings(run), "", *_course(run), "", lines_of(log), ""))


def _head(run: Run, backbone: str) -> Iterator[str]:
    yield f"{run.name} ({run.id}), {run.status}"
    yield f"begun {moment(run.started_at) if run.started_at else 'never'}, on {run.device or 'nothing yet'}"
    yield f"backbone {backbone}, pictures {run.dataset_id} (fingerprint {run.dataset_fingerprint})"
    yield "versions: " + ", ".join(f"{package} {version}" for package, version in run.versions)
    for text in (*run.notes, run.error, run.hint):
        if text:
            yield text


def _settings(run: Run) -> Iterator[str]:
    yield "Settings"
    for field in fields(run.config):
        yield f"  {field.name} = {getattr(run.config, field.name)}"


def _course(run: Run) -> Iterator[str]:
    yield "Seconds per stage"
    for took in run.stage_seconds:
        yield f"  {took.stage} {took.seconds:.2f}"
    yield "Epochs: number, stage, training loss and accuracy, validation loss and accuracy, rate, seconds"
    for row in run.history:
        yield (
            f"  {row.epoch} {row.stage} {row.train_loss:.5f} {row.train_accuracy:.4f} "
            f"{row.val_loss:.5f} {row.val_accuracy:.4f} {row.learning_rate:.3g} {row.seconds:.2f}"
        )
