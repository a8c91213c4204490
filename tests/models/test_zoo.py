"""Every number in the table is compared with what the libraries themselves say."""

from __future__ import annotations

import subprocess
import sys

import pytest
import timm
import torchvision
from torch import nn

from core.domain.errors import ConfigError
from core.domain.model import ModelSpec, WeightsSource
from core.models.networks import blank_network
from core.models.zoo import SPECS, spec_of

TORCHVISION = [spec for spec in SPECS if spec.torchvision_weights]


def by_key(spec: ModelSpec) -> str:
    return spec.key


def test_importing_the_table_loads_no_network_library():
    script = (
        "import sys, core.models.zoo; print(sorted({'torch', 'torchvision', 'timm'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_offers_the_networks_that_guides_to_fine_tuning_name():
    assert {spec.key for spec in SPECS} == {
        "efficientnet_lite0", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0",
        "resnet18", "resnet50", "densenet121", "inception_v3", "convnext_tiny", "vgg16",
    }  # fmt: skip
    assert len({spec.key for spec in SPECS}) == len(SPECS)


@pytest.mark.parametrize("spec", TORCHVISION, ids=by_key)
def test_says_about_the_weights_what_torchvision_says(spec: ModelSpec):
    weights = torchvision.models.get_weight(spec.torchvision_weights)
    file = weights.url.rsplit("/", 1)[1]
    transform = weights.transforms()
    assert spec.weights_file == file
    assert spec.weights_sha256.startswith(file.removesuffix(".pth").rsplit("-", 1)[1])
    assert spec.parameters == weights.meta["num_params"]
    assert spec.download_mb == pytest.approx(weights.meta["_file_size"], abs=0.06)
    assert spec.image_size == transform.crop_size[0]
    assert spec.interpolation.value == transform.interpolation.value
    assert (list(spec.mean), list(spec.std)) == (transform.mean, transform.std)


def test_says_about_lite0_what_timm_says():
    spec = spec_of("efficientnet_lite0")
    said = timm.get_pretrained_cfg("tf_efficientnet_lite0")
    assert (spec.mean, spec.std, spec.interpolation) == (said.mean, said.std, said.interpolation)
    assert spec.image_size == said.input_size[1]


@pytest.mark.parametrize("spec", SPECS, ids=by_key)
def test_blocks_hold_every_parameter_once_except_the_heads(spec: ModelSpec):
    network = blank_network(spec)
    assert sum(parameter.numel() for parameter in network.parameters()) == spec.parameters
    in_blocks = [
        f"{module}.{name}"
        for block in spec.blocks
        for module in block.modules
        for name, _ in network.get_submodule(module).named_parameters()
    ]
    in_heads = (f"{spec.head}.", "AuxLogits.")
    expected = [name for name, _ in network.named_parameters() if not name.startswith(in_heads)]
    assert sorted(in_blocks) == sorted(expected)


@pytest.mark.parametrize("spec", SPECS, ids=by_key)
def test_blocks_stand_in_the_order_in_which_a_picture_meets_them(spec: ModelSpec):
    order = {name: place for place, (name, _) in enumerate(blank_network(spec).named_modules())}
    places = [order[module] for block in spec.blocks for module in block.modules]
    assert places == sorted(places)


@pytest.mark.parametrize("spec", SPECS, ids=by_key)
def test_names_the_head_and_a_layer_for_heat_maps(spec: ModelSpec):
    network = blank_network(spec)
    head = network.get_submodule(spec.head)
    assert isinstance(head, nn.Linear)
    assert (head.in_features, head.out_features) == (spec.features, 1000)
    network.get_submodule(spec.cam_layer)


@pytest.mark.parametrize("spec", SPECS, ids=by_key)
def test_is_described_in_one_sentence_with_its_licence(spec: ModelSpec):
    assert spec.summary.endswith(".")
    assert spec.licence in {"Apache-2.0", "BSD-3-Clause"}
    assert (spec.source is WeightsSource.BUNDLED) == (spec.weights_package is not None)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match=r"no backbone called 'resnet81'. Did you mean 'resnet18'\?"):
        spec_of("resnet81")


def test_a_name_like_none_is_answered_with_the_list():
    with pytest.raises(ConfigError, match=r"Choose one of: efficientnet_lite0, mobilenet_v2, .*, vgg16\."):
        spec_of("???")
