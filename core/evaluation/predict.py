"""From features to answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.models.outputs import Outputs


@torch.inference_mode()
def probabilities(
    head: nn.Module, features: npt.NDArray[np.floating], outputs: Outputs
) -> npt.NDArray[np.float32]:
    """Return the probability of each class, (N, C) float32, for features (N, D).

    Rows sum to 1, except where a picture may show several classes.
    """
    head.eval()
    device = next(head.parameters()).device
    logits = head(torch.from_numpy(np.asarray(features, dtype=np.float32)).to(device))
    # moved first: Apple's graphics processors have no doubles
    found: npt.NDArray[np.float32] = outputs.probabilities(logits.cpu().double()).float().numpy()
    return found
