"""fastai as its book teaches it, with the bundled backbone: the peer of several benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import timm
import torch
from torch import Tensor, nn

Rows = npt.NDArray[np.int64]
BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Files with the class each shows, and who is learnt from."""

    files: Sequence[Path]
    shows: Sequence[str]
    classes: Sequence[str]
    train: Rows
    validation: Rows
    size: int  # pixels
    varied: bool  # with fastai's usual variations, never mirrored


def learner_for(pictures: Pictures, weights: Mapping[str, Tensor], *, seed: int) -> Any:  # noqa: ANN401 - has no types
    """Return a Learner with fastai's own head on the bundled backbone; nothing has learnt yet."""
    import fastai.callback.progress
    import fastai.callback.schedule  # both give the learner methods  # noqa: F401
    from fastai.data.block import CategoryBlock, DataBlock
    from fastai.data.transforms import IndexSplitter, Normalize
    from fastai.learner import Learner
    from fastai.torch_core import set_seed
    from fastai.vision.augment import Resize, ResizeMethod, aug_transforms
    from fastai.vision.data import ImageBlock
    from fastai.vision.learner import create_head, default_split

    set_seed(seed)
    learnt = np.concatenate([pictures.train, pictures.validation]).tolist()
    half = (0.5, 0.5, 0.5)
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock(vocab=list(pictures.classes))),
        get_x=lambda row: pictures.files[row],
        get_y=lambda row: pictures.shows[row],
        splitter=IndexSplitter(range(len(pictures.train), len(learnt))),
        item_tfms=Resize(pictures.size, method=ResizeMethod.Squish),
        batch_tfms=[
            *(aug_transforms(do_flip=False) if pictures.varied else []),
            Normalize.from_stats(half, half),
        ],
    )
    # on a few cores, processes for decoding bring it nothing
    loaders = block.dataloaders(learnt, bs=BATCH, num_workers=0, device=torch.device("cpu"))
    body = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0, global_pool="")
    body.load_state_dict({name: value for name, value in weights.items() if name in body.state_dict()})
    model = nn.Sequential(body, create_head(body.num_features, len(pictures.classes)))
    return Learner(loaders, model, splitter=default_split, loss_func=nn.CrossEntropyLoss())


def answers(learner: Any, rows: Rows) -> npt.NDArray[np.int64]:  # noqa: ANN401 - has no types
    """Return the class index that is named for each of these pictures."""
    asked = learner.dls.test_dl(rows.tolist(), num_workers=0)
    told, _ = learner.get_preds(dl=asked)
    named: npt.NDArray[np.int64] = told.argmax(dim=1).numpy()
    return named
