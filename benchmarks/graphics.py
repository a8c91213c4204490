"""How busy a graphics card is while something runs, as its driver says."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

ASK = ("nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--id=0")
PAUSE = 0.25  # seconds between two looks


def device() -> torch.device:
    """Return where peers compute: the graphics card where there is one, as Sightsmith does by itself."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@contextmanager
def watched() -> Iterator[list[int]]:
    """Give a list that fills with the card's utilisation in per cent; it stays empty where there is none."""
    seen: list[int] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(PAUSE):
            seen.append(int(subprocess.run(ASK, capture_output=True, text=True, check=True).stdout))

    watcher = threading.Thread(target=look, daemon=True)
    if device().type == "cuda" and shutil.which(ASK[0]):
        watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        if watcher.ident is not None:
            watcher.join()


def in_words(seen: list[int]) -> str:
    """Return how busy it was: on average, and in the median, which start and end hardly touch."""
    if not seen:
        return "no graphics card was watched"
    return f"graphics card {statistics.mean(seen):.0f} % busy (median {statistics.median(seen):.0f} %)"
