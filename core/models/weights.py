"""Where pretrained weights lie, whether they are what they should be, and what is in them.

PyTorch is imported only where they are read: asking where they lie takes no time.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from pickle import UnpicklingError  # noqa: TID251 - only the name of the refusal; nothing is unpickled
from typing import TYPE_CHECKING

from core.domain.errors import WeightsError
from core.domain.model import ModelSpec, Readiness
from core.models.download import download
from core.models.networks import blank_network, fits_by_position

if TYPE_CHECKING:
    from torch import Tensor

_COUNTER = "num_batches_tracked"  # of batch norm; old files lack it, and nothing depends on its value
# DenseNet's file dates from when module names could hold dots: norm.1 is norm1 today
_DOTTED = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")


def readiness(spec: ModelSpec, folder: Path) -> Readiness:
    """Return whether the weights are on this machine; only looks for the file, does not read it."""
    if locate(spec, folder):
        return Readiness(ready=True, note="ready")
    if spec.torchvision_weights:
        return Readiness(ready=False, note=f"downloads {spec.download_mb:.0f} MB on first use")
    return Readiness(ready=False, note=f"the package {spec.weights_package} is missing")


def locate(spec: ModelSpec, folder: Path) -> Path | None:
    """Return the weights file: from ``folder``, which an administrator may fill, else from its package.

    One that this user may not read counts as missing.
    """
    own = folder / spec.weights_file
    if os.access(own, os.R_OK) and own.is_file():
        return own
    return _packaged(spec)


def load_weights(
    spec: ModelSpec,
    folder: Path,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, Tensor]:
    """Return the pretrained tensors under the names of the network, on the CPU; downloads them on first use.

    ``progress`` hears bytes so far and in all of a download. Every file is checked against its sha256, and
    its tensors against the network's names and shapes. Raises WeightsError, or Cancelled once ``stopped``
    says so.
    """
    path = locate(spec, folder)
    if path is None and spec.torchvision_weights is None:
        raise WeightsError(
            f"The weights of {spec.title} are missing: the package {spec.weights_package} is not installed.",
            hint=f"Install it, or put the file {spec.weights_file} into {folder}.",
        )
    if path is None:
        path = download(spec, folder, progress=progress, stopped=stopped)
    return _matched(spec, _read(spec, path))


def _packaged(spec: ModelSpec) -> Path | None:
    """Return the file inside the installed package, which is never imported."""
    if spec.weights_package is None:
        return None
    try:
        files = distribution(spec.weights_package).files or []
    except PackageNotFoundError:
        return None
    paths = (Path(str(file.locate())) for file in files if file.name == spec.weights_file)
    return next((path for path in paths if path.is_file()), None)


def _read(spec: ModelSpec, path: Path) -> Mapping[str, Tensor]:
    """Return what the file holds, once its checksum is right."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise WeightsError(
            f"The weights of {spec.title} cannot be read from {path}: {problem.strerror}.",
            hint="Check the permissions of the file.",
        ) from problem
    if not found.startswith(spec.weights_sha256):
        raise WeightsError(
            f"The file {path} is damaged or not the weights of {spec.title}: its sha256 begins with "
            f"{found[:8]}, not {spec.weights_sha256[:8]}.",
            hint="Delete it and start again; it is then fetched or looked for anew.",
        )
    import torch

    # The published files are pickles. Only tensors are let through, and only once the checksum is right.
    try:
        tensors: Mapping[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251 - the one checked place
    except UnpicklingError:  # its own words advise to switch the protection off
        raise _misfit(spec, "it holds more than tensors, and was not opened") from None
    return tensors


def _matched(spec: ModelSpec, found: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors under the network's own names; WeightsError unless all are there and fit."""
    import torch

    wanted = blank_network(spec).state_dict()
    if fits_by_position(spec):
        named = _by_position(spec, found, wanted)
    else:
        named = {_DOTTED.sub(r"\1\2", name): tensor for name, tensor in found.items()}
    counters = {name for name in wanted if name.endswith(_COUNTER)} - named.keys()
    named |= {name: torch.tensor(0) for name in counters}
    _check(spec, named, wanted)
    return named


def _by_position(
    spec: ModelSpec, found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return the n-th tensor of the file under the n-th name of the network; shapes are checked later."""
    if len(found) != len(wanted):
        raise _misfit(spec, f"it holds {len(found)} tensors instead of {len(wanted)}")
    return dict(zip(wanted, found.values(), strict=True))


def _check(spec: ModelSpec, named: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
    if odd := sorted(named.keys() ^ wanted.keys()):
        raise _misfit(spec, f"{len(odd)} tensors are missing or unknown, {odd[0]} among them")
    for name, tensor in wanted.items():
        if named[name].shape != tensor.shape:
            raise _misfit(
                spec, f"{name} has the shape {tuple(named[name].shape)} instead of {tuple(tensor.shape)}"
            )


def _misfit(spec: ModelSpec, what: str) -> WeightsError:
    return WeightsError(
        f"The file {spec.weights_file} does not fit {spec.title}: {what}.",
        hint="Install the versions that constraints.txt names.",
    )
