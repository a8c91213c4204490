"""Why a picture was answered as it was, asked of a real workspace with a small network of random weights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.data.pixels import load_pixels
from core.domain.config import TrainConfig
from core.domain.decision import Decision
from core.domain.errors import ConfigError, PictureError, RunError
from core.domain.report import Predictions
from core.domain.run import RunStatus
from core.evaluation.novelty import memory_of
from core.evaluation.report import build_report
from core.jobs.kept_models import KeptModels
from core.jobs.studio import Studio
from core.models.preprocessing import preprocessing_for
from core.models.surgery import build_classifier, export_weights
from core.models.zoo import spec_of
from tests.models.awake import awake
from tests.store.made import CLASSES, dataset_of, kept

CONFIG = TrainConfig(backbone="mobilenet_v3_small", image_size=64)
SPEC = spec_of(CONFIG.backbone)
PICTURES = 9


@pytest.fixture(scope="module")
def run_id(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A finished run on noisy pictures of 80 x 50 pixels."""
    project = studio.create_project("Bolts")
    workspace = studio._workspace
    dataset = dataset_of(workspace, project, pictures=PICTURES)
    folder = tmp_path_factory.mktemp("pictures")
    hashes = [kept(workspace, noise(folder / f"{n}.png", seed=n).read_bytes()) for n in range(PICTURES)]
    samples = tuple(replace(s, sha256=sha) for s, sha in zip(dataset.samples, hashes, strict=True))
    dataset = replace(dataset, samples=samples)
    workspace.datasets.add(dataset)
    run = workspace.runs.create(project.id, dataset, config=CONFIG, preset=None, token="t", expected=None)
    workspace.queue.take()
    workspace.runs.start(run.id, device="a test")
    preprocessing = preprocessing_for(SPEC, CONFIG)
    model = build_classifier(
        SPEC, None, preprocessing=preprocessing, classes=2, hidden_units=0, dropout=0.0, seed=0
    )
    images = images_in(folder)
    awake(model, images)
    with torch.inference_mode():
        features = model.features(images).numpy()
    weights = {name: tensor.numpy() for name, tensor in export_weights(model).items()}
    judged = Predictions(
        paths=tuple(sample.path for sample in samples),
        sha256=tuple(hashes),
        splits=tuple(sample.split for sample in samples),
        labels=np.array([CLASSES.index(sample.label) for sample in samples]),
        probabilities=np.full((PICTURES, 2), 0.5, np.float32),
    )
    workspace.runs.save_result(
        run.id,
        report=build_report(run.id, CLASSES, judged),
        predictions=judged,
        weights=weights,
        preprocessing=preprocessing,
        memory=memory_of(features, tuple(hashes), judged.labels),
        decision=Decision(temperature=0.5),
    )
    workspace.runs.finish(run.id, RunStatus.DONE)
    return run.id


def noise(path: Path, *, seed: int) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((80, 50), Image.Resampling.BICUBIC).save(path)
    return path


def images_in(folder: Path) -> torch.Tensor:
    how = preprocessing_for(SPEC, CONFIG)
    pixels = np.stack([load_pixels(folder / f"{n}.png", how) for n in range(PICTURES)])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)


@pytest.fixture(scope="module")
def picture(studio: Studio, run_id: str) -> str:
    return studio._workspace.runs.predictions(run_id).sha256[0]


def test_explains_the_answer_that_was_given(studio, run_id, picture):
    found = studio.explain(run_id, picture)
    (answer,) = studio.answerer(run_id).answer([("a", studio._workspace.paths.picture(picture))])
    assert found.class_name == answer.predicted
    assert found.probability == pytest.approx(answer.confidence, abs=1e-4)
    assert found.heat.shape == (50, 80)
    assert found.seen.whole
    assert 0 <= found.heat.min() <= found.heat.max() <= 1
    assert not found.heat.flags.writeable
    assert found.seconds > 0


def test_explains_any_other_class_too(studio, run_id, picture):
    first, second = (studio.explain(run_id, picture, name) for name in CLASSES)
    assert first.probability + second.probability == pytest.approx(1, abs=1e-4)
    assert not np.array_equal(first.heat, second.heat)
    for one in (first, second):
        assert (one.drop_hottest is None) == (one.drop_random is None) == (not one.heat.any())


def test_the_most_likely_classes_come_first(studio, run_id, picture):
    found = studio.likely(run_id, picture)
    assert {one.class_name for one in found} == set(CLASSES)
    assert found[0].probability > found[1].probability
    assert sum(one.probability for one in found) == pytest.approx(1, abs=1e-4)
    assert [one.class_name for one in studio.likely(run_id, picture, most=1)] == [found[0].class_name]
    assert found[0].class_name == studio.explain(run_id, picture).class_name


def test_similar_pictures_are_others_the_nearest_first(studio, run_id, picture):
    found = studio.similar(run_id, picture, most=4)
    assert len(found) == 4
    assert picture not in {one.sha256 for one in found}
    likenesses = [one.likeness for one in found]
    assert likenesses == sorted(likenesses, reverse=True)
    assert all(one.labels[0] == one.path.partition("/")[0] for one in found)


def test_a_file_is_explained_as_a_known_picture_is(studio, run_id, picture):
    file = studio._workspace.paths.picture(picture)
    assert np.array_equal(studio.explain(run_id, file).heat, studio.explain(run_id, picture).heat)
    assert studio.likely(run_id, file) == studio.likely(run_id, picture)
    (nearest,) = studio.similar(run_id, file, most=1)
    assert (nearest.sha256, nearest.likeness) == (picture, pytest.approx(1, abs=2e-3))


def test_several_threads_may_ask_at_once(studio, run_id):
    """A hook on the one network must not catch the pass of another thread."""
    hashes = studio._workspace.runs.predictions(run_id).sha256[:4] * 2
    alone = {sha256: studio.explain(run_id, sha256).heat for sha256 in hashes}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda sha256: studio.explain(run_id, sha256).heat, hashes))
    for sha256, heat in zip(hashes, together, strict=True):
        assert np.allclose(heat, alone[sha256], atol=1e-5)


def test_what_cannot_be_explained_is_told(studio, run_id, picture, tmp_path):
    with pytest.raises(RunError):
        studio.explain("0" * 32, picture)
    with pytest.raises(ConfigError, match="'owl'"):
        studio.explain(run_id, picture, "owl")
    (tmp_path / "a.png").write_bytes(b"no picture")
    for ask in (studio.explain, studio.likely, studio.similar):
        with pytest.raises(PictureError):
            ask(run_id, tmp_path / "a.png")


def test_only_the_runs_asked_last_are_kept():
    loaded: list[str] = []

    def load(run_id: str) -> object:
        loaded.append(run_id)
        return object()

    runs = KeptModels(load)
    for run_id in ("a", "b", "a", "c", "a", "b"):
        with runs.using(run_id):
            pass
    assert loaded == ["a", "b", "c", "b"]


def test_a_run_that_could_not_be_loaded_is_tried_again():
    asked: list[str] = []

    def load(run_id: str) -> object:
        asked.append(run_id)
        if len(asked) == 1:
            raise RunError("Not yet.", hint="Wait.")
        return object()

    runs = KeptModels(load)
    with pytest.raises(RunError), runs.using("a"):
        pass
    with runs.using("a"):
        assert asked == ["a", "a"]
