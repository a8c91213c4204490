"""Features made easy to fit: each centred, and of variance 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.errors import RunError

_CONSTANT: Final = 1e-6  # a feature that varies by less of its mean tells nothing but rounding

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardised:
    """Rows to fit, and the way back to a layer for the features as they are."""

    rows: Tensor  # (N, D + 1); the last column is all ones
    mean: Tensor  # (D,)
    deviation: Tensor  # (D,); infinite where a feature is constant: it is left out

    def layer(self, weights: Tensor) -> tuple[Singles, Singles]:
        """Return weight (K, D) and bias (K,) that answer as ``weights`` (D + 1, K) do to the rows."""
        weight = weights[:-1].double() / self.deviation.double()[:, None]  # (D, K)
        bias = weights[-1].double() - self.mean.double() @ weight
        return weight.T.float().contiguous().numpy(), bias.float().numpy()


def standardised(features: npt.ArrayLike) -> Standardised:
    """Return ``features`` (N, D), a copy, ready to be fitted. Raises RunError where one is not a number."""
    found = np.asarray(features)
    rows = torch.ones(len(found), found.shape[1] + 1)
    rows.numpy()[:, :-1] = found
    if not bool(torch.isfinite(rows).all()):
        raise RunError(
            "The backbone answers some pictures with what is not a number.",
            hint="Choose another backbone, or set the precision to fp32.",
        )
    looks = rows[:, :-1]
    mean = looks.mean(dim=0)
    looks -= mean
    deviation = torch.linalg.vector_norm(looks, dim=0) / len(looks) ** 0.5
    deviation = torch.where(deviation <= _CONSTANT * mean.abs(), torch.inf, deviation)
    looks /= deviation
    return Standardised(rows=rows, mean=mean, deviation=deviation)
