"""Rows are centred and of variance 1, and a layer for them becomes one for the features as they are."""

import numpy as np
import pytest
import torch

from core.domain.errors import RunError
from core.training.standardised import standardised


def drawn() -> np.ndarray:
    return (7 + 3 * np.random.default_rng(0).normal(size=(50, 6))).astype(np.float32)


def test_every_column_has_mean_0_and_variance_1_and_the_last_is_all_ones():
    rows = standardised(drawn()).rows
    assert rows.shape == (50, 7)
    torch.testing.assert_close(rows[:, :-1].mean(dim=0), torch.zeros(6), atol=1e-5, rtol=0)
    torch.testing.assert_close(rows[:, :-1].var(dim=0, correction=0), torch.ones(6))
    assert bool((rows[:, -1] == 1).all())


def test_the_layer_answers_to_features_as_the_weights_do_to_the_rows():
    features = drawn()
    found = standardised(features)
    weights = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
    weight, bias = found.layer(weights)
    np.testing.assert_allclose(features @ weight.T + bias, (found.rows @ weights).numpy(), atol=1e-4)


def test_a_feature_that_is_not_finite_is_refused():
    features = drawn()
    features[0, 0] = np.inf
    with pytest.raises(RunError, match="not a number"):
        standardised(features)
