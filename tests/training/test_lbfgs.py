"""Fits side by side find what each would find alone."""

import pytest
import torch

from core.domain.errors import Cancelled
from core.training.lbfgs import Fits, minimise


def drawn(*, softmax: bool, fits: int = 3) -> Fits:
    random = torch.Generator().manual_seed(0)
    rows = torch.randn(60, 8, generator=random)
    rows[:, -1] = 1
    classes = torch.randint(0, 3, (60,), generator=random)
    counts = (torch.rand(60, fits, generator=random) < 0.8).float()
    return Fits(rows=rows, targets=torch.eye(3)[classes], counts=counts, softmax=softmax)


def never() -> bool:
    return False


@pytest.mark.parametrize("softmax", [True, False])
def test_the_gradient_is_what_autograd_finds(softmax):
    fits = drawn(softmax=softmax)
    weights = torch.randn(8, 3, 3, generator=torch.Generator().manual_seed(1), requires_grad=True)
    logits = fits.logits(weights)
    torch.autograd.backward((fits.losses(logits) * fits.counts).sum())
    torch.testing.assert_close(fits.gradient(logits.detach()), weights.grad)


def test_losses_are_those_of_torch():
    for softmax in (True, False):
        fits = drawn(softmax=softmax)
        logits = torch.randn(60, 3, 3, generator=torch.Generator().manual_seed(1))
        for fit in range(3):
            one = logits[:, fit]
            wanted = (
                torch.nn.functional.cross_entropy(one, fits.targets, reduction="none")
                if softmax
                else torch.nn.functional.binary_cross_entropy_with_logits(
                    one, fits.targets, reduction="none"
                ).sum(dim=1)
            )
            torch.testing.assert_close(fits.losses(logits)[:, fit], wanted)


@pytest.mark.parametrize("softmax", [True, False])
def test_side_by_side_is_the_same_as_alone(softmax):
    fits = drawn(softmax=softmax)
    weights, logits = minimise(fits, fits.zeros(), penalty=1.0, tolerance=1e-8, stopped=never)
    torch.testing.assert_close(fits.logits(weights), logits, atol=1e-4, rtol=1e-4)
    for fit in range(3):
        alone = Fits(
            rows=fits.rows, targets=fits.targets, counts=fits.counts[:, fit : fit + 1], softmax=softmax
        )
        found, _ = minimise(alone, alone.zeros(), penalty=1.0, tolerance=1e-8, stopped=never)
        torch.testing.assert_close(weights[:-1, fit], found[:-1, 0], atol=5e-3, rtol=0)


def test_nothing_is_left_to_gain_at_the_end():
    fits = drawn(softmax=True)
    weights, logits = minimise(fits, fits.zeros(), penalty=2.0, tolerance=1e-8, stopped=never)
    slope = fits.gradient(logits)[:-1] + 2.0 * weights[:-1]
    assert slope.abs().max() < 0.02


def test_a_good_start_ends_at_the_same_place():
    fits = drawn(softmax=True)
    cold, _ = minimise(fits, fits.zeros(), penalty=0.5, tolerance=1e-8, stopped=never)
    start, _ = minimise(fits, fits.zeros(), penalty=50.0, tolerance=1e-5, stopped=never)
    warm, _ = minimise(fits, start, penalty=0.5, tolerance=1e-8, stopped=never)
    torch.testing.assert_close(warm[:-1], cold[:-1], atol=5e-3, rtol=0)


def test_a_class_without_pictures_stays_finite():
    fits = drawn(softmax=True)
    targets = torch.cat([fits.targets, torch.zeros(60, 1)], dim=1)
    more = Fits(rows=fits.rows, targets=targets, counts=fits.counts, softmax=True)
    weights, _ = minimise(more, more.zeros(), penalty=0.1, tolerance=1e-7, stopped=never)
    assert torch.isfinite(weights).all()


def test_it_asks_whether_to_stop_at_every_step():
    fits = drawn(softmax=True)
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        minimise(fits, fits.zeros(), penalty=0.1, tolerance=0.0, stopped=lambda: next(asked))
