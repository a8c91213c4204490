"""Which variations change what a picture shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.stats import binomtest

from core.data.augment import KINDS
from core.data.preview import example_pairs
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.errors import Cancelled
from core.domain.safety import ClassCheck, KindCheck, safe_settings, with_mirror
from core.training import safety
from core.training.safety import MOST_TRIED, Known, safety_test

torch.set_num_threads(1)
SIDE = 16
TURNING = ("mirror", "upside_down", "quarter_turns")
NAMES = ("up", "down", "left", "right")


def arrows(classes: int = 4, per_class: int = 30, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Return pictures of one bright edge, class by class: top, bottom, left, right."""
    random = np.random.default_rng(seed)
    pictures = random.integers(60, 90, size=(classes * per_class, SIDE, SIDE, 3)).astype(np.uint8)
    edges = [np.s_[:, :5], np.s_[:, -5:], np.s_[:, :, :5], np.s_[:, :, -5:]]
    for number in range(classes):
        pictures[number * per_class : (number + 1) * per_class][edges[number]] += 100
    return pictures


def look(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the brightness of 4 x 4 fields: all that this network sees."""
    fields = images.astype(np.float32).reshape(len(images), 4, SIDE // 4, 4, SIDE // 4, 3)
    return np.asarray(fields.mean(axis=(2, 4, 5)).reshape(len(images), 16), dtype=np.float32)


def known(classes: int = 4, per_class: int = 30, **changes: Any) -> Known:
    pictures = arrows(classes, per_class)
    labels = np.repeat(np.arange(classes), per_class)
    rows = np.arange(len(labels))
    given = Known(
        pixels=pictures,
        features=look(pictures),
        targets=np.eye(classes, dtype=np.float32)[labels],
        classes=NAMES[:classes],
        learnt=rows[rows % 2 == 0],
        judged=rows[rows % 2 == 1],
    )
    return replace(given, **changes)


def checked(given: Known, kinds: tuple[str, ...] = TURNING) -> dict[str, KindCheck]:
    return {check.kind: check for check in safety_test(look, given, TrainConfig(), kinds=kinds)}


def test_mirroring_harms_left_and_right_and_nothing_else() -> None:
    check = checked(known())["mirror"]
    assert check.harmful
    assert {one.name for one in check.harmed} == {"left", "right"}
    left = next(one for one in check.classes if one.name == "left")
    assert (left.flipped, left.tried, left.taken_for, left.taken) == (15, 15, "right", 15)
    assert (check.flipped, check.tried) == (30, 60)


def test_turning_upside_down_harms_up_and_down() -> None:
    assert {one.name for one in checked(known())["upside_down"].harmed} == {"up", "down"}


def test_quarter_turns_harm_every_direction() -> None:
    assert [one.harmed for one in checked(known())["quarter_turns"].classes] == [True] * 4


def test_half_turns_are_found_where_quarters_are_harmless() -> None:
    """A red light lying on its side is recognised as often as not; only standing on its head it is green."""
    check = checked(known(2))["quarter_turns"]
    assert check.harmful
    assert {flip.turn for flip in check.examples} >= {2}


def test_what_changes_nothing_is_surely_harmless() -> None:
    check = checked(known(2))["mirror"]
    assert (check.harmful, check.sure, check.flipped, check.examples) == (False, True, 0, ())


def test_gradual_kinds_that_leave_the_class_alone_are_not_blamed() -> None:
    found = checked(known(), kinds=KINDS)
    assert tuple(found) == KINDS
    assert [kind for kind in ("vary_light", "vary_colour", "vary_blur") if found[kind].harmful] == []


def test_few_pictures_prove_nothing() -> None:
    check = checked(known(4, 4))["mirror"]
    assert (check.tried, check.harmful, check.sure) == (8, False, False)


def test_a_class_without_pictures_to_judge_leaves_it_unsure() -> None:
    given = known(2)
    check = checked(replace(given, judged=given.judged[given.judged < 30]))["mirror"]
    assert (check.harmful, check.sure, check.classes[1].tried) == (False, False, 0)


def test_without_pictures_to_judge_nothing_is_tried() -> None:
    check = checked(known(judged=np.array([], dtype=np.int64)))["mirror"]
    assert (check.harmful, check.sure, check.tried, check.classes) == (False, False, 0, ())


def test_pictures_that_the_probe_does_not_recognise_are_not_tried() -> None:
    given = known()
    wrong = given.targets.copy()
    wrong[given.judged[:5]] = wrong[given.judged[-1]]  # mislabelled: up as right
    check = checked(replace(given, targets=wrong))["mirror"]
    assert check.tried == len(given.judged) - 5


def test_classes_take_turns_where_there_are_too_many_pictures() -> None:
    given = known(2, 200)
    few = given.judged[
        (given.judged < 200) | (given.judged >= 380)
    ]  # 100 of the first class, 10 of the other
    check = checked(replace(given, judged=few))["mirror"]
    assert check.tried == min(MOST_TRIED, 110)
    assert [one.tried for one in check.classes] == [100, 10]
    check = checked(given)["mirror"]
    assert [one.tried for one in check.classes] == [MOST_TRIED // 2] * 2


def test_a_series_counts_once() -> None:
    """Fifteen shots of one arrow flip together: that is one proof, not fifteen."""
    check = checked(known(groups=[str(row // 10) for row in range(120)]))["mirror"]
    assert (check.tried, check.harmful, check.sure) == (12, False, False)
    alone = known(groups=[str(row) for row in range(120)])
    assert checked(alone) == checked(known())


def test_many_small_classes_show_a_harm_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "LEAST_FLIPPED", 5)  # no class has as many
    check = checked(known(4, 8))["mirror"]
    assert (check.harmful, check.harmed) == (True, ())
    assert (check.flipped, check.tried) == (8, 16)
    assert {flip.actual for flip in check.examples} == {"left", "right"}


def test_with_several_labels_a_class_that_is_no_longer_named_is_lost() -> None:
    """Every picture shows a second class, which is a bright middle and looks the same in a mirror."""
    given = known(per_class=40)
    pictures = given.pixels[np.arange(len(given.pixels))].copy()
    pictures[::4, 6:10, 6:10] = 255
    targets = np.concatenate([given.targets, np.zeros((len(pictures), 1), np.float32)], axis=1)
    targets[::4, 4] = 1
    rows = np.random.default_rng(0).permutation(len(pictures))
    both = replace(
        given,
        pixels=pictures,
        features=look(pictures),
        targets=targets,
        classes=(*NAMES, "middle"),
        learnt=rows[:80],
        judged=rows[80:],
        several=True,
    )
    check = checked(both)["mirror"]
    assert {one.name for one in check.harmed} == {"left", "right"}
    assert check.classes[2].taken_for == "right"


def test_examples_show_the_very_change_that_flipped_them() -> None:
    given = known()
    check = checked(given)["quarter_turns"]
    rows = np.array([flip.row for flip in check.examples])
    pairs = example_pairs(given.pixels[rows], check, TrainConfig())
    assert pairs.shape == (len(check.examples), 2, SIDE, SIDE, 3)
    for flip, (before, after) in zip(check.examples, pairs, strict=True):
        assert np.array_equal(before, given.pixels[np.array([flip.row])][0])
        edge = NAMES.index(str(flip.called))
        brightest = [after[:5], after[-5:], after[:, :5], after[:, -5:]]
        assert int(np.argmax([part.mean() for part in brightest])) == edge
    assert len({flip.actual for flip in check.examples}) == 4


def test_the_same_pictures_give_the_same_answer() -> None:
    kinds = ("vary_crop", "vary_erase")
    assert checked(known(), kinds=kinds) == checked(known(), kinds=kinds)


def test_progress_counts_up_to_its_total() -> None:
    told: list[tuple[int, int]] = []
    safety_test(
        look, known(), TrainConfig(), kinds=TURNING, progress=lambda done, total: told.append((done, total))
    )
    assert told == sorted(told)
    assert told[-1] == (5 * 60, 5 * 60)  # three quarter turns, tried one by one


def test_it_stops_within_one_batch() -> None:
    batches: list[int] = []

    def counting(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        batches.append(len(images))
        return look(images)

    with pytest.raises(Cancelled):
        safety_test(counting, known(), TrainConfig(), stopped=lambda: bool(batches))
    assert len(batches) == 1


@pytest.mark.parametrize(
    ("flipped", "tried", "rate"), [(5, 16, 0.2), (0, 4, 0.5), (12, 12, 0.2), (1, 1, 0.5)]
)
def test_chances_are_those_of_the_exact_binomial_test(flipped: int, tried: int, rate: float) -> None:
    ours = safety._chances(np.array([flipped]), np.array([tried]), rate)[0]
    assert ours == pytest.approx(binomtest(flipped, tried, rate, alternative="greater").pvalue)


@pytest.mark.parametrize(
    ("flipped", "tried", "sure"), [(0, 5, True), (0, 4, False), (2, 12, True), (3, 12, False)]
)
def test_harm_is_ruled_out_by_the_exact_binomial_test(flipped: int, tried: int, sure: bool) -> None:
    one = ClassCheck(name="a", tried=tried, flipped=flipped, taken_for=None, taken=0, harmed=False)
    assert bool(binomtest(flipped, tried, 0.5, alternative="less").pvalue <= 0.05) is sure
    assert safety._ruled_out(one, 0.5) is sure


def check_of(kind: str, *, harmful: bool = False, sure: bool = True, flipped: int = 0) -> KindCheck:
    one = ClassCheck(name="a", tried=12, flipped=flipped, taken_for=None, taken=0, harmed=harmful)
    return KindCheck(kind=kind, harmful=harmful, sure=sure, tried=12, flipped=flipped, classes=(one,))


def test_safe_settings_switch_off_what_does_harm_and_nothing_else() -> None:
    config = TrainConfig(upside_down=True, quarter_turns=True, mirror=True)
    checks = [check_of("upside_down", harmful=True), check_of("vary_crop", harmful=True), check_of("mirror")]
    safe = safe_settings(config, checks)
    assert safe == replace(config, upside_down=False, vary_crop=False)


def test_safe_settings_can_work_where_the_last_variation_goes() -> None:
    """Several views need variations: the settings without any were refused at the start."""
    config = TrainConfig(augmentation=Augmentation.NONE, upside_down=True, head_views=4)
    assert safe_settings(config, [check_of("upside_down", harmful=True)]).problems() == ()


def test_mirroring_is_switched_on_where_it_is_surely_harmless() -> None:
    assert with_mirror(TrainConfig(), [check_of("mirror", flipped=3)]).mirror


@pytest.mark.parametrize(
    "check",
    [
        check_of("mirror", harmful=True),
        check_of("mirror", sure=False),
        check_of("mirror", flipped=4),  # a third of a class: not proven, but not nothing
        check_of("upside_down"),
    ],
)
def test_mirroring_stays_as_it_is_otherwise(check: KindCheck) -> None:
    assert with_mirror(TrainConfig(), [check]) == TrainConfig()
    assert with_mirror(TrainConfig(), []) == TrainConfig()
