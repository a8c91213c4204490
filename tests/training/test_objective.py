"""The loss, beside PyTorch's own."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from core.domain.choices import Output
from core.models.outputs import Outputs
from core.training.objective import Objective, one_hot

LABELS = torch.tensor([0, 1, 1, 0])


def objective(classes: int = 2, smoothing: float = 0.0, **kind) -> Objective:
    outputs = Outputs(classes=classes, **kind)
    return Objective(outputs=outputs, class_weights=torch.ones(classes), label_smoothing=smoothing)


def test_softmax_is_cross_entropy_with_smoothing():
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    found = objective(3, 0.1).losses(logits, one_hot(LABELS, 3))
    expected = functional.cross_entropy(logits, LABELS, label_smoothing=0.1, reduction="none")
    assert torch.allclose(found, expected)


def test_one_sigmoid_is_two_softmax_outputs_that_differ_by_it():
    logit = torch.randn(4, 1, generator=torch.Generator().manual_seed(0))
    both = torch.cat((torch.zeros(4, 1), logit), dim=1)
    single = objective(output=Output.SIGMOID)
    assert torch.allclose(
        single.losses(logit, one_hot(LABELS, 2)), objective().losses(both, one_hot(LABELS, 2)), atol=1e-6
    )
    assert torch.allclose(single.outputs.probabilities(logit), both.softmax(dim=1), atol=1e-6)


def test_one_sigmoid_with_smoothing_is_smoothed_like_softmax():
    logit = torch.randn(4, 1, generator=torch.Generator().manual_seed(1))
    both = torch.cat((torch.zeros(4, 1), logit), dim=1)
    single = objective(smoothing=0.2, output=Output.SIGMOID)
    assert torch.allclose(
        single.losses(logit, one_hot(LABELS, 2)),
        objective(smoothing=0.2).losses(both, one_hot(LABELS, 2)),
        atol=1e-6,
    )


def test_several_labels_are_one_sigmoid_each():
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(2))
    targets = torch.tensor([[1.0, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, 1]])
    found = objective(3, several=True).losses(logits, targets)
    expected = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none").mean(dim=1)
    assert torch.allclose(found, expected)


@pytest.mark.parametrize("several", [False, True])
def test_weights_multiply_the_loss_of_a_picture_by_its_classes(several):
    logits = torch.randn(4, 2, generator=torch.Generator().manual_seed(3))
    targets = one_hot(LABELS, 2)
    outputs = Outputs(classes=2, several=several)
    weighted = Objective(outputs=outputs, class_weights=torch.tensor([3.0, 0.5]))
    plain = Objective(outputs=outputs, class_weights=torch.ones(2))
    factors = torch.tensor([3.0, 0.5, 0.5, 3.0])
    assert torch.allclose(weighted.losses(logits, targets), plain.losses(logits, targets) * factors)


def test_a_mixed_picture_is_weighted_and_judged_as_its_shares():
    logits = torch.zeros(1, 2)
    mixed = torch.tensor([[0.25, 0.75]])
    weighted = Objective(outputs=Outputs(classes=2), class_weights=torch.tensor([2.0, 1.0]))
    expected = torch.tensor([1.25]) * torch.log(torch.tensor(2.0))
    assert torch.allclose(weighted.losses(logits, mixed), expected)


def test_a_second_head_counts_for_less():
    main, auxiliary = torch.randn(2, 4, 2, generator=torch.Generator().manual_seed(4)).unbind()
    targets = one_hot(LABELS, 2)
    ours = objective()
    expected = ours.losses(main, targets) + 0.4 * ours.losses(auxiliary, targets)
    assert torch.allclose(ours.losses((main, auxiliary), targets), expected)


def test_answers_name_one_class_or_all_above_a_half():
    logits = torch.tensor([[2.0, 1.0, -1.0]])
    assert objective(3).answers(logits).tolist() == [[1, 0, 0]]
    assert objective(3, several=True).answers(logits).tolist() == [[1, 1, 0]]
