from __future__ import annotations

from pathlib import Path

import torch

from core.models.engine import Precision
from core.training.remembered import remembered

CPU = torch.device("cpu")


def test_what_was_tried_meanwhile_is_not_forgotten(tmp_path: Path):
    def tried() -> Precision:
        assert remembered("other", lambda: "bf16", cache=tmp_path, device=CPU) == "bf16"
        return "fp32"

    assert remembered("one", tried, cache=tmp_path, device=CPU) == "fp32"
    for work, answer in (("one", "fp32"), ("other", "bf16")):
        assert remembered(work, lambda: 1 / 0, cache=tmp_path, device=CPU) == answer  # type: ignore[arg-type, return-value]
