"""The loop learns, stops in time, keeps the best, and goes on as if it had never been interrupted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import takewhile

import pytest
import torch
from torch import nn

from core.domain.choices import Optimizer, Schedule
from core.domain.errors import RunError
from core.domain.run import EpochRow, Stage
from core.models import arithmetic
from core.models.outputs import Outputs
from core.models.randomness import seeded
from core.training.best import Best
from core.training.divergence import DivergedError, Watch
from core.training.loop import Event, Fit, Note, StagePlan, Tick
from core.training.objective import Objective, one_hot
from core.training.optimisers import Pace
from core.training.schedule import Course
from core.training.snapshot import Snapshot
from core.training.sources import Batch
from tests.on_graphics import OnGraphics, placed


class TwoHeaps:
    """Points around (-1, -1) and (1, 1): two classes that one line tells apart."""

    train_size, batches_per_epoch = 40, 4

    def __init__(self, wrong_validation: bool = False) -> None:
        generator = torch.Generator().manual_seed(0)
        self.labels = torch.arange(40) % 2
        self.points = torch.randn(40, 2, generator=generator) * 0.3 + (self.labels * 2.0 - 1)[:, None]
        self.judged = 1 - self.labels if wrong_validation else self.labels

    def train(self, epoch: int, *, first: int = 0) -> Iterator[Batch]:
        for start in range(first * 10, 40, 10):
            yield Batch(self.points[start : start + 10], one_hot(self.labels[start : start + 10], 2))

    def validation(self) -> Iterator[Batch]:
        yield Batch(self.points[:7], one_hot(self.judged[:7], 2))
        yield Batch(self.points[7:], one_hot(self.judged[7:], 2))


def line() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.3), nn.Linear(8, 2))


def plan(model: nn.Module, **changes) -> StagePlan:
    epochs = changes.get("epochs", 20)
    pace = Pace(
        kind=changes.pop("kind", Optimizer.ADAMW),
        blocks=(tuple(name for name, _ in model.named_parameters()),),
        learning_rate=changes.pop("learning_rate", 0.05),
        course=Course(kind=changes.pop("course", Schedule.ONE_CYCLE), steps=epochs * 4, warm_up=0.2),
        momentum=changes.pop("momentum", 0.9),
    )
    return StagePlan(
        **{"stage": Stage.HEAD, "first_epoch": 1, "epochs": 20, "patience": 5, "pace": pace} | changes
    )


def objective(weights: torch.Tensor | None = None, smoothing: float = 0.0) -> Objective:
    weights = torch.ones(2) if weights is None else weights
    return Objective(outputs=Outputs(classes=2), class_weights=weights, label_smoothing=smoothing)


def fit(model: nn.Module, source: TwoHeaps | None = None, goal: Objective | None = None, **changes) -> Fit:
    best = Best(model)
    best.follow([name for name, _ in model.named_parameters()])
    return Fit(model, source or TwoHeaps(), plan(model, **changes), goal or objective(), best=best)


class HeapsOnGraphics(TwoHeaps):
    """The same points, as if they lay on a graphics processor without doubles."""

    def __init__(self) -> None:
        super().__init__()
        self.points, self.labels, self.judged = map(placed, (self.points, self.labels, self.judged))


def line_on_graphics() -> nn.Module:
    model = line()
    for layer in (model[0], model[2]):
        layer.weight, layer.bias = nn.Parameter(placed(layer.weight)), nn.Parameter(placed(layer.bias))
    return model


def fit_on_graphics(model: nn.Module, **changes) -> Fit:
    return fit(model, HeapsOnGraphics(), objective(placed(torch.ones(2))), **changes)


def rows_of(events: Iterator[Event]) -> list[EpochRow]:
    return [event for event in events if isinstance(event, EpochRow)]


def state_of(model: nn.Module) -> list[torch.Tensor]:
    return [value.clone() for value in model.state_dict().values()]


@pytest.mark.parametrize("kind", list(Optimizer))
@pytest.mark.parametrize("course", list(Schedule))
def test_learns_to_tell_two_heaps_apart(kind, course):
    rows = rows_of(fit(line(), kind=kind, course=course).events())
    assert rows[-1].val_accuracy == 1.0
    assert rows[-1].train_loss < rows[0].train_loss / 2


def test_learns_where_there_are_no_doubles():
    """Every run on an Apple GPU failed in its first step, where losses were summed up as doubles."""
    there, here = line_on_graphics(), line()
    rows = rows_of(fit_on_graphics(there, epochs=3, ema_decay=0.9, accumulate=2).events())
    expected = rows_of(fit(here, epochs=3, ema_decay=0.9, accumulate=2).events())
    figures = [(row.train_loss, row.train_accuracy, row.val_loss, row.val_accuracy) for row in rows]
    assert figures == [(r.train_loss, r.train_accuracy, r.val_loss, r.val_accuracy) for r in expected]


@pytest.mark.parametrize("parts", [1, 3])
def test_a_step_waits_for_the_graphics_processor_once(parts):
    events = fit_on_graphics(line_on_graphics(), epochs=1, accumulate=parts).events()
    next(events)
    before = OnGraphics.fetched
    next(events)
    assert OnGraphics.fetched - before == 1


def test_ticks_count_pictures_up_to_the_whole_epoch():
    events = list(fit(line(), epochs=1).events())
    assert [event.done for event in events if isinstance(event, Tick)] == [10, 20, 30, 40]


def test_epochs_count_on_from_an_earlier_stage():
    assert [row.epoch for row in rows_of(fit(line(), first_epoch=8, epochs=2).events())] == [8, 9]


def test_losses_are_means_over_pictures_not_over_batches():
    """Validation comes in batches of 7 and 33; the mean must weigh every picture the same."""
    model, source = line(), TwoHeaps()
    row = rows_of(fit(model, source, epochs=1).events())[0]
    with torch.no_grad():
        expected = nn.functional.cross_entropy(model.eval()(source.points), source.judged).item()
    assert row.val_loss == pytest.approx(expected, rel=1e-5)


def test_stops_when_validation_no_longer_improves():
    """With validation labels turned round, every step makes validation worse."""
    going = fit(line(), TwoHeaps(wrong_validation=True), patience=3)
    rows = rows_of(going.events())
    assert len(rows) == (going.best.epoch or 0) + 3
    assert len(rows) < 20


def test_the_best_weights_come_back_not_the_last():
    model, source = line(), TwoHeaps(wrong_validation=True)
    going = fit(model, source, patience=3)
    rows = rows_of(going.events())
    going.best.restore()
    with torch.no_grad():
        loss = nn.functional.cross_entropy(model.eval()(source.points), source.judged).item()
    assert loss == pytest.approx(min(row.val_loss for row in rows), rel=1e-5)


def test_stops_within_one_batch():
    """Whoever reads the events may end at any of them; what was best so far stays."""
    going = fit(line())
    events = going.events()
    while not isinstance(next(events), EpochRow):
        pass
    assert isinstance(next(events), Tick)
    assert going.best.epoch == 1


def test_the_average_is_what_is_judged_and_kept():
    """With an average, the best weights are not those of the last step, and learning goes on from those."""
    model = line()
    going = fit(model, epochs=1, ema_decay=0.9, patience=1)
    rows_of(going.events())
    last = state_of(model)
    going.best.restore()
    assert not any(torch.equal(a, b) for a, b in zip(last, state_of(model), strict=True))


def test_a_loss_that_is_no_number_is_told_with_the_rate():
    model = line()
    nn.init.constant_(model[0].weight, float("inf"))
    with pytest.raises(DivergedError, match=r"epoch 1, at a learning rate of") as told:
        list(fit(model).events())
    assert "tenth" in told.value.hint


def test_a_rate_that_destroys_is_noticed():
    with pytest.raises(DivergedError, match="exploded"):
        list(fit(line(), kind=Optimizer.SGD, learning_rate=1e4, clip=0.0, epochs=20, patience=20).events())


def test_a_rare_class_that_weighs_much_does_not_look_like_an_explosion(monkeypatch):
    seen = []
    monkeypatch.setattr(Watch, "look", lambda _, loss, **_where: seen.append(loss))
    for weights in (torch.ones(2), torch.tensor([40.0, 0.5])):
        list(
            takewhile(
                lambda event: not isinstance(event, Tick), fit(line(), goal=objective(weights)).events()
            )
        )
    plain, weighted = seen
    assert weighted == plain


def test_nothing_to_restore_is_told():
    with pytest.raises(RunError, match="before its first epoch"):
        Best(line()).restore()


def test_rare_classes_can_weigh_more():
    """One picture of class 0 among 40: weighted, its recall must not be given up."""
    source = TwoHeaps()
    source.labels = torch.ones(40, dtype=torch.long)
    source.labels[0] = 0
    source.points = torch.zeros(40, 2)  # nothing to tell them apart by: only the weights decide
    source.judged = source.labels
    probabilities = []
    for weights in (torch.ones(2), torch.tensor([40 / 2, 40 / 78])):
        torch.manual_seed(0)
        model = nn.Linear(2, 2)
        list(fit(model, source, objective(weights), epochs=40, patience=40).events())
        probabilities.append(model.eval()(torch.zeros(1, 2)).softmax(dim=1)[0, 0].item())
    assert probabilities[0] < 0.2
    assert probabilities[1] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("changes", [{}, {"kind": Optimizer.SGD}, {"ema_decay": 0.9, "accumulate": 3}])
@pytest.mark.parametrize("ticks", [1, 6, 8, 30])
def test_goes_on_to_the_same_weights_bit_for_bit(changes, ticks):
    """Interrupted after any batch, packed to bytes and taken up again by a new model."""
    unbroken = line()
    whole = fit(unbroken, epochs=12, patience=12, **changes)
    rows = rows_of(whole.events())

    first = fit(line(), epochs=12, patience=12, **changes)
    seen = 0
    for event in first.events():
        seen += isinstance(event, Tick)
        if seen == ticks:
            break
    tensors, state = first.snapshot().packed(stage="head")

    model = line()
    with torch.no_grad():
        for weight in model.parameters():
            weight.fill_(7.0)  # everything must come from the snapshot
    second = fit(model, epochs=12, patience=12, **changes)
    snapshot, more = Snapshot.unpacked(tensors, state)
    assert more == {"stage": "head"}
    second.resume(snapshot)
    later = rows_of(second.events())
    assert all(torch.equal(a, b) for a, b in zip(state_of(unbroken), state_of(model), strict=True))
    assert second.best.epoch == whole.best.epoch
    assert all(torch.equal(second.best.kept[name], whole.best.kept[name]) for name in whole.best.kept)
    assert [r.val_loss for r in later] == [r.val_loss for r in rows][-len(later) :]
    assert [r.train_loss for r in later] == [r.train_loss for r in rows][-len(later) :]


def test_goes_on_from_a_checkpoint_on_a_graphics_processor():
    """The average was read back to the processor, and its next step failed beside weights elsewhere."""
    settings = {"epochs": 3, "ema_decay": 0.9, "kind": Optimizer.SGD, "momentum": 0.0}
    unbroken = line_on_graphics()
    whole = fit_on_graphics(unbroken, **settings)
    events = whole.events()
    list(takewhile(lambda event: not isinstance(event, EpochRow), events))
    tensors, state = whole.snapshot().packed()
    expected = rows_of(events)

    model = line_on_graphics()
    second = fit_on_graphics(model, **settings)
    second.resume(Snapshot.unpacked(tensors, state)[0])
    rows = rows_of(second.events())
    assert [row.val_loss for row in rows] == [row.val_loss for row in expected]
    second.best.restore()
    whole.best.restore()
    assert all(torch.equal(a, b) for a, b in zip(state_of(unbroken), state_of(model), strict=True))


class Visited(nn.Module):
    """A network beside which, in each pass, another thread begins to build one with random weights."""

    def __init__(self, learner: nn.Module) -> None:
        super().__init__()
        self.learner = learner
        self.visits: list[threading.Thread] = []

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return self.learner(points)
        begun, learnt = threading.Event(), threading.Event()

        def build() -> None:
            with seeded(0):
                begun.set()
                learnt.wait(60)

        self.visits.append(threading.Thread(target=build))
        self.visits[-1].start()
        begun.wait(0.05)  # in vain: it has to wait until the step is done
        logits = self.learner(points)
        learnt.set()
        return logits


def test_other_threads_that_draw_change_nothing():
    """Building a network, as pages did, seeded the generator anew in the midst of a step's dropout."""
    alone, visited = line(), Visited(line())
    list(fit(alone, epochs=1).events())
    list(fit(visited, epochs=1).events())
    for visit in visited.visits:
        visit.join()
    assert all(torch.equal(a, b) for a, b in zip(state_of(alone), state_of(visited), strict=True))


def test_parts_of_a_batch_add_up_to_the_whole():
    """Without dropout, a batch in three parts moves the weights as the whole batch does."""
    weights = []
    for parts in (1, 3):
        model = line()
        model[1] = nn.Identity()
        list(fit(model, epochs=2, accumulate=parts).events())
        weights.append(state_of(model))
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(*weights, strict=True))


class Hungry(nn.Module):
    """Runs out of memory on more pictures at once than this, while learning and while it is judged."""

    def __init__(self, most: int, judged: int = 100) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.line, self.most, self.judged = nn.Linear(2, 2), most, judged

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        if len(points) > (self.most if self.training else self.judged):
            raise torch.OutOfMemoryError("CUDA out of memory")
        return self.line(points)


def test_exhausted_memory_also_halves_what_is_judged():
    """Validation came in batches of 64 and ended the run, whatever learning had been divided into."""
    ample, tight = (list(fit(Hungry(100, judged), epochs=2).events()) for judged in (100, 10))
    notes = [event.text for event in tight if isinstance(event, Note)]
    assert notes == ["Memory ran out: pictures are now judged in 4 parts."]
    losses = [[row.val_loss for row in rows_of(iter(events))] for events in (ample, tight)]
    assert losses[1] == pytest.approx(losses[0])


def test_exhausted_memory_halves_the_batch_and_goes_on_to_the_same_weights():
    ample, tight = Hungry(100), Hungry(3)
    list(fit(ample, epochs=2).events())
    events = list(fit(tight, epochs=2).events())
    notes = [event.text for event in events if isinstance(event, Note)]
    assert notes == ["Memory ran out: each batch is now computed in 4 parts."]
    assert torch.allclose(ample.line.weight, tight.line.weight, atol=1e-6)


def test_a_memory_too_small_for_one_picture_is_told():
    with pytest.raises(RunError, match="too small for a single picture"):
        list(fit(Hungry(0)).events())


def test_steps_and_judgements_repeat_themselves(monkeypatch):
    """Nothing had told an NVIDIA card to compute the same way twice."""
    monkeypatch.setattr(arithmetic, "_SWITCHED", {"cpu"})
    before = torch.backends.cudnn.deterministic
    seen = set()

    class Watching(nn.Linear):
        def forward(self, points: torch.Tensor) -> torch.Tensor:
            seen.add((self.training, torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32))
            return super().forward(points)

    list(fit(Watching(2, 2), epochs=1).events())
    assert seen == {(True, True, False), (False, True, False)}
    assert torch.backends.cudnn.deterministic == before


def test_other_errors_are_not_taken_for_an_exhausted_memory():
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.line = nn.Linear(2, 2)

        def forward(self, points: torch.Tensor) -> torch.Tensor:
            raise RuntimeError("unspecified launch failure")

    with pytest.raises(RuntimeError, match="launch failure"):
        list(fit(Broken()).events())


def test_blocks_join_when_the_plan_says_so():
    """What does not learn yet must not move."""
    model = line()
    before = model[0].weight.clone()

    def begin(epoch: int) -> None:
        model[0].requires_grad_(epoch >= 3)

    going = fit(model, epochs=4, begin_epoch=begin)
    events = going.events()
    list(takewhile(lambda e: not (isinstance(e, EpochRow) and e.epoch == 2), events))
    assert torch.equal(model[0].weight, before)
    list(events)
    assert not torch.equal(model[0].weight, before)


def test_lower_blocks_learn_at_a_share_of_the_rate():
    model = line()
    pace = Pace(
        kind=Optimizer.ADAMW,
        blocks=(("0.weight", "0.bias"), ("2.weight", "2.bias")),
        learning_rate=0.1,
        layer_decay=0.5,
        weight_decay=0.3,
        course=Course(kind=Schedule.CONSTANT, steps=10, warm_up=0.0),
    )
    optimizer = pace.optimizer(model)
    assert pace.set_rates(optimizer, 0) == pytest.approx(0.1)
    found = {
        id(weight): (group["lr"], group["weight_decay"])
        for group in optimizer.param_groups
        for weight in group["params"]
    }
    named = {name: found[id(weight)] for name, weight in model.named_parameters()}
    assert named["2.weight"] == (pytest.approx(0.1), 0.3)
    assert named["2.bias"] == (pytest.approx(0.1), 0.0)
    assert named["0.weight"] == (pytest.approx(0.05), 0.3)
    assert named["0.bias"] == (pytest.approx(0.05), 0.0)
