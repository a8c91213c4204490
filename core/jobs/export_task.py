"""Writing a trained model for other programs, and trying it there before anybody relies on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from core.data.decode import open_reduced
from core.data.parallel import check
from core.domain.certificate import Certificate, Export, ExportKind, Origin
from core.domain.dataset import Dataset, Sample, Split
from core.domain.errors import Cancelled, RunError
from core.domain.run import Progress, Run, Stage
from core.evaluation.deciding import at_a_limit
from core.jobs.answering import trained_model
from core.jobs.memory import give_back
from core.jobs.runner import JobContext
from core.jobs.told import told
from core.models.zoo import spec_of
from core.sharing.certificate import ROUNDING, Judged, certify
from core.sharing.export_files import (
    GOLDEN,
    model_bytes,
    write_about,
    write_golden,
    write_scripts,
    write_zip,
)
from core.sharing.exporting import write_model
from core.sharing.names import SafeNames
from core.sharing.predictor import Predictor, TrainedModel
from core.sharing.rule import rule_of
from core.sharing.trial import try_out
from core.store.files import make_folder, read_whole, remove_tree, write_whole
from core.store.files import told as told_of_disk
from core.store.workspace import Workspace, utc_now

MANIFEST: Final = "manifest.json"  # written last: without it there is no export
_GOLDEN: Final = 5  # pictures
_NAME: Final = 40  # letters of a project's or a run's name in that of a file
_EXAMPLES: Final = 100  # training pictures that 8-bit numbers are fitted to


def export_run(workspace: Workspace, run: Run, kind: ExportKind, context: JobContext) -> Export:
    """Write the run's model in one form, try it in a process of its own, and keep it with its certificate.

    An earlier export of the same form is replaced, at the very end. Raises Cancelled, or AppError.
    """
    staging = workspace.staging()
    try:
        return _Task.begun(workspace, run, kind, context, staging).work()
    finally:
        remove_tree(staging)
        give_back()


def kept_export(workspace: Workspace, run_id: str, kind: ExportKind) -> Export | None:
    """Return a finished export; None where there is none."""
    manifest = workspace.paths.exports(run_id) / kind.value / MANIFEST
    if not manifest.is_file():
        return None
    try:
        export = msgspec.json.decode(read_whole(manifest), type=Export, dec_hook=_from_text)
    except msgspec.MsgspecError:  # of another version: it is made again
        return None
    export = replace(export, file=manifest.parent / export.file.name)  # the workspace may have moved
    whole = export.file.is_file() and export.file.stat().st_size == export.bytes
    return export if whole else None


def _as_text(value: object) -> str:
    return str(value)


def _from_text(_kind: type, value: object) -> Path:
    return Path(str(value))


@dataclass(slots=True)
class _Task:
    """The state of one export while it is worked on."""

    workspace: Workspace
    run: Run
    kind: ExportKind
    context: JobContext
    dataset: Dataset
    model: TrainedModel
    folder: Path  # what becomes the zip
    rule: dict[str, Any]

    @classmethod
    def begun(
        cls, workspace: Workspace, run: Run, kind: ExportKind, context: JobContext, staging: Path
    ) -> _Task:
        dataset = workspace.datasets.get(run.dataset_id)
        if dataset is None or not run.status.has_result:
            raise RunError("This training run has no result to take away.", hint="Choose another one.")
        context.publish(Progress(stage=Stage.EXPORT))
        model = trained_model(workspace, run)
        folder = make_folder(staging / "export")
        return cls(workspace, run, kind, context, dataset, model, folder, rule_of(model, name=run.name))

    def work(self) -> Export:
        write_model(
            self.model,
            self.kind,
            self.folder,
            rule=self.rule,
            examples=self._examples(),
            check=lambda: check(self.context.stopped),
        )
        write_scripts(self.folder, self.kind, self.rule)
        check(self.context.stopped)
        certificate = self._certificate()
        project = self.workspace.projects.get(self.run.project_id)
        name = project.name if project else ""
        write_about(self.folder, certificate, self.rule, self._origin(name))
        if self.context.stopped():
            raise Cancelled
        return self._keep(certificate, name)

    def _origin(self, project: str) -> Origin:
        spec = spec_of(self.model.network.backbone)
        return Origin(
            project=project,
            run=self.run.name,
            run_id=self.run.id,
            trained_at=self.run.finished_at,
            exported_at=utc_now(),
            dataset_fingerprint=self.run.dataset_fingerprint,
            learnt_from=len(self.dataset.used(Split.TRAIN)),
            backbone=spec.title,
            licence=spec.licence,
            sightsmith=metadata.version("sightsmith"),
        )

    def _examples(self) -> list[Path]:
        """Return training pictures, evenly drawn from all."""
        learnt = self.dataset.used(Split.TRAIN)
        chosen = np.linspace(0, len(learnt) - 1, min(_EXAMPLES, len(learnt))).round().astype(int)
        return [self.workspace.paths.picture(learnt[place].sha256) for place in chosen]

    def _certificate(self) -> Certificate:
        split = Split.TEST if self.dataset.used(Split.TEST) else Split.VALIDATION
        samples = self.dataset.used(split)
        golden = self._golden(samples)
        places = [self.workspace.paths.picture(sample.sha256) for sample in samples]
        tell = told(self.context, Stage.CERTIFY)
        found = try_out(
            self.folder,
            [*(self.folder / file for file in golden), *places],
            progress=tell,
            stopped=self.context.stopped,
        )
        write_golden(self.folder, self.kind, golden, found.replies[: len(golden)])
        there = replace(found, replies=found.replies[len(golden) :])
        size = model_bytes(self.folder, self.kind)
        return certify(self.kind, self._here(samples), there, size=size, split=split)

    def _golden(self, samples: Sequence[Sample]) -> list[str]:
        """Write some of these pictures, without what their camera wrote into them; return their names."""
        make_folder(self.folder / GOLDEN)
        chosen = np.linspace(0, len(samples) - 1, min(_GOLDEN, len(samples))).round().astype(int)
        files = []
        for number, place in enumerate(chosen, start=1):
            picture = self.workspace.paths.picture(samples[place].sha256)
            files.append(f"{GOLDEN}/{number}.png")
            open_reduced(picture, at_least=self.model.preprocessing.image_size).save(self.folder / files[-1])
        return files

    def _here(self, samples: Sequence[Sample]) -> list[Judged]:
        """Return what the app itself says about these pictures."""
        if not samples:
            return []
        predictor = Predictor(self.model, cache=self.workspace.paths.cache("engines"))
        places = [(sample.path, self.workspace.paths.picture(sample.sha256)) for sample in samples]
        seen = predictor.seen(places, stopped=self.context.stopped)
        decided = predictor.decided(seen)
        limits = at_a_limit(self.model.decision, decided.sure, seen.strangeness, within=ROUNDING)
        classes = self.model.classes
        return [
            Judged(
                path=sample.path,
                actual=tuple(name for name in classes if name in sample.labels),
                named=tuple(classes[index] for index in np.flatnonzero(decided.said[row])),
                doubt=decided.doubt_of(row),
                probabilities=decided.probabilities[row],
                at_a_limit=bool(limits[row]),
                series=sample.group,
            )
            for row, sample in enumerate(samples)
        ]

    def _keep(self, certificate: Certificate, project: str) -> Export:
        kept = make_folder(self.workspace.paths.exports(self.run.id) / self.kind.value)
        names = (name[:_NAME].strip() for name in (project, self.run.name))
        title = SafeNames().file("-".join((*names, self.kind)).replace(" ", "-"))
        with told_of_disk(kept):
            (kept / MANIFEST).unlink(missing_ok=True)  # first: from here on there is no export
            for old in kept.iterdir():
                old.unlink()
        file = kept / f"{title}.zip"
        write_zip(self.folder, file, top=title)
        export = Export(
            run_id=self.run.id,
            kind=self.kind,
            file=file,
            bytes=file.stat().st_size,
            created_at=utc_now(),
            certificate=certificate,
            decision=self.model.decision,
        )
        write_whole(kept / MANIFEST, msgspec.json.encode(export, enc_hook=_as_text))
        return export
