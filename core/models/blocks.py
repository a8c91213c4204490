"""The blocks of each network, from the picture upwards: what is frozen or learns as a whole.

Together the blocks of a network hold every parameter except those of its head. Modules without parameters are
named only where they behave differently while learning (dropout between dense layers).
"""

from __future__ import annotations

from core.domain.model import Block


def _stages(*stages: tuple[str, ...], title: str = "Stage") -> tuple[Block, ...]:
    """Return one block per group of modules, titled "Stage 1", "Stage 2" and so on."""
    return tuple(Block(title=f"{title} {n}", modules=modules) for n, modules in enumerate(stages, start=1))


def _features(first: int, last: int) -> tuple[str, ...]:
    """Return "features.first" to "features.last", the names in torchvision's sequential networks."""
    return tuple(f"features.{n}" for n in range(first, last + 1))


EFFICIENTNET_LITE0 = (
    Block(title="Stem", modules=("conv_stem", "bn1")),
    *_stages(*((f"blocks.{n}",) for n in range(7))),
    Block(title="Top", modules=("conv_head", "bn2")),
)

MOBILENET_V2 = (
    Block(title="Stem", modules=_features(0, 0)),
    *_stages(
        _features(1, 1),
        _features(2, 3),
        _features(4, 6),
        _features(7, 10),
        _features(11, 13),
        _features(14, 16),
        _features(17, 17),
    ),
    Block(title="Top", modules=_features(18, 18)),
)

MOBILENET_V3_SMALL = (
    Block(title="Stem", modules=_features(0, 0)),
    *_stages(_features(1, 1), _features(2, 3), _features(4, 6), _features(7, 8), _features(9, 11)),
    Block(title="Top", modules=("features.12", "classifier.0")),
)

MOBILENET_V3_LARGE = (
    Block(title="Stem", modules=_features(0, 0)),
    *_stages(
        _features(1, 1),
        _features(2, 3),
        _features(4, 6),
        _features(7, 10),
        _features(11, 12),
        _features(13, 15),
    ),
    Block(title="Top", modules=("features.16", "classifier.0")),
)

EFFICIENTNET_B0 = (
    Block(title="Stem", modules=_features(0, 0)),
    *_stages(*(_features(n, n) for n in range(1, 8))),
    Block(title="Top", modules=_features(8, 8)),
)

RESNET = (
    Block(title="Stem", modules=("conv1", "bn1")),
    *_stages(("layer1",), ("layer2",), ("layer3",), ("layer4",)),
)

DENSENET121 = (
    Block(title="Stem", modules=("features.conv0", "features.norm0")),
    *_stages(
        ("features.denseblock1", "features.transition1"),
        ("features.denseblock2", "features.transition2"),
        ("features.denseblock3", "features.transition3"),
        ("features.denseblock4", "features.norm5"),
    ),
)

CONVNEXT_TINY = (
    Block(title="Stem", modules=_features(0, 0)),
    *_stages(_features(1, 1), _features(2, 3), _features(4, 5), (*_features(6, 7), "classifier.0")),
)

INCEPTION_V3 = (
    Block(
        title="Stem",
        modules=("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3"),
    ),
    *_stages(
        *((f"Mixed_{name}",) for name in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")),
        title="Inception block",
    ),
)

VGG16 = (
    *_stages(
        ("features.0", "features.2"),
        ("features.5", "features.7"),
        ("features.10", "features.12", "features.14"),
        ("features.17", "features.19", "features.21"),
        ("features.24", "features.26", "features.28"),
    ),
    Block(title="Dense layers", modules=("classifier.0", "classifier.2", "classifier.3")),
)
