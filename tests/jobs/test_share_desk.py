"""A trained model is taken away, and answers elsewhere as it does here."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import skimage.data
import torch
from PIL import Image

from core.domain.certificate import Export, ExportKind
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.domain.decision import Cost, Decision
from core.domain.errors import Cancelled, PackageError, PictureError, RunError
from core.domain.report import Answer, Doubt
from core.domain.run import JobKind, JobSnapshot, JobStatus, Run, RunStatus
from core.evaluation.deciding import decide
from core.jobs.answering import trained_model
from core.jobs.export_task import MANIFEST, export_run
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.sharing.export_files import write_scripts
from core.sharing.exporting import write_model
from core.sharing.predict_script import SNIPPET, predict_script
from core.sharing.rule import rule_of
from core.sharing.trial_process import _loaded

Named = list[tuple[str, Path]]

TINY = TrainConfig(image_size=64, head_epochs=10, patience=10, augmentation=Augmentation.NONE)


@pytest.fixture(scope="module")
def run(studio: Studio, stripes: Path) -> Run:
    torch.set_num_threads(1)
    project = studio.create_project("Stripes")
    studio.import_folder(project.id, stripes)
    _join(studio)
    started = studio.start_run(project.id, TINY, preset=None, token="t")
    _join(studio)
    done = studio.run(started.id)
    assert done is not None
    assert done.status is RunStatus.DONE, done.error
    studio.decide(done.id, Decision(temperature=1.7, farthest=0.3, least_sure=0.9))
    return done


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Named:
    """Real pictures of several sizes and shapes, one with transparency, one of 16 bits, one on its side."""
    folder = tmp_path_factory.mktemp("photographs")
    rocket, coffee = Image.fromarray(skimage.data.rocket()), Image.fromarray(skimage.data.coffee())
    clear = rocket.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    turned = Image.Exif()
    turned[0x0112] = 6
    coffee.save(folder / "wide.jpg", quality=90)
    coffee.crop((200, 0, 260, 400)).save(folder / "tall.png")
    coffee.resize((1500, 1000)).save(folder / "large.jpg", exif=turned)
    rocket.resize((30, 20)).save(folder / "small.png")
    clear.save(folder / "clear.png")
    Image.fromarray(skimage.data.moon().astype(np.uint16) * 200).save(folder / "grey.png")
    return [(path.name, path) for path in sorted(folder.iterdir())]


def _join(studio: Studio) -> None:
    for thread in list(studio._runner._threads):
        thread.join(120)


def unzipped(export: Export, folder: Path) -> Path:
    with zipfile.ZipFile(export.file) as archive:
        archive.extractall(folder)
    (top,) = folder.iterdir()
    return top


def told(folder: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / script), *arguments], capture_output=True, text=True, check=False
    )


def test_a_package_answers_bit_for_bit_as_the_run(
    studio: Studio, run: Run, photographs: Named, tmp_path: Path
) -> None:
    info = studio.package(run.id, tmp_path / "stripes.sightsmith")
    assert info.accuracy == studio.report(run.id).test.accuracy
    assert info.licence == "Apache-2.0"
    kept = studio.import_package(tmp_path / "stripes.sightsmith")
    assert kept.info == info
    assert [one.id for one in studio.packages()] == [kept.id]
    there, here = studio.answerer_of_package(kept.id), studio.answerer(run.id)
    assert list(there.answer(photographs)) == list(here.answer(photographs))
    seen_there, seen_here = there.seen(photographs), here.seen(photographs)
    assert np.array_equal(seen_there.probabilities, seen_here.probabilities)
    assert seen_there.strangeness is not None
    assert seen_here.strangeness is not None
    assert np.array_equal(seen_there.strangeness, seen_here.strangeness)
    studio.delete_package(kept.id)
    assert studio.packages() == ()


def test_a_refused_package_leaves_nothing_behind(studio: Studio, run: Run, tmp_path: Path) -> None:
    studio.package(run.id, tmp_path / "cut.sightsmith")
    (tmp_path / "cut.sightsmith").write_bytes((tmp_path / "cut.sightsmith").read_bytes()[:-100])
    with pytest.raises(PackageError):
        studio.import_package(tmp_path / "cut.sightsmith")
    assert studio.packages() == ()


@pytest.fixture(scope="module")
def exported(studio: Studio, run: Run) -> Export:
    """The run as ONNX, written by the job."""
    started = studio.export_model(run.id, ExportKind.ONNX)
    _join(studio)
    ended = studio.export_under_way(run.id, ExportKind.ONNX)
    assert ended is not None
    assert (ended.id, ended.kind, ended.status) == (started.id, JobKind.PACK, JobStatus.DONE), ended.error
    (export,) = studio.exports(run.id)
    return export


def test_an_export_is_certified_and_can_be_asked_elsewhere(
    studio: Studio, run: Run, exported: Export, photographs: Named, tmp_path: Path
) -> None:
    certificate = exported.certificate
    dataset = studio.dataset_of_run(run)
    assert dataset is not None
    assert certificate.pictures == len(dataset.used(Split.TEST))
    assert certificate.holds, certificate.why
    assert certificate.greatest_difference is not None
    assert certificate.greatest_difference < 1e-5
    assert certificate.accuracy == certificate.accuracy_here == studio.report(run.id).test.accuracy
    folder = unzipped(exported, tmp_path)
    assert folder.name == "Stripes-Run-1-onnx"
    verified = told(folder, "verify.py")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert verified.stdout.count("ok ") == 5
    asked = told(folder, "predict.py", *(str(path) for _, path in photographs))
    assert asked.returncode == 0, asked.stderr
    found = [json.loads(line) for line in asked.stdout.splitlines()]
    check_alike(found, list(studio.answerer(run.id).answer(photographs)), off=1e-4)
    assert Doubt.UNLIKE in asked.stdout
    _the_lines_to_copy_work(folder, photographs)


def test_an_export_keeps_the_rule_that_is_in_it(studio: Studio, run: Run, exported: Export) -> None:
    """A file of an earlier rule passed for the model as it answers now."""
    kept = studio.decision(run.id)
    assert exported.decision == kept
    studio.decide(run.id, replace(kept, costs=(Cost(actual="flat", said="steep", cost=5.0),)))
    try:
        (found,) = studio.exports(run.id)
        assert found.decision == kept != studio.decision(run.id)
    finally:
        studio.decide(run.id, kept)


def test_an_export_from_before_rules_were_kept_is_still_there(
    studio: Studio, run: Run, exported: Export
) -> None:
    manifest = exported.file.parent / MANIFEST
    content = manifest.read_bytes()
    older = json.loads(content)
    del older["decision"]
    manifest.write_text(json.dumps(older))
    try:
        assert studio.exports(run.id) == (replace(exported, decision=None),)
    finally:
        manifest.write_bytes(content)


def _the_lines_to_copy_work(folder: Path, photographs: Named) -> None:
    """The lines that Share offers for one's own program, run beside the export."""
    Image.open(photographs[0][1]).convert("RGB").save(folder / "picture.jpg")
    (folder / "mine.py").write_text(SNIPPET, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "mine.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) >= 3


@pytest.mark.parametrize("kind", [kind for kind in ExportKind if kind is not ExportKind.ONNX])
def test_other_forms_answer_alike_by_their_own_program(
    studio: Studio, run: Run, photographs: Named, stripes: Path, tmp_path: Path, kind: ExportKind
) -> None:
    model = trained_model(studio._workspace, run)
    rule = rule_of(model, name="Stripes")
    exact = kind is not ExportKind.ONNX_INT8
    # 8-bit numbers are fitted to the pictures that it learnt from, and say nothing of others
    asked = photographs if exact else [(path.name, path) for path in sorted(stripes.rglob("*.png"))]
    examples = [path for _, path in asked]
    write_model(model, kind, tmp_path, rule=rule, examples=examples, check=lambda: None)
    write_scripts(tmp_path, kind, rule)
    predict = _loaded(tmp_path / "predict.py")
    found = [predict.decide(*predict.ask(predict.read(path))) for path in examples]
    check_alike(found, list(studio.answerer(run.id).answer(asked)), off=1e-3 if exact else None)


def test_several_classes_are_named_by_their_costs_in_an_export_too(studio: Studio, run: Run) -> None:
    """The rule lies beside the export; what its program says of probabilities is what the app says."""
    rule = Decision(least_sure=0.3, costs=(Cost(actual="flat", said="", cost=9.0),))
    alone = trained_model(studio._workspace, run)
    model = replace(alone, decision=rule, network=replace(alone.network, several=True))
    script = predict_script(ExportKind.ONNX)
    within: dict[str, Any] = {"np": np, "RULE": json.loads(json.dumps(rule_of(model, name="Stripes")))}
    exec(script[script.index("def decide(") : script.index("if __name__")], within)  # noqa: S102 - all but its model
    likely = np.array([[0.2, 0.4], [0.05, 0.6], [0.1, 0.5], [0.3, 0.9]], dtype=np.float32)
    here = decide(rule, likely, model.classes, several=True)
    found = [within["decide"](row, None) for row in likely]
    assert [one["answer"] for one in found] == [["flat"], ["steep"], ["flat", "steep"], ["flat", "steep"]]
    assert [one["sure"] for one in found] == pytest.approx(here.sure)
    assert [one["doubt"] for one in found] == [here.doubt_of(row) for row in range(4)]


def test_cancelled_it_leaves_what_was_there(studio: Studio, run: Run) -> None:
    before = studio.exports(run.id)
    context = JobContext(JobSnapshot(id="x", kind=JobKind.PACK, project_id="p", title="t"))
    context.stop()
    with pytest.raises(Cancelled):
        export_run(studio._workspace, run, ExportKind.ONNX, context)
    assert studio.exports(run.id) == before


def check_alike(
    found: list[dict[str, Any]], answers: list[Answer | PictureError], *, off: float | None
) -> None:
    """Compare with the app's answers; without ``off`` only what is said, where the app is sure of it."""
    for one, answer in zip(found, answers, strict=True):
        assert isinstance(answer, Answer)
        if off is None and answer.confidence < 0.9:
            continue
        assert one["answer"] == answer.predicted
        if off is not None:
            assert one["sure"] == pytest.approx(answer.confidence, abs=off)
            assert one["doubt"] == answer.doubt


def test_onnx_has_everything_inside_and_agrees_to_rounding(
    studio: Studio, run: Run, exported: Export, photographs: Named, tmp_path: Path
) -> None:
    file = unzipped(exported, tmp_path) / "model.onnx"
    rule = json.loads({one.key: one.value for one in onnx.load(file).metadata_props}["sightsmith"])
    assert (rule["classes"], rule["least_sure"], rule["farthest"]) == (["flat", "steep"], 0.9, 0.3)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    assert [(one.name, one.type) for one in session.get_inputs()] == [("picture", "tensor(uint8)")]
    answerer = studio.answerer(run.id)
    pictures = [one for one in photographs if one[0] in ("tall.png", "small.png")]
    seen = answerer.seen(pictures)
    shown = answerer.decided(seen).probabilities
    for row, (_, path) in enumerate(pictures):
        likely, distance = session.run(None, {"picture": np.array(Image.open(path))})
        assert likely == pytest.approx(shown[row], abs=1e-5)
        assert seen.strangeness is not None
        assert distance[0] == pytest.approx(seen.strangeness[row], abs=1e-5)


def test_no_run_no_export(studio: Studio) -> None:
    with pytest.raises(RunError, match="does not exist"):
        studio.export_model("0" * 32, ExportKind.ONNX)
    assert studio.exports("0" * 32) == ()


def test_without_test_pictures_an_export_is_tried_on_those_of_the_validation(
    studio: Studio, run: Run, exported: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``exported`` comes first, since it counts the exports."""
    whole = studio.dataset_of_run(run)
    assert whole is not None
    kept = replace(whole, samples=tuple(one for one in whole.samples if one.split is not Split.TEST))
    monkeypatch.setattr("core.store.datasets.Datasets.get", lambda self, dataset_id: kept)
    context = JobContext(JobSnapshot(id="x", kind=JobKind.PACK, project_id="p", title="t"))
    export = export_run(studio._workspace, run, ExportKind.TORCHSCRIPT, context)
    certificate = export.certificate
    assert (certificate.split, certificate.pictures) == (Split.VALIDATION, len(kept.used(Split.VALIDATION)))
    assert "validation pictures as it does here" in certificate.why
    written = (unzipped(export, tmp_path) / "README.txt").read_text(encoding="utf-8")
    assert "golden/: validation pictures, for verify.py" in written
    assert "test pictures" not in written
