"""What a safetensors file says it holds, read by hand and believed only where the sizes add up."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from core.domain.errors import PackageError
from core.models.shapes import Shapes

_LONGEST: Final = 8 * 1024**2  # bytes of a header
_BYTES: Final = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "U8": 1}  # per number


def shapes_in(content: bytes, name: str) -> Shapes:
    """Return type and shape of each tensor. ``name`` is what the file is called. Raises PackageError."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 2 <= length <= min(_LONGEST, len(content) - 8):
        raise _wrong(name, "it is no file of weights (safetensors)")
    try:
        header = json.loads(content[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise _wrong(name, "it is no file of weights (safetensors)") from error
    if not isinstance(header, dict):
        raise _wrong(name, "it is no file of weights (safetensors)")
    header.pop("__metadata__", None)
    shapes = {key: _shape(entry, name) for key, entry in header.items()}
    _check_places(header, shapes, len(content) - 8 - length, name)
    return shapes


def _shape(entry: Any, name: str) -> tuple[str, tuple[int, ...]]:  # noqa: ANN401 - whatever JSON held
    kind, shape = (entry.get("dtype"), entry.get("shape")) if isinstance(entry, dict) else (None, None)
    if kind not in _BYTES or not isinstance(shape, list) or len(shape) > 8:
        raise _wrong(name, "it lists weights of an unknown kind")
    if not all(type(size) is int and 0 <= size < 2**40 for size in shape):
        raise _wrong(name, "it lists weights of an impossible size")
    return kind, tuple(shape)


def _check_places(header: dict[str, Any], shapes: Shapes, room: int, name: str) -> None:
    """The tensors must fill the file without gap or overlap."""
    end = 0
    places = sorted(_place(entry, name) for entry in header.values())
    for begin, stop in places:
        if begin != end or stop < begin:
            raise _wrong(name, "its weights overlap or leave gaps")
        end = stop
    if end != room:
        raise _wrong(name, "it is longer or shorter than its weights")
    for key, (kind, shape) in shapes.items():
        begin, stop = _place(header[key], name)
        if stop - begin != _BYTES[kind] * math.prod(shape):
            raise _wrong(name, "its weights are not as large as it says")


def _place(entry: dict[str, Any], name: str) -> tuple[int, int]:
    found = entry.get("data_offsets")
    if not isinstance(found, list) or len(found) != 2 or not all(type(one) is int for one in found):
        raise _wrong(name, "it does not say where its weights lie")
    return found[0], found[1]


def _wrong(name: str, why: str) -> PackageError:
    return PackageError(
        f"The model package is refused: {name} is damaged, {why}.", hint="Ask for the package again."
    )
