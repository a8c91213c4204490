from __future__ import annotations

import numpy as np
import pytest

from core.data.targets import multi_hot
from tests.data.made_sets import made_sample


def test_there_is_a_one_for_every_class_of_a_picture() -> None:
    samples = [made_sample("cat/1.jpg"), made_sample("dog/2.jpg", also=("cat", "owl"))]
    targets = multi_hot(samples, ("cat", "dog", "owl"))
    assert targets.dtype == np.float32
    assert targets.tolist() == [[1, 0, 0], [1, 1, 1]]


def test_a_class_that_is_none_of_the_data_set_is_an_error() -> None:
    with pytest.raises(KeyError, match="cat"):
        multi_hot([made_sample("cat/1.jpg")], ("dog",))
