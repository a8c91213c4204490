"""Both offline backbones see the cat in a photograph: weights, names, scaling and colours are right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image
from torch import Tensor

from core.domain.model import ModelSpec
from core.domain.preprocess import Interpolation, Preprocessing
from core.models.surgery import Backbone, build_network
from core.models.zoo import spec_of

CATS = range(281, 286)  # tabby, tiger, Persian, Siamese and Egyptian cat among ImageNet's 1,000 classes
RESAMPLING = {
    Interpolation.BILINEAR: Image.Resampling.BILINEAR,
    Interpolation.BICUBIC: Image.Resampling.BICUBIC,
}


def cat_pixels(spec: ModelSpec) -> Tensor:
    photograph = Image.fromarray(skimage.data.chelsea())
    fitted = photograph.resize((224, 224), RESAMPLING[spec.interpolation])
    return torch.from_numpy(np.array(fitted)).permute(2, 0, 1)[None]


@pytest.mark.parametrize("key", ["efficientnet_lite0", "mobilenet_v2"])
def test_sees_a_cat(
    key: str,
    real_weights: Callable[[str], dict[str, Tensor]],
    preprocessing: Callable[[ModelSpec, int], Preprocessing],
):
    spec = spec_of(key)
    network = Backbone(build_network(spec, real_weights(key)), preprocessing(spec, 224))
    with torch.inference_mode():
        probabilities = network(cat_pixels(spec)).softmax(dim=1)[0]
    assert int(probabilities.argmax()) in CATS
    assert float(probabilities[CATS.start : CATS.stop].sum()) > 0.9
