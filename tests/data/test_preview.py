"""Pictures that show what variations and a crop would do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.data.augment import KINDS, LIGHT_KINDS
from core.data.preview import SHOWN, acted, lost_in_crop, preview, preview_kinds, shrunk
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from tests.conftest import draw_picture

ALL_ON = TrainConfig(augmentation=Augmentation.STRONG, mirror=True, upside_down=True, quarter_turns=True)


def scenes(count: int = 3, size: int = 48) -> np.ndarray:
    coarse = np.random.default_rng(7).integers(25, 225, size=(count, 5, 5, 3)).astype(np.uint8)
    return np.stack([np.asarray(Image.fromarray(one).resize((size, size))) for one in coarse])


def test_originals_come_first_and_copies_differ() -> None:
    pictures = scenes()
    rows = preview(pictures, TrainConfig(), copies=2, seed=5)
    assert rows.shape == (3, 3, 48, 48, 3)
    assert rows.dtype == np.uint8
    assert np.array_equal(rows[0], pictures)
    assert not np.array_equal(rows[1], rows[2])


def test_the_same_seed_shows_the_same_copies() -> None:
    first, again, other = (preview(scenes(), TrainConfig(), seed=seed) for seed in (1, 1, 9))
    assert np.array_equal(first, again)
    assert not np.array_equal(first[1:], other[1:])


def test_without_variations_copies_are_the_originals() -> None:
    rows = preview(scenes(), TrainConfig(augmentation=Augmentation.NONE), copies=2)
    assert np.array_equal(rows[1], rows[0])


def test_large_pictures_are_shown_small() -> None:
    assert preview(scenes(2, 224), TrainConfig()).shape == (4, 2, SHOWN, SHOWN, 3)
    assert shrunk(scenes(1, 40)).shape == (1, 40, 40, 3)


@pytest.mark.parametrize("strength", [Augmentation.STRONG, Augmentation.TRIVIAL, Augmentation.RANDOM])
def test_each_kind_alone_changes_every_picture(strength: Augmentation) -> None:
    pictures = np.stack([np.asarray(draw_picture(seed, size=(SHOWN, SHOWN))) for seed in range(4)])
    shown = preview_kinds(pictures, replace(ALL_ON, augmentation=strength))
    assert tuple(shown) == KINDS
    for kind, changed in shown.items():
        assert changed.shape == pictures.shape, kind
        assert (changed != pictures).any(axis=(1, 2, 3)).all(), kind


def test_only_kinds_that_act_are_shown() -> None:
    assert tuple(preview_kinds(scenes(), TrainConfig(augmentation=Augmentation.LIGHT))) == LIGHT_KINDS
    assert preview_kinds(scenes(), TrainConfig(augmentation=Augmentation.NONE)) == {}


def test_turning_is_exact_and_done_to_every_picture() -> None:
    pictures = scenes(3)
    seeds = [4, 5, 6]
    assert np.array_equal(acted(pictures, "mirror", TrainConfig(), seeds=seeds), pictures[:, :, ::-1])
    assert np.array_equal(acted(pictures, "upside_down", TrainConfig(), seeds=seeds), pictures[:, ::-1])


def test_quarter_turns_can_be_chosen_for_each_picture() -> None:
    pictures = scenes(3)
    turned = acted(pictures, "quarter_turns", TrainConfig(), seeds=[0, 0, 0], turns=[1, 2, 3])
    either_way = [{np.rot90(one, by).tobytes() for by in (1, 3)} for one in pictures]
    assert turned[0].tobytes() in either_way[0]
    assert np.array_equal(turned[1], np.rot90(pictures[1], 2))
    assert turned[2].tobytes() in either_way[2]


def test_a_picture_has_the_variation_of_its_seed_whatever_else_is_there() -> None:
    pictures = scenes(3)
    whole = acted(pictures, "vary_crop", ALL_ON, seeds=[3, 4, 5])
    assert np.array_equal(acted(pictures[2:], "vary_crop", ALL_ON, seeds=[5])[0], whole[2])


def test_the_pictures_given_are_not_written_to() -> None:
    pictures = scenes()
    before = pictures.copy()
    preview_kinds(pictures, ALL_ON)
    assert np.array_equal(pictures, before)


def test_no_pictures_give_no_rows() -> None:
    nothing = np.zeros((0, 32, 32, 3), np.uint8)
    assert preview(nothing, TrainConfig()).shape == (4, 0, 32, 32, 3)
    assert preview_kinds(nothing, TrainConfig())["vary_crop"].shape == (0, 32, 32, 3)


def changed_columns(image: Image.Image) -> list[bool]:
    """Return for each column whether the marking touched it."""
    marked = lost_in_crop(image)
    return list((marked != np.asarray(image)).any(axis=(0, 2)))


def test_exactly_what_a_centre_crop_cuts_off_is_marked() -> None:
    marked = changed_columns(draw_picture(size=(300, 100)))
    assert all(marked[:100])
    assert all(marked[200:])
    assert not any(marked[100:200])


def test_of_a_high_picture_top_and_bottom_are_marked() -> None:
    image = draw_picture(size=(60, 180))
    rows = (lost_in_crop(image) != np.asarray(image)).any(axis=(1, 2))
    assert rows.tolist() == [True] * 60 + [False] * 60 + [True] * 60


def test_what_is_lost_is_marked_by_more_than_colour() -> None:
    """Red beside red tells nothing to who cannot see red: lines and the word stand out in brightness."""
    marked = lost_in_crop(draw_picture(size=(300, 100), color=(200, 30, 30)))
    grey = marked[:, :100].mean(axis=2)
    assert grey.max() > 200
    assert grey.min() < 60


def test_the_word_is_whole_where_only_little_is_lost() -> None:
    image = draw_picture(size=(130, 100), color=(90, 140, 90))
    plate = (lost_in_crop(image) == (90, 0, 0)).all(axis=2)
    assert plate[:, 15].sum() + plate[:, 16].sum() > 10  # reaches over the strip of 15 columns


def test_a_square_picture_loses_nothing() -> None:
    image = draw_picture(size=(80, 80))
    assert np.array_equal(lost_in_crop(image), np.asarray(image))


@pytest.mark.parametrize("size", [(1, 900), (900, 1), (2, 3), (81, 80)])
def test_odd_shapes_can_be_drawn(size: tuple[int, int]) -> None:
    assert max(lost_in_crop(draw_picture(size=size)).shape[:2]) <= 320
