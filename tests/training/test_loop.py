"""The loop learns, stops in time, and keeps the best."""

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from core.domain.errors import RunError
from core.domain.run import EpochRow, Stage
from core.training.loop import Batch, Best, StagePlan, Tick, fit


class TwoHeaps:
    """Points around (-1, -1) and (1, 1): two classes that one line tells apart."""

    train_size, batches_per_epoch = 40, 4

    def __init__(self, wrong_validation: bool = False) -> None:
        generator = torch.Generator().manual_seed(0)
        self.labels = torch.arange(40) % 2
        self.points = torch.randn(40, 2, generator=generator) * 0.3 + (self.labels * 2.0 - 1)[:, None]
        self.judged = 1 - self.labels if wrong_validation else self.labels

    def train(self, epoch: int) -> Iterator[Batch]:
        for start in range(0, 40, 10):
            yield self.points[start : start + 10], self.labels[start : start + 10]

    def validation(self) -> Iterator[Batch]:
        yield self.points[:7], self.judged[:7]
        yield self.points[7:], self.judged[7:]


def line() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(2, 2)


def plan(**changes: object) -> StagePlan:
    settings: dict[str, object] = {
        "stage": Stage.HEAD,
        "first_epoch": 1,
        "epochs": 20,
        "learning_rate": 0.05,
        "weight_decay": 0.0,
        "label_smoothing": 0.0,
        "patience": 5,
        "class_weights": torch.ones(2),
    }
    return StagePlan(**(settings | changes))


def rows_of(events: Iterator[Tick | EpochRow]) -> list[EpochRow]:
    return [event for event in events if isinstance(event, EpochRow)]


def test_learns_to_tell_two_heaps_apart():
    model, best = line(), Best()
    rows = rows_of(fit(model, TwoHeaps(), plan(), best=best, model=model))
    assert rows[-1].val_accuracy == 1.0
    assert rows[-1].val_macro_f1 == 1.0
    assert rows[-1].train_loss < rows[0].train_loss / 3


def test_ticks_count_pictures_up_to_the_whole_epoch():
    model = line()
    events = list(fit(model, TwoHeaps(), plan(epochs=1), best=Best(), model=model))
    assert [event.done for event in events if isinstance(event, Tick)] == [10, 20, 30, 40]


def test_epochs_count_on_from_an_earlier_stage():
    model = line()
    rows = rows_of(fit(model, TwoHeaps(), plan(first_epoch=8, epochs=2), best=Best(), model=model))
    assert [row.epoch for row in rows] == [8, 9]


def test_losses_are_means_over_pictures_not_over_batches():
    """Validation comes in batches of 7 and 33; the mean must weigh every picture the same."""
    model, source = line(), TwoHeaps()
    row = rows_of(fit(model, source, plan(epochs=1), best=Best(), model=model))[0]
    with torch.no_grad():
        expected = nn.functional.cross_entropy(model(source.points), source.judged).item()
    assert row.val_loss == pytest.approx(expected, rel=1e-5)


def test_stops_when_validation_no_longer_improves():
    """With validation labels turned round, every step makes validation worse."""
    model, best = line(), Best()
    rows = rows_of(fit(model, TwoHeaps(wrong_validation=True), plan(patience=3), best=best, model=model))
    assert len(rows) == (best.epoch or 0) + 3
    assert len(rows) < 20


def test_the_best_weights_come_back_not_the_last():
    model, best = line(), Best()
    rows = rows_of(fit(model, TwoHeaps(wrong_validation=True), plan(patience=3), best=best, model=model))
    best.restore(model)
    source = TwoHeaps(wrong_validation=True)
    with torch.no_grad():
        loss = nn.functional.cross_entropy(model(source.points), source.judged).item()
    assert loss == pytest.approx(min(row.val_loss for row in rows), rel=1e-5)


def test_stops_within_one_batch():
    """Whoever reads the events may end at any of them; what was best so far stays."""
    model, best = line(), Best()
    events = fit(model, TwoHeaps(), plan(), best=best, model=model)
    while not isinstance(next(events), EpochRow):
        pass
    assert isinstance(next(events), Tick)
    events.close()
    assert best.epoch == 1


def test_a_loss_that_is_no_number_is_told_with_the_rate():
    model = line()
    nn.init.constant_(model.weight, float("inf"))
    with pytest.raises(RunError, match=r"epoch 1, at a learning rate of") as told:
        list(fit(model, TwoHeaps(), plan(), best=Best(), model=model))
    assert "tenth" in told.value.hint


def test_nothing_to_restore_is_told():
    with pytest.raises(RunError, match="before its first epoch"):
        Best().restore(line())


def test_rare_classes_can_weigh_more():
    """One picture of class 0 among 39: weighted, its recall must not be given up."""
    source = TwoHeaps()
    source.labels = torch.ones(40, dtype=torch.long)
    source.labels[0] = 0
    source.points = torch.zeros(40, 2)  # nothing to tell them apart by: only the weights decide
    source.judged = source.labels
    probabilities = []
    for weights in (torch.ones(2), torch.tensor([40 / 2, 40 / 78])):
        model = line()
        list(fit(model, source, plan(class_weights=weights, epochs=40), best=Best(), model=model))
        probabilities.append(model(torch.zeros(1, 2)).softmax(dim=1)[0, 0].item())
    assert probabilities[0] < 0.2
    assert probabilities[1] == pytest.approx(0.5, abs=0.1)


def test_class_weights_weigh_pictures_and_leave_the_smoothed_targets_alone():
    """Torch's own weights also weigh the smoothed targets, which pulls every picture towards rare classes.

    Seen on real pictures with one rare class, where validation accuracy fell from 0.98 to 0.75.
    """
    model, source = line(), TwoHeaps()
    weights = torch.tensor([1.9, 0.1])
    with torch.no_grad():
        logs = model(source.points).log_softmax(dim=1)  # (40, 2)
        right = logs[torch.arange(40), source.labels]
        smoothed = -(0.9 * right + 0.1 * logs.mean(dim=1))
        by_hand = (smoothed * weights[source.labels]).mean().item()
    still = plan(epochs=1, learning_rate=1e-12, label_smoothing=0.1, class_weights=weights)
    row = rows_of(fit(model, source, still, best=Best(), model=model))[0]
    assert row.train_loss == pytest.approx(by_hand, rel=1e-5)
