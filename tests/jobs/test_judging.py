"""What a trained network is judged by is exact; what it remembers may be computed in half precision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.parallel import never
from core.domain.choices import PrecisionChoice
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Split
from core.domain.run import Progress
from core.jobs import judging, train_inputs
from core.jobs.judging import Judgement, judged
from core.jobs.studio import Studio
from core.models.engine import Precision
from tests.jobs.test_train_inputs import inputs_of

TUNED = TrainConfig(image_size=64, fine_tune_blocks=1)


@pytest.fixture
def compiled_in(monkeypatch: pytest.MonkeyPatch) -> list[Precision]:
    """In which precision networks were compiled, where half precision is the faster one."""
    compile_frozen, seen = train_inputs.compile_frozen, []

    def pretended(module, *, precision, **how):
        seen.append(precision)
        engine = compile_frozen(module, precision="fp32", **how)
        return (lambda images: engine(images) + np.float32(0.01)) if precision == "bf16" else engine

    monkeypatch.setattr(train_inputs, "compile_frozen", pretended)
    monkeypatch.setattr(train_inputs, "faster_pass", lambda *_, **__: "bf16")
    return seen


def judge(studio: Studio, dataset: Dataset, config: TrainConfig) -> tuple[Judgement, list[Progress]]:
    told: list[Progress] = []
    return judged("r", inputs_of(studio, dataset, config), publish=told.append, stopped=never), told


def test_scores_are_exact_and_only_what_is_remembered_is_rounded(studio, dataset, compiled_in, monkeypatch):
    exact, _ = judge(studio, dataset, TUNED)
    assert compiled_in == ["fp32", "fp32"]  # too few pictures to be worth it
    monkeypatch.setattr(judging, "WORTH_HALF", 2)
    compiled_in.clear()
    rounded, told = judge(studio, dataset, TUNED)
    assert compiled_in == ["fp32", "bf16"]
    assert np.array_equal(rounded.predictions.probabilities, exact.predictions.probabilities)
    assert rounded.report.test == exact.report.test
    assert rounded.memory.sha256 == exact.memory.sha256
    assert not np.array_equal(rounded.memory.features, exact.memory.features)
    assert np.allclose(rounded.predictions.strangeness, exact.predictions.strangeness, atol=0.05)
    kept_apart = len(dataset.used(Split.VALIDATION)) + len(dataset.used(Split.TEST))
    pictures = kept_apart + len(rounded.memory.sha256)
    assert [(one.done, one.total) for one in told][-1] == (pictures, pictures)
    assert [one.done for one in told] == sorted(one.done for one in told)

    compiled_in.clear()
    full, _ = judge(studio, dataset, replace(TUNED, precision=PrecisionChoice.FP32))
    assert compiled_in == ["fp32", "fp32"]
    assert np.array_equal(full.memory.features, exact.memory.features)
