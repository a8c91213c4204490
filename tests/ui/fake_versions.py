"""Versions of pictures without a database: changes, undo, redo, and a data set that has every finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.data.edits import relabelled
from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Severity
from core.domain.edit import Edit, EditKind, Mend, Probe, SplitCheck, VersionLine
from core.domain.errors import DatasetError, StoreError
from core.domain.facts import PictureFacts


class FakeVersions:
    """The part of the pretended studio that keeps versions; ``dataset_`` is the one in use."""

    dataset_: Dataset | None

    def _begin(self):
        self.versions: list[Dataset] = [self.dataset_] if self.dataset_ else []

    def change(self, project_id, edit, *, title="", author=""):
        self.apply_edit(project_id, edit, author=author)

    def apply_edit(self, project_id, edit, *, author=""):
        before = self.dataset_
        if edit.label == "impossible":
            raise DatasetError("That change makes no sense.", hint="Try another one.")
        samples = tuple(_changed(sample, edit) for sample in before.samples)
        used = {name for s in samples for name in s.labels}
        classes = tuple(c for c in dict.fromkeys((*before.classes, edit.label, *edit.also)) if c in used)
        number = len(self.versions) + 1
        self.dataset_ = replace(
            before,
            id=f"d{number}",
            version=number,
            classes=classes,
            samples=samples,
            issues=tuple(i for i in before.issues if i.mend is None or i.mend.edit != edit),
            split_settings=edit.split_settings or before.split_settings,
            created_at=before.created_at + timedelta(minutes=7),
            parent_id=before.id,
            edit=edit,
            author=author,
        )
        self.versions.append(self.dataset_)
        return self.dataset_

    def undo(self, project_id, *, expected=None):
        self._expect(expected)
        parent = next((v for v in self.versions if v.id == self.dataset_.parent_id), None)
        self.dataset_ = parent or self.dataset_
        return parent

    def redo(self, project_id, *, expected=None):
        self._expect(expected)
        child = next((v for v in reversed(self.versions) if v.parent_id == self.dataset_.id), None)
        self.dataset_ = child or self.dataset_
        return child

    def _expect(self, version_id):
        if version_id not in (None, self.dataset_.id):
            raise StoreError(
                "Nothing was changed: another change came first.", hint="Look at it, then go on."
            )

    def history(self, project_id):
        return tuple(
            VersionLine(
                id=v.id,
                version=v.version,
                parent_id=v.parent_id,
                edit=v.edit,
                author=v.author,
                created_at=v.created_at,
                pictures=len(v.used()),
                classes=len(v.classes),
                current=v is self.dataset_,
            )
            for v in reversed(self.versions)
        )

    def facts_of(self, sha256):
        return next((_facts(sample) for sample in self.dataset_.samples if sample.sha256 == sha256), None)

    def dataset_bytes(self, project_id):
        return 1000 * len(self.dataset_.samples)

    def export_dataset(self, project_id, target, *, camera_data=True, stopped=lambda: False):
        target.write_bytes(b"PK of " + project_id.encode())


def with_findings(dataset: Dataset) -> Dataset:
    """Return the data set with series, a check of the split, and a finding of most kinds."""
    samples = tuple(
        replace(s, group=f"g{i // 3}") if i % 20 < 3 and i >= 20 else s for i, s in enumerate(dataset.samples)
    )
    series: dict[str, list[str]] = {}
    for sample in samples:
        if sample.group:
            series.setdefault(sample.group, []).append(sample.sha256)
    whole = [members for members in series.values() if len(members) > 1]
    return replace(
        dataset,
        samples=samples,
        issues=(*_findings(samples, whole), *dataset.issues),
        split_check=SplitCheck(
            series=len(whole),
            pictures=sum(map(len, whole)),
            leaked=9,
            pairs=tuple((members[0], members[1]) for members in whole),
            plain=Probe(accuracy=0.98, low=0.95, high=0.99),
            honest=Probe(accuracy=0.91, low=0.85, high=0.95),
        ),
    )


def _facts(sample: Sample) -> PictureFacts:
    return PictureFacts(
        sha256=sample.sha256,
        file_bytes=84_211,
        format="JPEG",
        width=sample.width,
        height=sample.height,
        difference_hash="0" * 16,
        brightness=0.5,
        contrast=0.2,
        sharpness=400.0,
        mean_color=(0.5, 0.5, 0.5),
        border_color=(0.5, 0.5, 0.5),
        border_contrast=0.1,
        jpeg_quality=92,
        camera="Canon EOS 80D",
        taken_at=datetime(2025, 5, 4, 14, 3, 9),  # noqa: DTZ001  (a camera knows no time zone)
    )


def _changed(sample: Sample, edit: Edit) -> Sample:
    if edit.kind in (EditKind.RENAME, EditKind.MERGE):
        return replace(sample, label=edit.label) if sample.label in edit.classes else sample
    if sample.sha256 not in edit.pictures:
        return sample
    if edit.kind == EditKind.MOVE:
        return replace(sample, label=edit.label)
    if edit.kind == EditKind.RELABEL:
        label, *also = relabelled(sample, edit)
        return replace(sample, label=label, also=tuple(also))
    return replace(sample, excluded=edit.kind == EditKind.EXCLUDE)


def _exclude(title: str, samples: tuple[Sample, ...]) -> Mend:
    hashes = tuple(s.sha256 for s in samples)
    return Mend(title=title, edit=Edit(kind=EditKind.EXCLUDE, pictures=hashes))


def _shown(samples: tuple[Sample, ...]) -> dict[str, tuple[str, ...]]:
    return {"paths": tuple(s.path for s in samples), "pictures": tuple(s.sha256 for s in samples)}


def _findings(samples: tuple[Sample, ...], series: list[list[str]]) -> tuple[Issue, ...]:
    known = {s.sha256: s for s in samples}
    leaked = tuple(known[sha] for members in series[:5] for sha in members)
    blurry, outliers = samples[3:30], samples[60:63]
    by_class: dict[str, list[Sample]] = {}
    for sample in samples:
        by_class.setdefault(sample.label, []).append(sample)
    some = tuple(s for members in by_class.values() for s in members[:4])
    twins = tuple(by_class)[:2]
    return (
        Issue(
            kind=IssueKind.BLURRY,
            severity=Severity.INFORMS,
            message=f"{len(blurry)} pictures are blurry.",
            consequence="The computer learns blur as if it were a mark of the class.",
            hint="Look through them; leave out those that you could not tell yourself.",
            mend=_exclude(f"Leave these {len(blurry)} out", blurry),
            **_shown(blurry),
        ),
        Issue(
            kind=IssueKind.LEAK,
            severity=Severity.WARNS,
            message=f"{len(leaked)} pictures of 5 series lie both in your train and in your test folder.",
            consequence="The test would judge on pictures learnt by heart, and tell too good a score.",
            mend=Mend(title="Divide again, series kept together", edit=Edit(kind=EditKind.SPLIT)),
            **_shown(leaked),
        ),
        Issue(
            kind=IssueKind.SHORTCUT,
            severity=Severity.WARNS,
            message="The classes can be told apart by the file size alone (91 of 100 right; by chance 25).",
            consequence="The computer may learn how the pictures were made, and fail with another camera.",
            hint="Take pictures of all classes with the same camera and settings.",
            **_shown(some),
        ),
        Issue(
            kind=IssueKind.OUTLIER,
            severity=Severity.WARNS,
            message="3 pictures look more like another class than like their own.",
            consequence="A wrong label teaches the computer the mistake.",
            mend=_exclude("Leave these 3 out", outliers),
            **_shown(outliers),
        ),
        Issue(
            kind=IssueKind.TWIN_CLASS,
            severity=Severity.WARNS,
            message=f"“{twins[0]}” and “{twins[-1]}” may be the same class.",
            consequence="The computer would have to tell apart what is the same.",
            mend=Mend(
                title=f"Merge into “{twins[0]}”",
                edit=Edit(kind=EditKind.MERGE, classes=twins, label=twins[0]),
            ),
        ),
    )
