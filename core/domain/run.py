"""Training runs and other background work, as a page sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.report import Answer, Interval


class RunStatus(StrEnum):
    """Where a training run stands. DONE, STOPPED and DISCARDED are final for ever; see ``Run.resumable``."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"  # by the user, or because the disk took nothing more; it can go on
    STOPPED = "stopped"  # by the user; the best so far was kept and evaluated
    DISCARDED = "discarded"  # by the user, before there was anything to keep
    INTERRUPTED = "interrupted"  # the app ended while it was running
    FAILED = "failed"
    DONE = "done"

    @property
    def active(self) -> bool:
        """Whether the run is waiting or being worked on."""
        return self in (RunStatus.QUEUED, RunStatus.RUNNING)

    @property
    def resumable(self) -> bool:
        """Whether such a run can always go on; from its beginning where no checkpoint was written."""
        return self in (RunStatus.PAUSED, RunStatus.INTERRUPTED)

    @property
    def has_result(self) -> bool:
        """Whether a trained model and its evaluation exist."""
        return self in (RunStatus.DONE, RunStatus.STOPPED)


class Move(StrEnum):
    """Where a run that waits goes among the others."""

    UP = "up"
    DOWN = "down"
    FIRST = "first"


class Stage(StrEnum):
    """The steps of background work, in their order."""

    UNPACK = "unpack"
    IMPORT = "import"
    EXAMINE = "examine"
    FORECAST = "forecast"
    VARIATIONS = "variations"
    COSTS = "costs"
    RATES = "rates"
    WEIGHTS = "weights"
    PIXELS = "pixels"
    FEATURES = "features"
    SEARCH = "search"
    HEAD = "head"
    FINE_TUNE = "fine-tune"
    EVALUATE = "evaluate"
    MAP = "map"
    EXPORT = "export"
    CERTIFY = "certify"
    LABELS = "labels"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochRow:
    """What one epoch achieved. ``epoch`` counts from 1 through all stages; losses are means per picture."""

    epoch: int
    stage: Stage
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSeconds:
    """How long one stage took."""

    stage: Stage
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One of the ways that a run tried for some epochs before it chose how to train."""

    backbone: str
    fine_tune_blocks: int
    fine_tune_learning_rate: float
    epochs: int  # of fine-tuning in this trial
    val_loss: float | None  # None where learning destroyed what was known
    val_accuracy: float | None
    seconds: float
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A snapshot of work under way, replaced as a whole: ``done`` of ``total`` in this stage."""

    stage: Stage
    done: int = 0
    total: int = 0
    epoch: int | None = None  # from 1, through all stages
    epochs: int | None = None
    images_per_second: float | None = None
    seconds_left: float | None = None  # for the whole job, where it can be told
    share: float | None = None  # of the whole job, in [0, 1]; None where only this stage is known

    @property
    def fraction(self) -> float:
        """How much is done, in [0, 1]: of the whole job where that is known, else of this stage."""
        if self.share is not None:
            return self.share
        return min(1.0, self.done / self.total) if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One training run: what was asked, on which pictures, and how it went."""

    id: str
    project_id: str
    name: str
    dataset_id: str
    dataset_fingerprint: str
    preset: Preset | None
    config: TrainConfig
    status: RunStatus
    created_at: datetime  # UTC
    started_at: datetime | None = None
    finished_at: datetime | None = None
    best_epoch: int | None = None
    history: tuple[EpochRow, ...] = ()
    stage_seconds: tuple[StageSeconds, ...] = ()
    notes: tuple[str, ...] = ()  # what happened on the way, in words
    error: str = ""
    hint: str = ""
    device: str = ""
    versions: tuple[tuple[str, str], ...] = ()  # package, version
    saved_at: datetime | None = None  # UTC; when its newest checkpoint was written, None without one
    expected: Interval | None = None  # what the forecast told for the test pictures before the training
    trials: tuple[Trial, ...] = ()  # the ways it tried before it chose one, best first
    note: str = ""  # the user's own
    starred: bool = False  # by the user, to find it again

    @property
    def resumable(self) -> bool:
        """Whether the run can go on: it was paused or interrupted, or failed with a checkpoint kept."""
        return self.status.resumable or (self.status is RunStatus.FAILED and self.saved_at is not None)

    @property
    def seconds(self) -> float | None:
        """How long it took: its stages where they are known, for it may have been paused for days."""
        if self.stage_seconds:
            return sum(took.seconds for took in self.stage_seconds)
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a run's log: what happened, and when (UTC)."""

    moment: datetime
    text: str


class JobKind(StrEnum):
    """Kinds of background work."""

    IMPORT = "import"
    CHECK = "check"  # the doctor looks again
    EDIT = "edit"  # a change to very many pictures
    TRAIN = "train"
    LOOK = "look"  # what can be told before a training
    RATES = "rates"  # a rate range test
    MAP = "map"  # laying judged pictures out
    LABELS = "labels"  # looking for labels that are probably wrong
    TEST = "test"  # a finished run, judged on more pictures
    ANSWER = "answer"  # new pictures, shown to a finished run
    PACK = "pack"  # a trained model, written for other programs and tried there

    @property
    def makes_way(self) -> bool:
        """Whether such work is stopped when a training is queued: it is slow, and can be done again."""
        return self in (JobKind.LOOK, JobKind.RATES, JobKind.MAP, JobKind.LABELS)


class JobStatus(StrEnum):
    """Where a job stands. All but the first two are final."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"  # to go on, it becomes a new job with the same id
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        """Whether the job is waiting or being worked on."""
        return self in (JobStatus.WAITING, JobStatus.RUNNING)


class Ask(StrEnum):
    """What the user asked of work under way."""

    STOP = "stop"  # keeping the best so far
    PAUSE = "pause"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSnapshot:
    """A job as pages see it: replaced as a whole by the worker, never edited."""

    id: str  # for a training job, the run's id
    kind: JobKind
    project_id: str
    title: str
    status: JobStatus = JobStatus.WAITING
    progress: Progress | None = None
    examples: tuple[Answer, ...] = ()  # what the network of a training says of some pictures by now
    asked: Ask | None = None  # and not done yet
    error: str = ""
    hint: str = ""
