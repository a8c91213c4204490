"""What reports tell of a model that never was: drawn answers, and everything that follows from them."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Severity, Split
from core.domain.explanation import Box, Explanation
from core.domain.project import Project
from core.domain.report import Answer, Predictions
from core.domain.report_contents import Look, ReportContents, Shown, ShownMistake
from core.domain.run import Run, RunStatus
from core.evaluation.prospect import prospect, rule_for
from core.evaluation.report import build_report
from core.evaluation.slices import slice_report
from core.evaluation.words import worst_mistakes
from core.models.zoo import spec_of
from core.training.plan import plan_in_words
from tests.evaluation.made import drawn
from tests.store.made import NOON

CLASSES = ("bolt", "nut", "washer")
CONFIG = TrainConfig(backbone="mobilenet_v3_small")


def contents(
    predictions: Predictions | None = None, *, classes: tuple[str, ...] = CLASSES, pictures: bool = False
) -> ReportContents:
    """Return everything that a report tells about these answers, by default drawn ones to 90 pictures."""
    told = drawn(90, len(classes), skill=2.5) if predictions is None else predictions
    dataset = dataset_of(told, classes)
    report = build_report("r" * 32, classes, told)
    spec = spec_of(CONFIG.backbone)
    rule = rule_for(told, classes, temperature=1.0, most_wrong=0.1)
    shown = (seen(),) if pictures else ()
    return ReportContents(
        project=Project(id="p", name="Small parts", created_at=NOON, credit="Pictures: A. Person"),
        run=run(),
        dataset=dataset,
        report=report,
        prospect=prospect(rule, told, classes),
        slices=slice_report(told, Split.TEST, samples={s.path: s for s in dataset.samples}, facts={}),
        backbone=spec,
        settings_in_words=plan_in_words(CONFIG, spec),
        mistakes=tuple(
            ShownMistake(words=one.words, pictures=shown) for one in worst_mistakes(report.test, 3)
        ),
        looks=(looked(shown[0]),) if shown else (),
        pictures=pictures,
        created_at=NOON,
        version="1.2.3",
    )


def run() -> Run:
    return Run(
        id="r" * 32,
        project_id="p",
        name="Run 7",
        dataset_id="d",
        dataset_fingerprint="f" * 64,
        preset=Preset.BALANCED,
        config=CONFIG,
        status=RunStatus.DONE,
        created_at=NOON,
        finished_at=NOON,
        device="a test",
        versions=(("torch", "2.0"),),
    )


def dataset_of(told: Predictions, classes: tuple[str, ...]) -> Dataset:
    """Return the judged pictures, and twice as many that were learnt from."""
    judged = tuple(
        Sample(path=path, sha256=sha, width=8, height=8, label=classes[label], split=split)
        for path, sha, label, split in zip(
            told.paths, told.sha256, told.labels.tolist(), told.splits, strict=True
        )
    )
    learnt = tuple(
        replace(one, path=f"{n}-{one.path}", split=Split.TRAIN) for n in range(2) for one in judged
    )
    issues = (
        Issue(kind=IssueKind.NEAR_DUPLICATE, severity=Severity.INFORMS, message="secret.png is like another"),
        Issue(kind=IssueKind.BLURRY, severity=Severity.WARNS, message="secret.png is blurred"),
    )
    return Dataset(
        id="d",
        project_id="p",
        version=4,
        classes=classes,
        samples=judged + learnt,
        issues=issues,
        fingerprint="f" * 64,
        created_at=NOON,
    )


def seen() -> Shown:
    answer = Answer(path="secret.png", label="bolt", predicted="nut", confidence=0.93, sha256="a" * 64)
    return Shown(answer=answer, jpeg=jpeg())


def looked(shown: Shown) -> Look:
    found = Explanation(
        heat=np.eye(16, dtype=np.float32),
        seen=Box(left=0, top=0, right=1, bottom=1),
        class_name="nut",
        probability=0.93,
        drop_hottest=0.5,
        drop_random=0.1,
        seconds=0.1,
    )
    return Look(picture=shown, explanation=found)


def jpeg(colour: tuple[int, int, int] = (40, 80, 120), size: tuple[int, int] = (32, 24)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "JPEG", quality=95)
    return target.getvalue()
