from __future__ import annotations

import dataclasses
import hashlib
import os
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.domain.errors import WeightsError
from core.domain.model import ModelSpec
from core.models.networks import blank_network, random_network
from core.models.weights import load_weights, locate, readiness
from core.models.zoo import spec_of

RESNET18 = spec_of("resnet18")
LITE0 = spec_of("efficientnet_lite0")


def saved(spec: ModelSpec, folder: Path, tensors: dict[str, Tensor]) -> ModelSpec:
    """Save tensors under the spec's file name; return the spec with the checksum of that file."""
    folder.mkdir(exist_ok=True)
    path = folder / spec.weights_file
    torch.save(OrderedDict(tensors), path)
    return dataclasses.replace(spec, weights_sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def without_package(spec: ModelSpec) -> ModelSpec:
    return dataclasses.replace(spec, weights_package="no-such-package-anywhere")


def test_says_that_a_bundled_backbone_is_ready(tmp_path: Path):
    told = readiness(LITE0, tmp_path)
    assert (told.ready, told.note) == (True, "ready")


def test_says_how_much_the_first_use_downloads(tmp_path: Path):
    told = readiness(RESNET18, tmp_path)
    assert (told.ready, told.note) == (False, "downloads 45 MB on first use")


def test_a_missing_package_means_a_download_where_there_is_one(tmp_path: Path):
    told = readiness(without_package(spec_of("mobilenet_v2")), tmp_path)
    assert (told.ready, told.note) == (False, "downloads 14 MB on first use")


def test_a_missing_package_without_a_download_is_named(tmp_path: Path):
    spec = without_package(LITE0)
    assert readiness(spec, tmp_path).note == "the package no-such-package-anywhere is missing"
    with pytest.raises(WeightsError) as told:
        load_weights(spec, tmp_path)
    assert str(told.value) == (
        "The weights of EfficientNet-Lite0 are missing: the package no-such-package-anywhere is not "
        f"installed. Install it, or put the file efficientnet-lite0-57934424.pth into {tmp_path}."
    )


def test_the_users_own_folder_comes_before_the_package(tmp_path: Path):
    packaged = locate(LITE0, tmp_path)
    assert packaged is not None
    assert tmp_path not in packaged.parents
    (tmp_path / LITE0.weights_file).touch()
    assert locate(LITE0, tmp_path) == tmp_path / LITE0.weights_file


def test_a_file_that_may_not_be_read_counts_as_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In a folder that several people share, another one's download was told as ready, and then failed."""
    for spec in (RESNET18, LITE0):
        (tmp_path / spec.weights_file).touch()
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).parent != tmp_path or mode != os.R_OK)
    told = readiness(RESNET18, tmp_path)
    assert (told.ready, told.note) == (False, "downloads 45 MB on first use")
    packaged = locate(LITE0, tmp_path)
    assert packaged is not None
    assert tmp_path not in packaged.parents


def test_every_tensor_of_lite0_finds_its_place(tmp_path: Path):
    weights = load_weights(LITE0, tmp_path)
    wanted = blank_network(LITE0).state_dict()
    assert len(weights) == 296
    assert list(weights) == list(wanted)
    assert all(weights[name].shape == tensor.shape for name, tensor in wanted.items())
    assert bool((weights["bn1.running_var"] >= 0).all())


def test_a_file_put_into_the_folder_is_read(tmp_path: Path):
    tensors = random_network(RESNET18).state_dict()
    loaded = load_weights(saved(RESNET18, tmp_path, tensors), tmp_path)
    assert loaded.keys() == tensors.keys()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in tensors.items())


def test_old_files_without_batch_counters_are_read(tmp_path: Path):
    tensors = random_network(RESNET18).state_dict()
    old = {name: tensor for name, tensor in tensors.items() if not name.endswith("num_batches_tracked")}
    loaded = load_weights(saved(RESNET18, tmp_path, old), tmp_path)
    assert loaded.keys() == tensors.keys()


def test_densenets_old_names_are_understood(tmp_path: Path):
    """Its published file says denselayer1.norm.1.weight where the network says denselayer1.norm1.weight."""
    spec = spec_of("densenet121")
    tensors = random_network(spec).state_dict()
    old = {
        name.replace(".norm1.", ".norm.1.").replace(".norm2.", ".norm.2.")
        .replace(".conv1.", ".conv.1.").replace(".conv2.", ".conv.2."): tensor
        for name, tensor in tensors.items()
    }  # fmt: skip
    assert old.keys() != tensors.keys()
    assert load_weights(saved(spec, tmp_path, old), tmp_path).keys() == tensors.keys()


def test_a_damaged_file_is_told_and_not_loaded(tmp_path: Path):
    (tmp_path / RESNET18.weights_file).write_bytes(b"not weights")
    with pytest.raises(
        WeightsError, match=r"damaged or not the weights of ResNet-18: .* not f37072fd\. Delete it"
    ):
        load_weights(RESNET18, tmp_path)


def test_a_pickle_that_would_run_code_is_never_run(tmp_path: Path):
    canary = tmp_path / "canary"

    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (canary,))

    path = tmp_path / RESNET18.weights_file
    torch.save({"conv1.weight": Evil()}, path)
    spec = dataclasses.replace(RESNET18, weights_sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(WeightsError, match="holds more than tensors"):
        load_weights(spec, tmp_path)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda t: t | {"fc.weight": torch.zeros(1000, 7)},
            r"fc.weight has the shape \(1000, 7\) instead of",
        ),
        (lambda t: t | {"extra": torch.zeros(1)}, "1 tensors are missing or unknown, extra among them"),
        (lambda t: {n: v for n, v in t.items() if n != "fc.bias"}, "missing or unknown, fc.bias among them"),
    ],
)
def test_tensors_that_do_not_fit_are_named(change, reason: str, tmp_path: Path):
    spec = saved(RESNET18, tmp_path, change(random_network(RESNET18).state_dict()))
    with pytest.raises(WeightsError, match=f"does not fit ResNet-18: .*{reason}"):
        load_weights(spec, tmp_path)


def test_lite0_is_refused_when_a_tensor_is_missing(tmp_path: Path):
    tensors = dict(list(random_network(LITE0).state_dict().items())[:-1])
    with pytest.raises(WeightsError, match="it holds 295 tensors instead of 296"):
        load_weights(saved(LITE0, tmp_path, tensors), tmp_path)


def test_lite0_is_refused_when_the_order_differs(tmp_path: Path):
    tensors = dict(reversed(random_network(LITE0).state_dict().items()))
    with pytest.raises(WeightsError, match="has the shape"):
        load_weights(saved(LITE0, tmp_path, tensors), tmp_path)
