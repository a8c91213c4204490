"""Batches: every picture once an epoch, in an order that the seed alone decides."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from core.training.activations import ActivationBatches, slot_and_view
from core.training.objective import one_hot
from core.training.sources import Divided, Drawing, FeatureBatches, Labelled, PixelBatches

CPU = torch.device("cpu")


def labelled(rows: list[int]) -> Labelled:
    targets = one_hot(torch.tensor(rows) % 2, 2).numpy()
    return Labelled(rows=np.array(rows), targets=targets)


def feature_batches(
    seed: int = 0, train: int = 9, chances: np.ndarray | None = None, views: int = 1
) -> FeatureBatches:
    features = np.arange(24, dtype=np.float32).reshape(12, 2)
    return FeatureBatches(
        [features + 100 * view for view in range(views)],
        Divided(train=labelled(list(range(train))), validation=labelled([9, 10, 11])),
        Drawing(batch_size=4, seed=seed, chances=chances),
        device=CPU,
    )


def seen(source: FeatureBatches, epoch: int, first: int = 0) -> list[int]:
    return [int(row[0]) // 2 for inputs, _ in source.train(epoch, first=first) for row in inputs]


def test_every_training_picture_comes_once_an_epoch_with_its_label():
    source = feature_batches()
    batches = list(source.train(1))
    assert sorted(seen(source, 1)) == list(range(9))
    assert all(
        int(row[0]) // 2 % 2 == int(label[1]) for x, y in batches for row, label in zip(x, y, strict=True)
    )
    assert len(batches) == source.batches_per_epoch


def test_no_batch_is_a_single_picture():
    """Batch norm cannot learn from one picture: 9 in batches of 4 must not leave 1."""
    assert min(len(labels) for _, labels in feature_batches().train(1)) >= 4


def test_order_depends_on_seed_and_epoch_alone():
    assert seen(feature_batches(), 1) == seen(feature_batches(), 1)
    assert seen(feature_batches(), 1) != seen(feature_batches(), 2)
    assert seen(feature_batches(seed=1), 1) != seen(feature_batches(seed=2), 1)


def test_an_epoch_taken_up_again_goes_on_with_the_batches_that_are_left():
    source = feature_batches()
    assert seen(source, 3, first=1) == seen(source, 3)[-4:]


def test_rare_pictures_come_as_often_as_their_chances_say():
    chances = np.array([0.5, *[0.5 / 8] * 8])
    source = feature_batches(chances=chances)
    drawn = [row for epoch in range(1, 201) for row in seen(source, epoch)]
    assert len(drawn) == 200 * 9
    assert drawn.count(0) / len(drawn) == pytest.approx(0.5, abs=0.05)


def test_views_take_turns_and_validation_is_never_varied():
    source = feature_batches(views=2)
    means = [torch.cat([x for x, _ in source.train(epoch)]).mean().item() for epoch in (1, 2, 3)]
    assert means == [pytest.approx(108.5), pytest.approx(8.5), pytest.approx(108.5)]
    assert next(source.validation()).inputs[0, 0] == 18


def test_validation_comes_in_stored_order():
    (inputs, targets), *rest = feature_batches().validation()
    assert not rest
    assert [int(row[0]) // 2 for row in inputs] == [9, 10, 11]
    assert targets.argmax(dim=1).tolist() == [1, 0, 1]


PIXELS = np.arange(12 * 4 * 5 * 3, dtype=np.uint8).reshape(12, 4, 5, 3)
DIVIDED = Divided(train=labelled(list(range(8))), validation=labelled([8, 9]))


def pixel_batches(
    pixels: np.ndarray = PIXELS, device: torch.device = CPU, batch_size: int = 4, ahead: bool | None = None
) -> PixelBatches:
    return PixelBatches(
        pixels,
        DIVIDED,
        Drawing(batch_size=batch_size, seed=3),
        device=device,
        ahead=ahead,
        augment=lambda images, generator: (
            images + torch.randint(100, (1,), generator=generator, dtype=torch.uint8)
        ),
        mix=lambda images, targets, generator: (images, targets),
    )


def test_pictures_arrive_as_channels_first_without_moving_a_byte():
    images, _ = next(pixel_batches().validation())
    assert images.shape == (2, 3, 4, 5)
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert images[0, 1, 2, 3] == PIXELS[8, 2, 3, 1]


def test_variations_are_repeated_by_the_seed_and_differ_between_epochs():
    first, again, later = (
        torch.cat([x for x, _ in pixel_batches().train(epoch)]).sum(dtype=torch.long) for epoch in (1, 1, 2)
    )
    assert first == again
    assert first != later


def test_batches_read_ahead_are_the_same_in_the_same_order():
    for first in (0, 2):
        plain, ahead = (
            list(pixel_batches(batch_size=2, ahead=way).train(5, first=first)) for way in (False, True)
        )
        assert len(plain) == len(ahead) == 4 - first
        assert all(
            torch.equal(a, b) for x, y in zip(plain, ahead, strict=True) for a, b in zip(x, y, strict=True)
        )
    judged = [list(pixel_batches(ahead=way).validation()) for way in (False, True)]
    assert torch.equal(judged[0][0].inputs, judged[1][0].inputs)


class Read:
    """Stored pictures that say which were read; from the third time on the disk fails."""

    def __init__(self) -> None:
        self.times = 0
        self.next = threading.Event()

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        self.times += 1
        if self.times == 2:
            self.next.set()
        if self.times > 2:
            raise OSError("the disk fails")
        return PIXELS[rows]


def reading() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]


def test_one_batch_is_read_while_the_one_before_is_learnt_from():
    read = Read()
    batches = pixel_batches(read, batch_size=2, ahead=True).train(1)
    next(batches)
    assert read.next.wait(60)
    assert read.times == 2
    batches.close()
    assert reading() == []


def test_what_goes_wrong_ahead_is_told_in_its_turn():
    batches = pixel_batches(Read(), batch_size=2, ahead=True).train(1)
    next(batches)
    next(batches)
    with pytest.raises(OSError, match="the disk fails"):
        next(batches)
    assert reading() == []


def test_apple_processors_get_copies_that_are_waited_for(monkeypatch):
    """Pictures were sent without waiting, from memory that was given back meanwhile."""
    sent = []

    def to(tensor: torch.Tensor, device: torch.device, *, non_blocking: bool = False) -> torch.Tensor:
        sent.append(non_blocking)
        return tensor

    source = pixel_batches(device=torch.device("mps"))
    monkeypatch.setattr(torch.Tensor, "to", to)
    next(source.validation())
    assert sent == [False, False]


class Counting:
    """A frozen part that says how many pictures went through it."""

    def __init__(self) -> None:
        self.pictures = 0

    def __call__(self, images: np.ndarray) -> np.ndarray:
        self.pictures += len(images)
        return images.astype(np.float32).mean(axis=(1, 2))  # (B, 3)


def activation_batches(file: Path, lower: Counting, views: int = 2) -> ActivationBatches:
    return ActivationBatches(
        PIXELS,
        DIVIDED,
        Drawing(batch_size=4, seed=3),
        lower=lower,
        augment=lambda images, seeds: images + torch.tensor([s % 50 for s in seeds]).view(-1, 1, 1, 1).byte(),
        views=views,
        file=file,
    )


def test_the_frozen_part_sees_each_view_of_a_picture_once(tmp_path):
    lower = Counting()
    source = activation_batches(tmp_path / "kept.bin", lower)
    asked = lower.pictures  # for the shape
    for epoch in (1, 2):
        list(source.train(epoch))
        list(source.validation())
    assert lower.pictures - asked == 3 * 16  # a call a view and one for the judged ones, all of one size
    list(source.train(4))  # takes up a view that is there
    assert lower.pictures - asked == 3 * 16
    source.close()
    assert not (tmp_path / "kept.bin").exists()


@pytest.mark.parametrize("chances", [None, np.full(40, 1 / 40)])
def test_calls_of_the_frozen_part_are_filled_up_with_the_next_batches(
    tmp_path: Path, chances: np.ndarray | None
):
    lower, rows = Counting(), list(range(40))
    source = ActivationBatches(
        np.arange(40, dtype=np.uint8).reshape(40, 1, 1, 1).repeat(3, axis=3),
        Divided(train=labelled(rows), validation=labelled(rows[:2])),
        Drawing(batch_size=10, seed=3, chances=chances),
        lower=lower,
        augment=lambda images, _seeds: images,
        views=2,
        file=tmp_path / "kept.bin",
    )
    asked, seen = lower.pictures, []
    for batch in source.train(1):
        seen.append(batch.inputs)
        assert torch.equal(batch.inputs[:, 0] % 2, batch.targets.argmax(dim=1))  # each with its own class
        assert lower.pictures - asked >= len(torch.cat(seen).unique(dim=0))  # and none before its time
    shown = len(torch.cat(seen).unique(dim=0))
    assert lower.pictures - asked == -(-shown // 16) * 16
    source.close()


def test_a_view_of_a_picture_does_not_depend_on_where_learning_was_taken_up(tmp_path):
    whole = activation_batches(tmp_path / "a.bin", Counting())
    later = activation_batches(tmp_path / "b.bin", Counting())
    expected = [batch.inputs for epoch in range(1, 6) for batch in whole.train(epoch)][-1]
    assert torch.equal(list(later.train(5, first=1))[-1].inputs, expected)


@pytest.mark.parametrize("views", [1, 2, 4, 7])
def test_every_epoch_finds_its_view_in_its_slot_or_makes_the_next_one(views):
    slots: dict[int, int] = {}
    made = 0
    for epoch in range(1, 60):
        slot, view = slot_and_view(epoch, views)
        assert 0 <= slot < views
        if slots.get(slot) != view:
            assert view == made
            made += 1
            slots[slot] = view
        if views > 1 and epoch > views:
            assert view > made - views - 1
    assert made == 59 if views == 1 else made == pytest.approx(views + (59 - views) / 2, abs=1)
