"""A studio from which models can be taken away, without making any."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from core.domain.certificate import Certificate, Differing, Export, ExportKind
from core.domain.choices import Output
from core.domain.decision import Decision
from core.domain.errors import PackageError
from core.domain.package import KeptPackage, Network, PackageInfo
from core.domain.preprocess import Interpolation, Preprocessing, ResizeMode
from core.domain.report import Interval
from core.domain.run import JobKind, JobSnapshot
from core.settings import Settings

MOMENT = datetime(2025, 11, 22, 10, tzinfo=UTC)
SHARE = Interval(value=0.93, low=0.89, high=0.96)


def certificate(kind, *, holds=True):
    """What became of trying an export."""
    differing = () if holds else (Differing(path="a.jpg", here="bolt", there="nut"),)
    return Certificate(
        kind=kind,
        pictures=60,
        agreeing=60 - len(differing) * 3,
        alike=60 - len(differing) * 3,
        agreement=1 - len(differing) * 0.05,
        needed=kind.needed,
        greatest_difference=0.00002,
        doubts_differing=len(differing) * 2,
        accuracy=SHARE,
        accuracy_here=SHARE,
        bytes=13_000_000,
        median_ms=11.4,
        p95_ms=17.0,
        runtime="onnxruntime 1.31.1",
        holds=holds,
        why="It answers all 60 test pictures as here." if holds else "It answers 3 of 60 pictures otherwise.",
        differing=differing,
    )


def package(name="Run 7"):
    """A package from elsewhere."""
    return KeptPackage(
        id="k1",
        size=14_000_000,
        info=PackageInfo(
            name=name,
            project="Other parts",
            network=Network(
                backbone="efficientnet_lite0",
                hidden_units=0,
                dropout=0.2,
                output=Output.SOFTMAX,
                several=False,
            ),
            backbone="EfficientNet-Lite0",
            licence="Apache-2.0",
            preprocessing=Preprocessing(
                image_size=224,
                resize_mode=ResizeMode.SQUASH,
                interpolation=Interpolation.BICUBIC,
                mean=(0.5, 0.5, 0.5),
                std=(0.5, 0.5, 0.5),
            ),
            classes=("bolt", "nut"),
            decision=Decision(),
            dataset_fingerprint="f",
            learnt_from=200,
            tested_on=60,
            accuracy=SHARE,
            per_class=(),
            trained_at=MOMENT,
            created_at=MOMENT,
            versions=(),
        ),
    )


class FakeShare:
    """Exports that are made in no time, and packages in memory."""

    settings = Settings(home=Path("my workspace"), weights=Path("weights"))
    made: tuple[Export, ...] = ()
    kept: tuple[KeptPackage, ...] = ()

    def exports(self, run_id):
        return self.made

    def export_model(self, run_id, kind):
        self.asked.append((run_id, kind))
        return self._job(JobKind.PACK, None, job_id=f"x{kind}", title=f"Run 2 as {kind}")

    def export_under_way(self, run_id, kind) -> JobSnapshot | None:
        return next((job for job in self.jobs_ if job.id == f"x{kind}"), None)

    def packages(self):
        return self.kept

    def has_packages(self):
        return bool(self.kept)

    def delete_package(self, package_id):
        self.kept = tuple(one for one in self.kept if one.id != package_id)

    def import_package(self, path):
        if b"refuse" in path.read_bytes():
            raise PackageError("This is no model package.", hint="Take one that Sightsmith made.")
        self.kept = (package(),)
        return self.kept[0]

    def package(self, run_id, target):
        target.write_bytes(b"package of " + run_id.encode())

    def report_html(self, run_id, *, pictures=True):
        return f"<html>report of {run_id}{'' if pictures else ' without pictures'}</html>"

    def model_card(self, run_id):
        return f"# card of {run_id}"


def exported(kind: ExportKind, folder: Path, *, decision: Decision | None, holds=True) -> Export:
    """A finished export whose file is there, with the rule that is in it."""
    file = folder / f"{kind}.zip"
    file.write_bytes(b"zip")
    return Export(
        run_id="r2",
        kind=kind,
        file=file,
        bytes=3,
        created_at=MOMENT,
        certificate=certificate(kind, holds=holds),
        decision=decision,
    )
