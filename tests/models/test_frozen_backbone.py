from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from core.domain.config import TrainConfig
from core.domain.preprocess import Preprocessing
from core.models import conversion, engine, preparation
from core.models.engine import frozen_backbone
from core.models.networks import random_network
from core.models.preprocessing import preprocessing_for
from core.models.surgery import build_backbone
from core.models.zoo import spec_of

SPEC = spec_of("mobilenet_v3_small")
SIZE = 64


@pytest.fixture(scope="module")
def weights() -> Mapping[str, Tensor]:
    return random_network(SPEC, seed=0).state_dict()


@pytest.fixture
def record() -> Preprocessing:
    return preprocessing_for(SPEC, TrainConfig(image_size=SIZE))


@pytest.fixture
def images() -> npt.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (3, SIZE, SIZE, 3), dtype=np.uint8)


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch, tiny_network: nn.Module) -> None:
    """Let another, tiny network be prepared, where only the keeping of it is looked at."""
    convert = conversion.converted
    monkeypatch.setattr(conversion, "converted", lambda _network, size: convert(tiny_network, size))


def must_not_load() -> Mapping[str, Tensor]:
    pytest.fail("weights were loaded although the network was prepared")


def test_gives_the_features_of_the_backbone(
    weights: Mapping[str, Tensor],
    record: Preprocessing,
    images: npt.NDArray[np.uint8],
    tmp_path: Path,
):
    engine = frozen_backbone(SPEC, record, weights=lambda: weights, cache=tmp_path)
    assert engine.name == "OpenVINO fp32"
    with torch.inference_mode():
        backbone = build_backbone(SPEC, weights, record)
        expected = backbone(torch.from_numpy(images).permute(0, 3, 1, 2)).numpy()
    assert expected.shape == (3, SPEC.features)
    assert np.abs(engine(images) - expected).max() < 1e-3 * np.abs(expected).max()


@pytest.mark.usefixtures("quickly")
def test_a_prepared_backbone_needs_no_weights_and_answers_the_same(
    weights: Mapping[str, Tensor],
    record: Preprocessing,
    images: npt.NDArray[np.uint8],
    tmp_path: Path,
):
    first = frozen_backbone(SPEC, record, weights=lambda: weights, cache=tmp_path)
    again = frozen_backbone(SPEC, record, weights=must_not_load, cache=tmp_path)
    assert np.array_equal(first(images), again(images))


@pytest.mark.usefixtures("quickly")
def test_other_pixels_or_weights_are_prepared_anew(
    weights: Mapping[str, Tensor], record: Preprocessing, tmp_path: Path
):
    made = [
        (SPEC, record),
        (SPEC, replace(record, mean=(0.5, 0.5, 0.5))),
        (SPEC, replace(record, image_size=96)),
        (replace(SPEC, weights_sha256="ffffffff"), record),
    ]
    for spec, preprocessing in made:
        frozen_backbone(spec, preprocessing, weights=lambda: weights, cache=tmp_path)
    assert len(list(tmp_path.glob("mobilenet_v3_small-*.zip"))) == len(made)


@pytest.mark.usefixtures("quickly")
def test_a_damaged_one_is_made_anew(
    weights: Mapping[str, Tensor],
    record: Preprocessing,
    images: npt.NDArray[np.uint8],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    first = frozen_backbone(SPEC, record, weights=lambda: weights, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    again = frozen_backbone(SPEC, record, weights=lambda: weights, cache=tmp_path)
    assert np.array_equal(first(images), again(images))
    assert "is damaged and is made anew" in caplog.text


def test_pytorch_takes_over_where_openvino_is_missing(
    weights: Mapping[str, Tensor],
    record: Preprocessing,
    images: npt.NDArray[np.uint8],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(sys.modules, "openvino", None)
    engine = frozen_backbone(SPEC, record, weights=lambda: weights, cache=tmp_path)
    assert engine.name == "PyTorch fp32, channels last"
    assert engine(images).shape == (3, SPEC.features)


LOOKS = """
import sys
from pathlib import Path
import numpy as np
from core.domain.config import TrainConfig
from core.models.engine import frozen_backbone
from core.models.preprocessing import preprocessing_for
from core.models.weights import load_weights
from core.models.zoo import spec_of

spec = spec_of("efficientnet_lite0")
engine = frozen_backbone(
    spec,
    preprocessing_for(spec, TrainConfig(image_size=64)),
    weights=lambda: load_weights(spec, Path(sys.argv[2])),
    cache=Path(sys.argv[1]),
    weights_folder=Path(sys.argv[2]),
)
print(engine.name, engine(np.zeros((1, 64, 64, 3), np.uint8)).shape)
print(sorted({"torch", "torchvision", "timm"} & set(sys.modules)))
"""


def test_a_process_of_its_own_prepares_it_and_pytorch_never_comes_into_this_one(
    tmp_path: Path, real_weights: Callable[[str], dict[str, Tensor]]
):
    real_weights("efficientnet_lite0")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOOKS, str(tmp_path / "engines"), str(tmp_path / "weights")],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["OpenVINO fp32 (1, 1280)", "[]"]
    assert len(list((tmp_path / "engines").iterdir())) == 1


@pytest.mark.usefixtures("quickly")
def test_where_that_process_fails_it_is_done_here(
    weights: Mapping[str, Tensor],
    record: Preprocessing,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    """The file is there, but it does not hold the weights it should."""
    (tmp_path / SPEC.weights_file).write_bytes(b"not these")
    engine = frozen_backbone(
        SPEC, record, weights=lambda: weights, cache=tmp_path / "engines", weights_folder=tmp_path
    )
    assert engine.name == "OpenVINO fp32"
    assert "The process that prepares MobileNet v3 small failed" in caplog.text
    assert "is damaged" in caplog.text


@pytest.mark.usefixtures("quickly")
def test_no_process_is_started_for_weights_that_are_not_here(
    weights: Mapping[str, Tensor], record: Preprocessing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(preparation.subprocess, "run", lambda *_a, **_k: pytest.fail("a process was started"))
    engine = frozen_backbone(
        SPEC, record, weights=lambda: weights, cache=tmp_path / "engines", weights_folder=tmp_path
    )
    assert engine.name == "OpenVINO fp32"


def test_a_backbone_is_prepared_once_however_many_ask(
    monkeypatch: pytest.MonkeyPatch, record: Preprocessing, tmp_path: Path
):
    asked: list[Path] = []

    def prepare(*_given: object, kept: Path, **_more: object) -> None:
        asked.append(kept)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(b"prepared")

    monkeypatch.setattr(engine, "prepare_apart", prepare)
    threads = [
        threading.Thread(
            target=engine.prepare_backbone,
            args=(SPEC, record),
            kwargs={"cache": tmp_path / "engines", "weights_folder": tmp_path},
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
    smaller = replace(record, image_size=record.image_size - 32)
    engine.prepare_backbone(SPEC, smaller, cache=tmp_path / "engines", weights_folder=tmp_path)
    assert len(asked) == 2  # another size is another network
