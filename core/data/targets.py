"""What a network should answer: a one for every class of a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Sample


def multi_hot(samples: Sequence[Sample], classes: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return a row per picture with 1 at each of its classes, (N, C); with one class each it is one-hot."""
    index = {name: place for place, name in enumerate(classes)}
    targets = np.zeros((len(samples), len(classes)), dtype=np.float32)
    for row, sample in enumerate(samples):
        targets[row, [index[name] for name in sample.labels]] = 1
    return targets
