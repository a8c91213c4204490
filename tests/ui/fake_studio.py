"""An in-memory studio with drawn pictures, which stands in any state a screen must be able to show."""

from __future__ import annotations

import hashlib
import io
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from core.domain.choices import Augmentation, Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Severity, Split
from core.domain.edit import Edit, EditKind
from core.domain.errors import RunError
from core.domain.model import Block, ModelSpec, Readiness, WeightsSource
from core.domain.preprocess import Interpolation
from core.domain.project import Project, ProjectSummary, SampleSet
from core.domain.range_test import RatePoint, RateRange
from core.domain.run import (
    EpochRow,
    JobKind,
    JobSnapshot,
    JobStatus,
    LogLine,
    Progress,
    Run,
    RunStatus,
    Stage,
)
from core.domain.settings_set import SettingsSet
from tests.ui.fake_compare import FakeComparisons
from tests.ui.fake_results import FakeResults
from tests.ui.fake_review import FakeReview
from tests.ui.fake_share import FakeShare
from tests.ui.fake_trash import FakeTrash
from tests.ui.fake_try import FakeTrying
from tests.ui.fake_versions import FakeVersions, with_findings
from tests.ui.fake_views import FakeViews

START = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
FOUR = ("bolt", "gear", "nut", "washer")
COLOURS = ("#5B8FB9", "#C98B4A", "#6BA58A", "#A986B0", "#8C8C8C", "#B4655E")

STATES = (
    "empty",
    "project",
    "importing",
    "import failed",
    "data",
    "doctored",
    "edited",
    "untrainable",
    "waiting",
    "training",
    "done",
    "stopped",
    "discarded",
    "failed",
    "interrupted",
    "paused",
    "disk full",
)
RUN_STATES = {
    "waiting": RunStatus.QUEUED,
    "training": RunStatus.RUNNING,
    "done": RunStatus.DONE,
    "stopped": RunStatus.STOPPED,
    "discarded": RunStatus.DISCARDED,
    "failed": RunStatus.FAILED,
    "interrupted": RunStatus.INTERRUPTED,
    "paused": RunStatus.PAUSED,
    "disk full": RunStatus.PAUSED,
}
OF_PICTURES = ("doctored", "edited")  # states that only the page of the pictures shows


class FakeStudio(
    FakeReview, FakeVersions, FakeComparisons, FakeViews, FakeTrying, FakeResults, FakeShare, FakeTrash
):
    """What ``core.jobs.studio.Studio`` offers, without disk, network or threads."""

    def __init__(self, state="empty", *, classes=FOUR, name="Machine parts", per_class=60):
        self.state = state
        self.classes = tuple(classes)
        self.started: list[tuple[TrainConfig, Preset | None, str]] = []
        self.stopped: list[str] = []
        self.imported: list[tuple] = []
        self.authors: list[str] = []
        self.staged_: dict[str, Path] = {}
        self.deleted_: dict[str, Project] = {}
        self.drawn: dict[str, tuple[int, int]] = {}
        self.projects = {}
        self.dataset_ = None
        self.runs_: list[Run] = []
        self.gone_: list[Run] = []
        self.asked: list[tuple[str, object]] = []  # of runs: id, and what became of it
        self.jobs_: list[JobSnapshot] = []
        if state != "empty":
            self.projects["p1"] = Project(id="p1", name=name, created_at=START, credit="")
        if state not in ("empty", "project", "importing", "import failed"):
            self.dataset_ = self._dataset(per_class)
        self._fill(state)
        self._begin()
        if state == "edited":
            self._edit()

    def _fill(self, state):
        if state == "importing":
            self._job(JobKind.IMPORT, Progress(stage=Stage.IMPORT, done=214, total=612, seconds_left=9))
        if state == "import failed":
            job = self._job(JobKind.IMPORT, None, JobStatus.FAILED)
            error = "“parts.zip” is protected by a password, so nothing in it can be read."
            self.jobs_[0] = replace(job, error=error, hint="Pack the pictures again without a password.")
        if state in ("doctored", "edited"):
            self.dataset_ = with_findings(self.dataset_)
        if state == "untrainable":
            self.dataset_ = replace(
                self.dataset_,
                classes=self.classes[:1],
                samples=tuple(s for s in self.dataset_.samples if s.label == self.classes[0]),
                issues=(
                    Issue(
                        kind=IssueKind.ONE_CLASS,
                        severity=Severity.BLOCKS,
                        message=f"There is only one class, “{self.classes[0]}”.",
                        hint="Telling apart needs at least two: add pictures of another class.",
                    ),
                ),
            )
        if state in RUN_STATES:
            self._runs(state)

    def _edit(self):
        """Three changes, the last one taken back; two pictures are left out."""
        shas = [s.sha256 for s in self.dataset_.samples]
        self.apply_edit("p1", Edit(kind=EditKind.EXCLUDE, pictures=tuple(shas[:2])), author="Ana")
        move = Edit(kind=EditKind.MOVE, pictures=tuple(shas[4:7]), label=self.classes[-1])
        self.apply_edit("p1", move, author="Ben")
        self.apply_edit("p1", Edit(kind=EditKind.RENAME, classes=(self.classes[0],), label="screw"))
        self.undo("p1")

    def _runs(self, state):
        status = RUN_STATES[state]
        run = self._run(
            "r2", "Run 2", status, START + timedelta(minutes=9), epochs=0 if state == "waiting" else 18
        )
        if state == "failed":
            run = replace(
                run,
                error="The disk is full: 0.2 GB free, 1.1 GB needed.",
                hint="Free some space, then start again.",
            )
        if state in ("paused", "interrupted", "disk full"):
            run = replace(run, saved_at=START + timedelta(minutes=11), finished_at=None, best_epoch=None)
        if state == "disk full":
            run = replace(
                run,
                error="The disk is full: 120 MB are free in Sightsmith/checkpoints, and 140 MB are needed.",
                hint="Free some space and try again. Nothing that was saved before is lost.",
            )
        if state == "training":
            progress = Progress(
                stage=Stage.FINE_TUNE,
                done=7,
                total=12,
                epoch=18,
                epochs=24,
                images_per_second=143.2,
                seconds_left=95,
            )
            self._job(JobKind.TRAIN, progress, job_id="r2", title="Run 2")
        if state == "waiting":
            self._job(JobKind.TRAIN, None, JobStatus.WAITING, job_id="r2", title="Run 2")
        self.runs_ = [run, self._run("r1", "Run 1", RunStatus.DONE, START)]
        if state in ("waiting", "training"):
            self.runs_.append(
                replace(
                    self._run("r0", "Run 0", RunStatus.FAILED, START, epochs=0),
                    error="The loss became infinite.",
                )
            )
            self.runs_[:0] = [
                self._run(f"r{n}", f"Run {n}", RunStatus.QUEUED, START + timedelta(hours=n), epochs=0)
                for n in (4, 3)
                if state == "training"
            ]

    def _run(self, run_id, name, status, created, *, epochs=14):
        history = tuple(self._epoch(i, 10) for i in range(1, epochs + 1))
        return Run(
            id=run_id,
            project_id="p1",
            name=name,
            dataset_id="d1",
            dataset_fingerprint="f",
            preset=Preset.BALANCED,
            config=TrainConfig(fine_tune_blocks=3, fine_tune_epochs=10),
            status=status,
            created_at=created,
            started_at=created,
            finished_at=None if status.active else created + timedelta(seconds=84),
            best_epoch=max(1, epochs - 3) if epochs else None,
            history=history,
            notes=("Validation loss rises since epoch 15: stopped early, kept epoch 15.",)
            if status == RunStatus.DONE
            else (),
            device="2 CPU cores",
        )

    def _epoch(self, epoch, head):
        lift = 0.55 if epoch > head else 1.0
        return EpochRow(
            epoch=epoch,
            stage=Stage.HEAD if epoch <= head else Stage.FINE_TUNE,
            train_loss=1.35 * 0.86**epoch * lift + 0.08,
            train_accuracy=1 - 0.62 * 0.84**epoch,
            val_loss=1.40 * 0.88**epoch * lift + 0.21 + 0.004 * max(0, epoch - 12),
            val_accuracy=0.955 - 0.60 * 0.85**epoch + 0.006 * (-1) ** epoch,
            learning_rate=3e-3,
            seconds=1.2,
        )

    def _job(self, kind, progress, status=JobStatus.RUNNING, *, job_id="j1", title="parts.zip", place="p1"):
        job = JobSnapshot(
            id=job_id, kind=kind, project_id=place, title=title, status=status, progress=progress
        )
        self.jobs_.append(job)
        return job

    def _dataset(self, per_class):
        samples = []
        for index, label in enumerate(self.classes):
            number = max(6, per_class - 3 * (index % 6))
            for i in range(number):
                sha = hashlib.sha256(f"{label}/{i}".encode()).hexdigest()
                self.drawn[sha] = (index, i)
                split = Split.TEST if i % 6 == 0 else Split.VALIDATION if i % 6 == 1 else Split.TRAIN
                samples.append(
                    Sample(
                        path=f"parts/{label}/IMG_{i:04}.jpg",
                        sha256=sha,
                        width=640,
                        height=480,
                        label=label,
                        split=split,
                    )
                )
        return Dataset(
            id="d1",
            project_id="p1",
            version=1,
            classes=self.classes,
            samples=tuple(samples),
            issues=self._issues(),
            fingerprint="f",
            created_at=START,
        )

    def _issues(self):
        return (
            Issue(
                kind=IssueKind.JUNK,
                severity=Severity.INFORMS,
                message="12 files that are not pictures were left out.",
                paths=tuple(f"__MACOSX/parts/._IMG_{i:04}.jpg" for i in range(12)),
            ),
            Issue(
                kind=IssueKind.UNREADABLE,
                severity=Severity.WARNS,
                message="2 pictures could not be read and were left out.",
                hint="Open them in a picture editor and save them again.",
                paths=(
                    "parts/bolt/IMG_0404.jpg: the file is cut off",
                    "parts/nut/IMG_0007.png: the file is empty",
                ),
            ),
            Issue(
                kind=IssueKind.CONFLICTING_LABEL,
                severity=Severity.WARNS,
                message="1 picture lies in two classes.",
                hint="Decide for one of them and upload again.",
                paths=("parts/nut/IMG_0012.jpg", "parts/washer/IMG_0044.jpg"),
            ),
        )

    def close(self, timeout=0.0):
        """Nothing to stop."""

    def summaries(self):
        return tuple(self._summary(project) for project in reversed(self.projects.values()))

    def _summary(self, project):
        first = project.id == "p1"
        dataset = self.dataset_ if first else None
        result = next((r for r in self.runs_ if r.status.has_result), None) if first else None
        strip = {}
        for sample in dataset.samples if dataset else ():
            strip.setdefault(sample.label, sample.sha256)
        return ProjectSummary(
            project=project,
            pictures=len(dataset.samples) if dataset else 0,
            classes=len(dataset.classes) if dataset else 0,
            strip=tuple(strip.values())[:5],
            runs=len(self.runs_) if first else 0,
            active=first and any(r.status.active for r in self.runs_),
            best_run_id=result.id if result else None,
            best_accuracy=self.report(result.id).test.accuracy if result else None,
        )

    def project(self, project_id):
        return self.projects.get(project_id)

    def create_project(self, name):
        project = Project(id=f"p{len(self.projects) + 2}", name=name, created_at=START)
        self.projects[project.id] = project
        return project

    def duplicate_project(self, project_id, *, author=""):
        return self.create_project(f"{self.projects[project_id].name} (2)")

    def describe_project(self, project_id, **said):
        self.projects[project_id] = replace(self.projects[project_id], **said)

    def rename_project(self, project_id, name):
        self.projects[project_id] = replace(self.projects[project_id], name=name)

    def sample_sets(self):
        return (
            SampleSet(
                key="machine-parts",
                title="Machine parts with defects",
                summary="Drawn metal parts, some with a scratch, a crack or a missing tooth.",
                pictures=400,
                classes=4,
                credit="Pictures: drawn by Sightsmith",
                available=True,
            ),
            SampleSet(
                key="digits",
                title="Handwritten digits",
                summary="Real handwriting, scanned: the figures 0 to 9.",
                pictures=1797,
                classes=10,
                credit="Pictures: E. Alpaydin and C. Kaynak, UCI, CC BY 4.0",
                available=True,
            ),
            SampleSet(
                key="traffic-lights",
                title="Traffic lights",
                summary="Real photographs; yellow is rare.",
                pictures=1484,
                classes=3,
                credit="Pictures: M. Virgo, Udacity, CC BY-SA 4.0",
                available=False,
                missing="These pictures are not installed. Run “python3 start.py” once while online.",
            ),
        )

    def staging(self):
        return self.stage(Path(tempfile.mkdtemp()))

    def stage(self, folder):
        self.staged_[folder.name] = folder
        return folder

    def staged(self, name):
        folder = self.staged_.get(name)
        return folder if folder and folder.is_dir() else None

    def import_sample(self, key, *, name=None, author=""):
        self.authors.append(author)
        project = self.create_project(name or f"Sample {key}")
        return self._imported(project.id, "sample", key)

    def import_archive(self, project_id, archive, *, name, labels=None, author=""):
        self.authors.append(author)
        table = (labels.read_bytes(),) if labels else ()
        return self._imported(project_id, "archive", name, archive.read_bytes(), *table)

    def import_folder(self, project_id, folder, *, labels=None, author=""):
        self.authors.append(author)
        return self._imported(project_id, "folder", folder, labels)

    def import_files(self, project_id, files, *, label=None, staging=None, group=None, author=""):
        self.authors.append(author)
        grouped = (group,) if group else ()
        return self._imported(project_id, "files", tuple(f.name for f in files), label, staging, *grouped)

    def recheck(self, project_id):
        return self._imported(project_id, "recheck")

    def _imported(self, project_id, *what):
        self.imported.append((project_id, *what))
        job = JobSnapshot(
            id=f"j{len(self.jobs_) + 5}", kind=JobKind.IMPORT, project_id=project_id, title="upload"
        )
        self.jobs_.insert(0, job)
        return job

    def jobs(self, project_id=None):
        return tuple(j for j in self.jobs_ if project_id in (None, j.project_id))

    def job(self, job_id):
        return next((j for j in self.jobs_ if j.id == job_id), None)

    def active_job(self, project_id=None):
        return next((j for j in self.jobs(project_id) if j.status.active), None)

    def stop(self, job_id):
        self.stopped.append(job_id)

    def dataset_of_run(self, run):
        return self.dataset_

    def dataset(self, project_id):
        return self.dataset_ if project_id == "p1" else None

    def picture(self, sha256):
        return self.thumbnail(sha256, 640)

    def thumbnail(self, sha256, size=256):
        return drawn(*self.drawn[sha256], size)

    def device(self):
        return "2 CPU cores"

    def backbones(self):
        return (
            (spec("efficientnet_lite0", "EfficientNet-Lite0", 10), Readiness(ready=True, note="ready")),
            (
                spec("resnet50", "ResNet-50", 6, download_mb=98),
                Readiness(ready=False, note="the first use downloads 98 MB"),
            ),
        )

    def plan(self, preset, project_id, *, backbone="efficientnet_lite0", seed=0):
        config = TrainConfig(backbone=backbone, seed=seed)
        if preset == Preset.QUICK:
            return replace(config, augmentation=Augmentation.NONE, image_size=160)
        return replace(config, fine_tune_blocks=3 if preset == Preset.BALANCED else 6, fine_tune_epochs=6)

    outlook_ = None
    outdated_ = None
    look_job = None
    sets_: tuple = ()

    def outlook(self, project_id):
        return self.outlook_

    def outdated(self, project_id):
        return self.outdated_

    def look_under_way(self, project_id):
        return self.look_job

    def look_ahead(self, project_id):
        self.look_job = JobSnapshot(
            id="look", kind=JobKind.LOOK, project_id=project_id, title="", status=JobStatus.DONE
        )
        return self.look_job

    costs_ = None
    rates_: tuple = (None, None)

    def find_rate(self, project_id, config):
        self.rates_ = (
            JobSnapshot(
                id="rates", kind=JobKind.RATES, project_id=project_id, title="", status=JobStatus.DONE
            ),
            RateRange(
                points=(RatePoint(rate=1e-4, loss=0.7), RatePoint(rate=1e-3, loss=0.3)),
                suggestion=2e-4,
                steepest=3e-4,
                breaks_above=1e-2,
                stopped_at=None,
            ),
        )
        return self.rates_[0]

    def rates_found(self, project_id, config):
        return self.rates_

    def estimate(self, project_id, config):
        return self.costs_

    def within(self, project_id, config, *, minutes, search):
        return replace(config, fine_tune_epochs=2) if config.fine_tune_epochs else config

    def seen(self, hashes, mode):
        return np.full((len(hashes), 32, 32, 3), 120, np.uint8)

    def block_parameters(self, spec):
        return tuple(1000 * (n + 1) for n in range(len(spec.blocks)))

    def head_parameters(self, spec, config, classes, *, several):
        return 1280 * classes

    def settings_sets(self):
        return self.sets_

    def keep_settings(self, name, config):
        self.sets_ = (SettingsSet(name=name, config=config, created_at=START), *self.sets_)
        return self.sets_[0]

    def drop_settings(self, name):
        self.sets_ = tuple(kept for kept in self.sets_ if kept.name != name)

    def plan_in_words(self, config):
        first = f"A new last layer learns for up to {config.head_epochs} epochs, on features computed once."
        if not config.fine_tune_blocks:
            return f"{first} The backbone stays as it is."
        return (
            f"{first} Then the last {config.fine_tune_blocks} blocks are fine-tuned for up to "
            f"{config.fine_tune_epochs} epochs at a tenth of the rate."
        )

    def why_not_trainable(self, project_id):
        if self.dataset_ is None:
            return "There are no pictures yet."
        return (
            f"There is only one class ({self.dataset_.classes[0]}); telling apart needs at least two."
            if len(self.dataset_.classes) < 2
            else None
        )

    def start_run(self, project_id, config, *, preset, token):
        self.started.append((config, preset, token))
        self._runs("waiting")
        return self.runs_[0]

    def pause(self, run_id):
        self._be(run_id, RunStatus.PAUSED)

    def resume(self, run_id):
        self._be(run_id, RunStatus.QUEUED)

    def discard(self, run_id):
        self._be(run_id, RunStatus.DISCARDED)

    def _be(self, run_id, status):
        self.asked.append((run_id, status))
        self.runs_ = [replace(r, status=status) if r.id == run_id else r for r in self.runs_]

    def waiting(self):
        return tuple(r for r in reversed(self.runs_) if r.status is RunStatus.QUEUED)

    def move(self, run_id, direction):
        if run_id not in {r.id for r in self.waiting()}:
            raise RunError("'Run 4' cannot change its place: it is running.", hint="Look at it as it is now.")
        self.asked.append((run_id, direction))

    def log_of(self, run_id):
        return (
            LogLine(moment=START, text="Begun on 2 CPU cores."),
            LogLine(moment=START + timedelta(seconds=70), text="The batch was halved: 16 pictures."),
        )

    def run(self, run_id):
        return next((r for r in self.runs_ if r.id == run_id), None)

    def runs(self, project_id=None):
        mine = self.runs_ if project_id in (None, "p1") else ()
        return tuple(replace(r, history=()) for r in mine)

    further_: tuple = ()  # further tests, of any run

    def further_tests(self, run_id):
        return tuple(test for test in self.further_ if test.run_id == run_id)

    def test_further(self, run_id, source, *, name="", labels=None):
        self.asked.append((run_id, (source, name, labels)))
        return self._job(JobKind.TEST, None, job_id="t9", title=f"Run 2 on {name}")

    origins_: tuple = ()  # by which the pictures of any run can be left out
    by_origin_: tuple = ()

    def origins(self, run_id):
        return self.origins_

    def by_origin(self, run_id, test):
        return self.by_origin_

    def cross_check(self, run_id, *, unseen=None):
        self.asked.append((run_id, unseen or "cross-check"))
        return self._job(JobKind.TEST, None, job_id="t8", title="Run 2: all pictures in turn")

    def delete_further_test(self, test_id):
        self.further_ = tuple(test for test in self.further_ if test.id != test_id)


def spec(key, title, blocks, download_mb=18.0):
    """A backbone that is never built."""
    return ModelSpec(
        key=key,
        title=title,
        summary="Light and quick; a sound first choice.",
        source=WeightsSource.BUNDLED,
        parameters=4_652_008,
        download_mb=download_mb,
        licence="Apache-2.0",
        image_size=224,
        interpolation=Interpolation.BICUBIC,
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        weights_file="w.pth",
        weights_sha256="0" * 64,
        head="classifier",
        features=1280,
        blocks=tuple(Block(title=f"Block {i + 1}", modules=()) for i in range(blocks)),
        cam_layer="bn2",
    )


@cache
def drawn(index, i, size):
    """A small part of a machine, as a JPEG."""
    image = Image.new("RGB", (size, size * 3 // 4), COLOURS[((index + i) % 2 and index % 6) or index % 6])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size, size), fill=("#E8E6E1", "#DADFE3", "#E3DDD2")[i % 3])
    x, y, r = (
        size * (0.4 + 0.03 * (i % 7)),
        size * (0.36 + 0.02 * (i % 5)),
        size * (0.2 + 0.015 * (i % 6)),
    )
    draw.regular_polygon((x, y, r), 3 + index % 8, rotation=i * 17, fill=COLOURS[index % 6], outline="#333")
    draw.ellipse((x - r / 3, y - r / 3, x + r / 3, y + r / 3), fill="#E8E6E1", outline="#333")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
