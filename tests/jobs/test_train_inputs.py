"""What a run needs of its pictures, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.data.parallel import never
from core.domain.choices import Augmentation, PrecisionChoice
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Split
from core.domain.errors import PictureError
from core.domain.run import Stage
from core.jobs import train_inputs
from core.jobs.costing import counts_of
from core.jobs.studio import Studio
from core.jobs.train_inputs import Inputs, Told

HEAD = TrainConfig(image_size=64, augmentation=Augmentation.LIGHT)
VIEWED = replace(HEAD, head_views=2)
TUNED = replace(HEAD, fine_tune_blocks=2)


def inputs_of(studio: Studio, dataset: Dataset, config: TrainConfig) -> Inputs:
    @contextmanager
    def timed(_stage: Stage) -> Iterator[Told]:
        yield lambda _done, _total: None

    return Inputs(
        workspace=studio._workspace,
        settings=studio.settings,
        config=config,
        dataset=dataset,
        device=torch.device("cpu"),
        timed=timed,
        stopped=never,
    )


def test_a_network_that_is_going_to_learn_does_not_look_at_test_pictures(studio: Studio, dataset: Dataset):
    tested, before = len(dataset.used(Split.TEST)), len(dataset.used())
    assert counts_of(studio.settings, dataset, TUNED).features_missing == before - tested

    features = np.asarray(inputs_of(studio, dataset, TUNED).features)
    assert counts_of(studio.settings, dataset, TUNED).features_missing == 0
    assert counts_of(studio.settings, dataset, HEAD).features_missing == tested > 0
    seen = [sample.split is not Split.TEST for sample in dataset.used()]
    assert np.isfinite(features).all(axis=1).tolist() == seen

    every = inputs_of(studio, dataset, HEAD).features
    assert np.isfinite(np.asarray(every)).all()
    assert np.array_equal(np.asarray(every)[seen], features[seen])
    again = inputs_of(studio, dataset, TUNED).features  # known by now
    assert np.array_equal(np.asarray(again), np.asarray(every))


def test_features_of_a_random_network_have_a_name_of_their_own(studio: Studio, dataset: Dataset):
    """They were kept as those of the pretrained network, and spoilt every later run on these pictures."""
    known, random, other = (
        np.asarray(inputs_of(studio, dataset, config).features)
        for config in (HEAD, replace(HEAD, pretrained=False), replace(HEAD, pretrained=False, seed=1))
    )
    again = np.asarray(inputs_of(studio, dataset, replace(HEAD, pretrained=False)).features)
    assert np.array_equal(random, again)
    assert not np.allclose(random, known)
    assert not np.allclose(random, other)


def test_a_picture_that_was_lost_is_told_by_its_name(studio: Studio, dataset: Dataset):
    sample = dataset.used()[3]
    place = studio._workspace.paths.picture(sample.sha256)
    content = place.read_bytes()
    place.unlink()
    inputs = inputs_of(studio, dataset, replace(HEAD, image_size=48))
    try:
        with pytest.raises(PictureError, match=f"“{sample.path}” cannot be read any more"):
            np.asarray(inputs.pixels)
    finally:
        place.write_bytes(content)


@pytest.mark.parametrize("good", [True, False])
@pytest.mark.parametrize("faster", ["fp32", "bf16"])
@pytest.mark.parametrize("chosen", PrecisionChoice)
def test_half_precision_is_taken_only_where_it_is_allowed_faster_and_as_good(
    chosen: PrecisionChoice,
    faster: str,
    good: bool,
    studio: Studio,
    dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(train_inputs, "TRIED_ON", 4)
    monkeypatch.setattr(train_inputs, "faster_pass", lambda *_, **__: faster)
    monkeypatch.setattr(train_inputs, "half_is_as_good", lambda *_, **__: good)
    inputs = inputs_of(studio, dataset, replace(VIEWED, precision=chosen))
    half = good and faster == "bf16" and chosen is not PrecisionChoice.FP32
    assert inputs.frozen_precision == inputs.precision_of_views == ("bf16" if half else "fp32")


@pytest.mark.parametrize("tried", [4, 1000])
def test_half_precision_is_tried_on_pictures_of_all_classes(
    tried: int, studio: Studio, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
):
    """The first ones had been taken, which often are of one class: heads are always right about that."""
    shown: list[np.ndarray] = []

    def judged(exact: np.ndarray, rounded: np.ndarray, targets: np.ndarray, *, several: bool) -> bool:
        assert exact.shape == rounded.shape == (len(targets), 1280)
        shown.append(targets)
        return True

    monkeypatch.setattr(train_inputs, "TRIED_ON", tried)
    monkeypatch.setattr(train_inputs, "faster_pass", lambda *_, **__: "bf16")
    monkeypatch.setattr(train_inputs, "half_is_as_good", judged)
    inputs = inputs_of(studio, dataset, TUNED)
    assert inputs.frozen_precision == "bf16"
    assert len(shown[0]) == min(tried, len(inputs.divided.train.rows))  # few are tried on what there is
    assert shown[0].any(axis=0).all()


def test_copies_of_few_pictures_are_passed_exactly(
    studio: Studio, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(train_inputs, "faster_pass", lambda *_, **__: pytest.fail("tried"))
    assert inputs_of(studio, dataset, VIEWED).precision_of_views == "fp32"


def test_many_copies_of_few_pictures_are_worth_a_trial(
    studio: Studio, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
):
    """Ten views of 83 pictures had been passed exactly, which took most of the run."""
    monkeypatch.setattr(train_inputs, "faster_pass", lambda *_, **__: "bf16")
    monkeypatch.setattr(train_inputs, "half_is_as_good", lambda *_, **__: True)
    pictures = len(inputs_of(studio, dataset, VIEWED).divided.train.rows)
    monkeypatch.setattr(train_inputs, "TRIED_ON", 3 * pictures)
    for views, precision in ((4, "fp32"), (5, "bf16")):
        config = replace(VIEWED, head_views=views)
        assert inputs_of(studio, dataset, config).precision_of_views == precision


def test_without_varied_copies_nothing_is_tried(
    studio: Studio, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(train_inputs, "TRIED_ON", 4)
    monkeypatch.setattr(train_inputs, "faster_pass", lambda *_, **__: pytest.fail("tried"))
    assert inputs_of(studio, dataset, HEAD).precision_of_views == "fp32"


def test_which_precision_is_faster_is_asked_of_the_whole_network(
    studio: Studio, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
):
    asked: list[object] = []

    def pretended(compiled: object, **how: object) -> str:
        asked.append((how["network"], how["image_size"], how["cache"]))
        assert callable(compiled)
        pixels = np.zeros((1, 64, 64, 3), np.uint8)
        assert compiled("fp32")(pixels).shape == (1, 1280)
        return "bf16"

    monkeypatch.setattr(train_inputs, "faster_pass", pretended)
    assert inputs_of(studio, dataset, TUNED).faster_precision == "bf16"
    assert asked == [("efficientnet_lite0", 64, studio._workspace.paths.cache("trials"))]
