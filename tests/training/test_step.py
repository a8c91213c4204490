"""A step in parts: as many as fit into memory, none too small to learn from, together the whole batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn

from core.domain.errors import RunError
from core.models.outputs import Outputs
from core.training.objective import Objective, one_hot
from core.training.sources import Batch
from core.training.step import Step, in_memory, least_of, parts_of

GOAL = Objective(outputs=Outputs(classes=2), class_weights=torch.ones(2))


def batch(size: int) -> Batch:
    points = torch.randn(size, 4, generator=torch.Generator().manual_seed(size))
    return Batch(points, one_hot(torch.arange(size) % 2, 2))


def head(norm: bool = False) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6) if norm else nn.ReLU(), nn.Linear(6, 2))


def step(module: nn.Module) -> Step:
    return Step(module=module, objective=GOAL, optimizer=torch.optim.SGD(module.parameters(), lr=0.1))


def sizes(parts: Sequence[Batch]) -> list[int]:
    return [len(part.targets) for part in parts]


def room_for(most: int) -> Callable[[Sequence[Batch]], list[int]]:
    """Return work that needs memory for each picture of a part, and has it for so many."""

    def work(parts: Sequence[Batch]) -> list[int]:
        if max(sizes(parts)) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return sizes(parts)

    return work


def test_parts_are_of_about_the_same_size():
    """36 pictures in 8 parts were seven of 5 and one of 1."""
    assert sizes(parts_of(batch(36), 8)) == [5, 5, 5, 5, 4, 4, 4, 4]


def test_no_part_is_smaller_than_it_may_be():
    assert sizes(parts_of(batch(5), 4, least=2)) == [3, 2]
    assert sizes(parts_of(batch(1), 4, least=2)) == [1]


def test_a_batch_norm_that_learns_sees_two_pictures_or_more():
    """A part of one picture had ended the run: "Expected more than 1 value per channel when training"."""
    module = head(norm=True)
    assert (least_of(module), least_of(module.eval()), least_of(head())) == (2, 1, 1)
    tally, _ = step(module.train()).gradients(batch(9), parts=8, seed=0)
    assert tally.pictures == 9


@pytest.mark.parametrize("parts", [2, 3, 8, 64])
def test_parts_of_any_size_have_the_gradient_of_the_whole(parts):
    module, found = head(), []
    for number in (1, parts):
        tally, _ = step(module).gradients(batch(11), parts=number, seed=0)
        found.append([p.grad.clone() for p in module.parameters()])
        assert tally.pictures == 11
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(*found, strict=True))


@pytest.mark.parametrize("most", [1, 2, 5])
def test_parts_become_smaller_until_they_fit(most):
    """48 pictures in 32 parts had been the last try, though none of these was a single picture."""
    found, parts = in_memory(room_for(most), batch(48), parts=1)
    assert max(found) <= most
    assert len(found) == parts
    assert in_memory(room_for(most), batch(48), parts=parts) == (found, parts)


@pytest.mark.parametrize(("least", "told"), [(1, "for a single picture"), (2, "for 2 pictures at once")])
def test_a_memory_too_small_for_the_smallest_part_is_told(least, told):
    with pytest.raises(RunError, match=told):
        in_memory(room_for(0), batch(48), parts=1, least=least)


def test_more_parts_than_this_batch_needs_are_kept_for_the_next():
    assert in_memory(room_for(9), batch(3), parts=8) == ([1, 1, 1], 8)


def test_other_errors_are_not_taken_for_an_exhausted_memory():
    def broken(_parts: Sequence[Batch]) -> Tensor:
        raise RuntimeError("unspecified launch failure")

    with pytest.raises(RuntimeError, match="launch failure"):
        in_memory(broken, batch(4), parts=1)
