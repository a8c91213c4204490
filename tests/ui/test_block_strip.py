"""The strip of blocks says what learns, from when on, and how much of the network that is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.choices import Unfreezing
from core.domain.config import TrainConfig
from core.models.zoo import spec_of
from core.training.tuning import joined
from ui.components.block_strip import ShownBlock, about, blocks_of, brief, spelt
from ui.words import esc

LITE0 = spec_of("efficientnet_lite0")
SIZES = (928, 896, 13_968, 39_712, 198_480, 446_784, 1_652_640, 605_440, 412_160)
PLAN = TrainConfig(fine_tune_blocks=4, fine_tune_epochs=8)
GRADUAL = replace(PLAN, unfreezing=Unfreezing.GRADUAL)


def block(parameters=1_000_000, *, learning=True, joins=None):
    return ShownBlock(title="Stage", parameters=parameters, learning=learning, joins=joins)


def strip(plan):
    import streamlit as st

    from core.models.zoo import spec_of
    from tests.ui.test_block_strip import SIZES
    from ui.components import block_strip

    blocks = block_strip.blocks_of(spec_of("efficientnet_lite0"), plan, SIZES)
    block_strip.show(blocks, head=3_843, key="strip")
    st.text("drawn")


def cells(plan: TrainConfig) -> tuple[list[str], str]:
    """Return the cells as they are drawn, and the sentence below."""
    at = AppTest.from_function(strip, kwargs={"plan": plan}).run()
    assert not at.exception
    assert at.text[0].value == "drawn"
    first, *rest = [element.value for element in at.markdown]
    assert first == "Picture :material/arrow_forward:"
    return rest, at.caption[0].value


def test_the_last_blocks_learn_and_the_first_stay():
    blocks = blocks_of(LITE0, PLAN, SIZES)
    assert [(b.title, b.parameters) for b in blocks] == [
        (known.title, size) for known, size in zip(LITE0.blocks, SIZES, strict=True)
    ]
    assert [b.learning for b in blocks] == [False] * 5 + [True] * 4
    assert {b.joins for b in blocks} == {None}


def test_blocks_join_gradually_from_the_top_as_training_lets_them():
    blocks = blocks_of(LITE0, GRADUAL, SIZES)
    assert [b.joins for b in blocks[-4:]] == [4, 3, 2, None]
    for epoch in range(GRADUAL.fine_tune_epochs):
        now = [b for b in blocks if b.learning and (b.joins or 1) <= epoch + 1]
        assert len(now) == joined(epoch, epochs=8, blocks=4, step=1)


def test_blocks_that_join_two_at_a_time():
    blocks = blocks_of(LITE0, replace(GRADUAL, unfreeze_step=2), SIZES)
    assert [b.joins for b in blocks[-4:]] == [3, 3, None, None]


def test_more_blocks_join_at_a_time_where_there_are_few_epochs():
    """With two epochs, the lower two of the four had never joined."""
    blocks = blocks_of(LITE0, replace(GRADUAL, fine_tune_epochs=2), SIZES)
    assert [b.joins for b in blocks[-4:]] == [2, 2, None, None]
    assert [b.learning for b in blocks[-4:]] == [True] * 4


@pytest.mark.parametrize("unfreezing", list(Unfreezing))
def test_what_starts_from_nothing_learns_altogether(unfreezing):
    blocks = blocks_of(LITE0, replace(GRADUAL, pretrained=False, unfreezing=unfreezing), SIZES)
    assert all(b.learning and b.joins is None for b in blocks)


@pytest.mark.parametrize("wanted", [9, 20])
def test_more_blocks_than_there_are_means_all(wanted):
    assert all(b.learning for b in blocks_of(LITE0, replace(PLAN, fine_tune_blocks=wanted), SIZES))


def test_every_cell_has_title_size_and_state_in_sign_and_word():
    drawn, told = cells(PLAN)
    assert len(drawn) == 10
    assert drawn[0] == "**Stem**  \n928  \n:gray-badge[:material/ac_unit: stays]"
    assert drawn[6] == "**Stage 6**  \n1.7 M  \n:orange-badge[:material/local_fire_department: learns]"
    assert drawn[9] == "**New head**  \n3.8 k  \n:orange-badge[:material/local_fire_department: learns]"
    assert told == esc(
        "5 of 9 blocks stay as they are; 4 blocks (3.1 million of 3.4 million numbers) "
        "and the new head learn."
    )


def test_gradual_unfreezing_says_when_a_block_joins_and_from_when_on_epochs_count():
    drawn, told = cells(GRADUAL)
    assert drawn[6].endswith(":orange-badge[:material/local_fire_department: joins in epoch 3]")
    assert told.endswith(esc(" Epochs are counted from the beginning of fine-tuning."))


@pytest.mark.parametrize(
    ("blocks", "told"),
    [
        (
            [block(learning=False)] * 5,
            "All 5 blocks stay as they are; only the new head (3,843 numbers) learns.",
        ),
        (
            [block(learning=False), block(412_160)],
            "1 of 2 blocks stays as it is; 1 block (412,160 of 1.4 million numbers) and the new head learn.",
        ),
        ([block()] * 2, "All 2 blocks (2.0 million numbers) and the new head learn."),
    ],
)
def test_one_sentence_says_how_much_learns(blocks, told):
    assert about(blocks, head=3_843) == told


@pytest.mark.parametrize(
    ("number", "short", "long"),
    [
        (928, "928", "928"),
        (999, "999", "999"),
        (1_000, "1.0 k", "1,000"),
        (9_960, "10 k", "9,960"),
        (13_968, "14 k", "13,968"),
        (999_400, "999 k", "999,400"),
        (999_700, "1.0 M", "999,700"),
        (1_096_000, "1.1 M", "1.1 million"),
        (119_545_856, "120 M", "119.5 million"),
    ],
)
def test_numbers_in_plain_form(number, short, long):
    assert brief(number) == short
    assert spelt(number) == long
