from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models import conversion
from core.models.engine import Engine, compile_frozen
from core.models.surgery import build_classifier
from core.models.torch_engine import TorchEngine
from core.models.zoo import spec_of

SIZE = 32
Images = npt.NDArray[np.uint8]


@pytest.fixture
def images() -> Images:
    return np.random.default_rng(0).integers(0, 256, (11, SIZE, SIZE, 3), dtype=np.uint8)


def eager(module: nn.Module, images: Images) -> npt.NDArray[np.float32]:
    with torch.inference_mode():
        rows: Tensor = module(torch.from_numpy(images).permute(0, 3, 1, 2))
    return rows.numpy()


def difference(found: npt.NDArray[np.float32], expected: npt.NDArray[np.float32]) -> float:
    """Largest difference, relative to the largest value."""
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def cosines(found: npt.NDArray[np.float32], expected: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    return (found * expected).sum(axis=1) / lengths


@pytest.mark.parametrize("key", ["efficientnet_lite0", "mobilenet_v2"])
def test_all_engines_give_the_features_of_plain_pytorch(
    key: str,
    real_weights: Callable[[str], dict[str, Tensor]],
    preprocessing: Callable[[ModelSpec, int], Preprocessing],
):
    spec = spec_of(key)
    backbone = build_classifier(
        spec,
        real_weights(key),
        preprocessing=preprocessing(spec, 96),
        classes=2,
        hidden_units=0,
        dropout=0.0,
        seed=0,
    ).backbone
    pictures = np.random.default_rng(0).integers(0, 256, (3, 96, 96, 3), dtype=np.uint8)
    expected = eager(backbone, pictures)
    openvino = compile_frozen(backbone, image_size=96, cache=None)
    assert openvino.name == "OpenVINO fp32"
    assert difference(openvino(pictures), expected) < 1e-3
    assert difference(TorchEngine(backbone, image_size=96)(pictures), expected) < 1e-3
    rounded = TorchEngine(backbone, image_size=96, precision="bf16")
    assert cosines(rounded(pictures), expected).min() > 0.98


def made_with_openvino(module: nn.Module) -> Engine:
    return compile_frozen(module, image_size=SIZE, cache=None)


def made_with_pytorch(module: nn.Module) -> Engine:
    return TorchEngine(module, image_size=SIZE)


@pytest.mark.parametrize("make", [made_with_openvino, made_with_pytorch])
def test_takes_any_number_of_pictures(
    make: Callable[[nn.Module], Engine], tiny_network: nn.Module, images: Images
):
    engine = make(tiny_network)
    for count in (1, 8, 11):
        rows = engine(images[:count])
        assert (rows.shape, rows.dtype) == ((count, 4), np.float32)
        assert difference(rows, eager(tiny_network, images[:count])) < 1e-4


@pytest.mark.parametrize("make", [made_with_openvino, made_with_pytorch])
def test_takes_a_read_only_memory_map(
    make: Callable[[nn.Module], Engine], tiny_network: nn.Module, images: Images, tmp_path: Path
):
    np.save(tmp_path / "pixels.npy", images)
    mapped = np.load(tmp_path / "pixels.npy", mmap_mode="r")
    assert difference(make(tiny_network)(mapped), eager(tiny_network, images)) < 1e-4


@pytest.mark.parametrize("make", [made_with_openvino, made_with_pytorch])
def test_answers_as_the_network_was_and_leaves_it_alone(
    make: Callable[[nn.Module], Engine], tiny_network: nn.Module, images: Images
):
    expected = eager(tiny_network, images)
    before = {name: value.clone() for name, value in tiny_network.state_dict().items()}
    tiny_network.train()
    engine = make(tiny_network)
    assert all(module.training for module in tiny_network.modules())
    assert all(torch.equal(value, before[name]) for name, value in tiny_network.state_dict().items())
    with torch.no_grad():
        tiny_network.get_parameter("conv1.weight").zero_()
    assert difference(engine(images), expected) < 1e-4


def test_a_prepared_network_is_kept_and_found_again(
    tiny_network: nn.Module, images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = compile_frozen(tiny_network, image_size=SIZE, cache=tmp_path)(images)
    assert [path.suffix for path in tmp_path.iterdir()] == [".zip"]

    def must_not_convert(*_args: object) -> None:
        pytest.fail("converted although it was prepared")

    monkeypatch.setattr(conversion, "converted", must_not_convert)
    again = compile_frozen(tiny_network, image_size=SIZE, cache=tmp_path)
    assert again.name == "OpenVINO fp32"
    assert np.array_equal(again(images), first)


def test_a_network_answers_the_same_kept_or_not(tiny_network: nn.Module, images: Images, tmp_path: Path):
    """OpenVINO's graph changes in the last digit on its way to the disk: a second start must not differ."""
    without = compile_frozen(tiny_network, image_size=SIZE, cache=None)(images)
    assert np.array_equal(compile_frozen(tiny_network, image_size=SIZE, cache=tmp_path)(images), without)


def test_other_weights_are_prepared_anew(tiny_network: nn.Module, images: Images, tmp_path: Path):
    compile_frozen(tiny_network, image_size=SIZE, cache=tmp_path)
    with torch.no_grad():
        tiny_network.get_parameter("conv2.bias").add_(1.0)
    engine = compile_frozen(tiny_network, image_size=SIZE, cache=tmp_path)
    assert difference(engine(images), eager(tiny_network, images)) < 1e-4
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_damaged_prepared_network_is_made_anew(
    damage: str, tiny_network: nn.Module, images: Images, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    compile_frozen(tiny_network, image_size=SIZE, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    middle = len(whole) // 2
    kept.write_bytes({
        "cut": whole[:middle],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
    }[damage])  # fmt: skip
    engine = compile_frozen(tiny_network, image_size=SIZE, cache=tmp_path)
    assert engine.name == "OpenVINO fp32"
    assert difference(engine(images), eager(tiny_network, images)) < 1e-4
    assert "is damaged and is made anew" in caplog.text
    caplog.clear()
    compile_frozen(tiny_network, image_size=SIZE, cache=tmp_path)
    assert not caplog.text


def test_a_cache_folder_that_cannot_be_written_costs_nothing(
    tiny_network: nn.Module, images: Images, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "file").touch()
    engine = compile_frozen(tiny_network, image_size=SIZE, cache=tmp_path / "file" / "cache")
    assert difference(engine(images), eager(tiny_network, images)) < 1e-4
    assert "could not be kept" in caplog.text


def test_pytorch_takes_over_where_openvino_is_missing(
    tiny_network: nn.Module, images: Images, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setitem(sys.modules, "openvino", None)
    engine = compile_frozen(tiny_network, image_size=SIZE, cache=None)
    assert engine.name == "PyTorch fp32, channels last"
    assert difference(engine(images), eager(tiny_network, images)) < 1e-4
    assert caplog.records[0].levelno == logging.WARNING


def test_pytorch_takes_over_what_openvino_cannot_convert(images: Images):
    """After a failure OpenVINO left the root logger at ERROR, and no warning of the app was heard again."""

    class Eigenvalues(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))

        def forward(self, pixels: Tensor) -> Tensor:
            return torch.linalg.eigvalsh(pixels[:, 0, :3, :3].float() / 255) * self.scale

    root = logging.getLogger()
    before = (root.level, root.filters[:], root.handlers[:])
    module = Eigenvalues()
    engine = compile_frozen(module, image_size=SIZE, cache=None)
    assert engine.name == "PyTorch fp32, channels last"
    assert difference(engine(images), eager(module, images)) < 1e-4
    assert (root.level, root.filters, root.handlers) == before


def test_bf16_is_named_where_the_processor_has_it(tiny_network: nn.Module, images: Images):
    engine = compile_frozen(tiny_network, image_size=SIZE, cache=None, precision="bf16")
    assert engine.name in {"OpenVINO bf16", "OpenVINO fp32"}
    assert cosines(engine(images), eager(tiny_network, images)).min() > 0.99


GUARDED = """
import sys

def guard(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        print("REACHED OUT", event, arguments)

sys.addaudithook(guard)
import torch
from core.models.engine import compile_frozen
network = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3), torch.nn.Flatten())
images = torch.zeros(1, 8, 8, 3, dtype=torch.uint8).numpy()

class Floats(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.network = network

    def forward(self, pixels):
        return self.network(pixels.float())

engine = compile_frozen(Floats(), image_size=8, cache=None)
engine(images)
print(engine.name)
"""


def test_openvino_reports_nothing_home_and_writes_nothing_into_the_home_folder(tmp_path: Path):
    """OpenVINO's telemetry is on unless asked not to, and is silent where CI is set: here it is not."""
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "TF_BUILD"}}
    environment |= {"HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", GUARDED],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "OpenVINO fp32"
    assert list(tmp_path.iterdir()) == []


LET_GO = """
import gc, signal, threading
import torch
from core.models.engine import compile_frozen

class Mean(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(3))

    def forward(self, pixels):
        return pixels.float().mean(dim=(2, 3)) * self.scale

engines = [compile_frozen(Mean(), image_size=8, cache=None)]
name = engines[0].name

def let_go():
    engines.clear()
    gc.collect()

thread = threading.Thread(target=let_go)
thread.start()
thread.join()
signal.signal(signal.SIGTERM, lambda *_: print(name, "and the signal was heard"))
signal.raise_signal(signal.SIGTERM)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals have no stack of their own there")
def test_a_signal_is_heard_after_another_thread_has_let_an_engine_go():
    """Asked to stop after OpenVINO had been unloaded, the app ended by a segmentation fault."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LET_GO],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "OpenVINO fp32 and the signal was heard")
