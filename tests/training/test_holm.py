"""Corrected p-values, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.holm import holm


def test_holm_corrects_as_in_the_book():
    """The sorted values 0.005, 0.01, 0.03, 0.04 count 4, 3, 2 and 1 times, and never fall."""
    found = holm(np.array([0.01, 0.04, 0.03, 0.005]))
    assert found == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.5, 0.9])).tolist() == [1.0, 1.0]
    assert holm(np.array([])).tolist() == []
