"""The network as a strip of blocks, from the picture to the head: what stays as it is, and what learns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.domain.choices import Unfreezing
from core.domain.config import TrainConfig
from core.domain.model import ModelSpec
from ui.words import count, esc

# pixels, for short words and for long ones; a telephone shows three or two in a row
_NARROW, _ROOMY = 100, 132
_FLAME = ":material/local_fire_department:"
_LEARNS = f":orange-badge[{_FLAME} learns]"
_SHORT = 8  # letters that fit into a narrow block
_MORE = 70  # pixels that the largest block is wider


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBlock:
    """One block: ``joins`` is the epoch of fine-tuning in which it begins to learn, None for the first."""

    title: str
    parameters: int
    learning: bool
    joins: int | None = None


def blocks_of(spec: ModelSpec, config: TrainConfig, parameters: Sequence[int]) -> tuple[ShownBlock, ...]:
    """Return the blocks of a backbone as these settings train them; ``parameters`` is a number for each.

    A block whose turn in gradual unfreezing would come after the last epoch does not learn.
    """
    total = len(spec.blocks)
    begins = _begins(config, total)  # of the highest block first
    return tuple(
        ShownBlock(
            title=block.title,
            parameters=number,
            learning=epoch is not None,
            joins=epoch if epoch is not None and epoch > 1 else None,
        )
        for block, number, epoch in zip(spec.blocks, parameters, reversed(begins), strict=True)
    )


def show(blocks: Sequence[ShownBlock], *, head: int, key: str) -> None:
    """Draw the blocks and the new head with ``head`` parameters, and say in a sentence what they show."""
    largest = max(head, *(block.parameters for block in blocks))
    long = any(block.joins or len(block.title) > _SHORT for block in blocks)
    cells = [(block.title, block.parameters, _state(block)) for block in blocks]
    with st.container(horizontal=True, gap="xsmall", key=f"strip_{key}"):
        st.markdown("Picture :material/arrow_forward:", width="content")
        for place, (title, parameters, state) in enumerate([*cells, ("New head", head, _LEARNS)]):
            # the root keeps small blocks readable beside very large ones
            more = round(_MORE * math.sqrt(parameters / max(1, largest)))
            width = (_ROOMY if long else _NARROW) + more
            with st.container(border=True, width=width, height="stretch", gap=None, key=f"{key}_{place}"):
                st.markdown(f"**{esc(title)}**  \n{brief(parameters)}  \n{state}")
    st.caption(esc(about(blocks, head=head)))


def about(blocks: Sequence[ShownBlock], *, head: int) -> str:
    """Return in words how much of the network learns."""
    learning = [block for block in blocks if block.learning]
    frozen = len(blocks) - len(learning)
    part, whole = (spelt(sum(b.parameters for b in some)) for some in (learning, blocks))
    if not learning:
        return f"All {len(blocks)} blocks stay as they are; only the new head ({spelt(head)} numbers) learns."
    if frozen:
        stay = "stays as it is" if frozen == 1 else "stay as they are"
        told = f"{frozen} of {len(blocks)} blocks {stay}; {count(len(learning), 'block')} ({part} of {whole}"
    else:
        told = f"All {len(blocks)} blocks ({whole}"
    told = f"{told} numbers) and the new head learn."
    gradual = any(block.joins for block in blocks)
    return f"{told} Epochs are counted from the beginning of fine-tuning." if gradual else told


def brief(number: int) -> str:
    """Return "1.1 M", "14 k" or "928"."""
    for unit, one in (("M", 1_000_000), ("k", 1_000)):
        if number >= 0.9995 * one:
            value = number / one
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
    return str(number)


def spelt(number: int) -> str:
    """Return "1.1 million", or "13,968" below a million."""
    return f"{number / 1_000_000:,.1f} million" if number >= 1_000_000 else f"{number:,}"


def _begins(config: TrainConfig, blocks: int) -> list[int | None]:
    """Return the epoch of fine-tuning, from 1, in which each block begins to learn; the highest first."""
    if not config.pretrained:
        return [1] * blocks
    learning = min(config.fine_tune_blocks, blocks)
    if config.unfreezing is not Unfreezing.GRADUAL or not learning:
        return [1] * learning + [None] * (blocks - learning)
    from core.training.tuning import joined  # PyTorch comes with it: seconds, where it is not there yet

    by_epoch = [
        joined(epoch, epochs=config.fine_tune_epochs, blocks=learning, step=config.unfreeze_step)
        for epoch in range(config.fine_tune_epochs)
    ]
    return [
        next((n for n, many in enumerate(by_epoch, 1) if many > height), None) for height in range(blocks)
    ]


def _state(block: ShownBlock) -> str:
    if not block.learning:
        return ":gray-badge[:material/ac_unit: stays]"
    return f":orange-badge[{_FLAME} joins in epoch {block.joins}]" if block.joins else _LEARNS
