"""From features to answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn


@torch.inference_mode()
def probabilities(head: nn.Module, features: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Return the probability of each class, (N, C) float32, for features (N, D); rows sum to 1."""
    head.eval()
    device = next(head.parameters()).device
    logits = head(torch.from_numpy(np.asarray(features, dtype=np.float32)).to(device))
    found: npt.NDArray[np.float32] = logits.double().softmax(dim=1).float().cpu().numpy()
    return found
