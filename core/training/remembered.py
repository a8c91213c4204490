"""Which precision is the faster one here: tried once for each kind of work, and remembered."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import torch

from core.files import whole_file
from core.models.engine import Precision
from core.training.device import describe_machine

FILE: Final = "precision.json"
WORTH: Final = 0.95  # of the exact work's time: what half precision must stay below to be worth its rounding

_log = logging.getLogger(__name__)


def remembered(work: str, tried: Callable[[], Precision], *, cache: Path, device: torch.device) -> Precision:
    """Return what ``tried`` answers for this ``work``, on this machine asked only once.

    ``work`` names in one line all that the answer depends on beside the machine. Answers are kept in a file
    in the folder ``cache``; deleting it costs seconds, and can change the next answer where the two
    precisions are about equal.
    """
    machine = f"{describe_machine(device)}, {torch.get_num_threads()} threads"
    kept, key = cache / FILE, f"{work}, {machine}"
    answers = _read(kept)
    if key in answers:
        return answers[key]
    found = tried()
    _write(kept, _read(kept) | {key: found})  # read anew: another process may have tried something meanwhile
    return found


def worth_half(seconds: Mapping[Precision, float]) -> Precision:
    """Return "bf16" where that is clearly faster, by the seconds that the same work takes in each."""
    return "bf16" if seconds["bf16"] < WORTH * seconds["fp32"] else "fp32"


def _read(kept: Path) -> dict[str, Precision]:
    """Return the answers so far; none where the file is missing or damaged."""
    try:
        found: Any = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    answers = found.items() if isinstance(found, dict) else ()
    return {key: answer for key, answer in answers if answer in get_args(Precision)}


def _write(kept: Path, answers: dict[str, Precision]) -> None:
    """Keep the answers; where the disk refuses, the next run tries again."""
    try:
        with whole_file(kept) as file:
            file.write(json.dumps(answers, indent=1, sort_keys=True).encode())
    except OSError as problem:
        _log.warning("The trial of precisions could not be kept: %s", problem)
