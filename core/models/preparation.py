"""The process in which a backbone is prepared for OpenVINO; the memory that takes goes when it ends."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.openvino import prepared
from core.models.weights import load_weights, locate
from core.models.zoo import spec_of

_ROOT = Path(__file__).parents[2]
_SECONDS = 600.0  # about 10 are usual
_log = logging.getLogger(__name__)


class Order(msgspec.Struct, kw_only=True, frozen=True):
    """What the process is to prepare; given on its command line."""

    backbone: str
    preprocessing: Preprocessing
    weights: str  # folder
    image_size: int
    kept: str  # file


def prepare_apart(
    spec: ModelSpec, preprocessing: Preprocessing, *, weights_folder: Path, image_size: int, kept: Path
) -> None:
    """Let a process of its own write the file ``kept``; nothing happens where the weights are not here.

    A process that fails is logged, no more: whoever needs the network builds it then.
    """
    if locate(spec, weights_folder) is None:
        return
    order = Order(
        backbone=spec.key,
        preprocessing=preprocessing,
        weights=str(weights_folder.absolute()),
        image_size=image_size,
        kept=str(kept.absolute()),
    )
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and no shell
            [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                "core.models.preparation",
                msgspec.json.encode(order).decode(),
            ],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
            start_new_session=os.name == "posix",  # Ctrl-C is for the app
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        _log.warning("The process that prepares %s could not do it: %s", spec.title, problem)
        return
    if done.returncode:
        _log.warning("The process that prepares %s failed: %s", spec.title, done.stderr[-500:].strip())


def prepare(order: Order) -> None:
    """Write the prepared network that ``order`` asks for."""
    from core.models.conversion import converted
    from core.models.surgery import build_backbone

    spec = spec_of(order.backbone)
    backbone = build_backbone(spec, load_weights(spec, Path(order.weights)), order.preprocessing)
    prepared(lambda: converted(backbone, order.image_size), kept=Path(order.kept))


if __name__ == "__main__":
    prepare(msgspec.json.decode(sys.argv[1], type=Order))
