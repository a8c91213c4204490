"""The pictures that the head benchmark learns from, and how any of its ways says what it reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data.archive import FoundFile
from core.data.collect import examine
from core.data.samples import write_sample_set
from core.data.scan import scan
from core.data.split import build_dataset
from core.domain.dataset import Sample, Split
from core.domain.edit import SplitSettings
from core.domain.errors import DatasetError
from core.models.zoo import spec_of
from core.settings import Limits

SPEC = spec_of("efficientnet_lite0")
SIDE = 224  # pixels that the network sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The same pictures in the same split for all: files, class indices, and positions per split."""

    samples: tuple[Sample, ...]
    files: tuple[Path, ...]
    labels: npt.NDArray[np.int64]  # (N,)
    rows: dict[Split, npt.NDArray[np.int64]]
    classes: tuple[str, ...]
    epochs: int
    views: int  # 1: pictures as they are; more: so many copies for us, for peers varied in each epoch
    seed: int

    def accuracy(self, answers: npt.NDArray[np.int64]) -> float:
        """Return how many of the test pictures are answered rightly."""
        return float((answers == self.labels[self.rows[Split.TEST]]).mean())


class Pictures:
    """A set of pictures, checked once as an import does, of which tasks are made."""

    def __init__(self, source: str | Path, folder: Path) -> None:
        """``source`` is a built-in set, written into ``folder``, or a folder of class folders."""
        files = write_sample_set(source, folder) if isinstance(source, str) else _files(source)
        found = scan(files)
        self._place = {candidate.name: candidate.location for candidate in found.candidates}
        self._collected = examine(found.candidates, keep=lambda _data, _sha256: None, limits=Limits())

    def task(self, *, epochs: int, views: int, seed: int, most: int | None) -> Task:
        """Return the pictures in another split for each ``seed``; at ``most`` so many, drawn with it."""
        dataset = build_dataset(
            self._collected,
            id="0",
            project_id="0",
            version=1,
            created_at=datetime.now(UTC),
            settings=SplitSettings(seed=seed),
        )
        drawn = np.random.default_rng(seed).permutation(len(dataset.samples))[:most]
        samples = tuple(dataset.samples[at] for at in np.sort(drawn))
        splits = np.array([sample.split for sample in samples])
        return Task(
            samples=samples,
            files=tuple(self._place[sample.path] for sample in samples),
            labels=np.array([dataset.classes.index(sample.label) for sample in samples], dtype=np.int64),
            rows={split: np.flatnonzero(splits == split) for split in Split},
            classes=dataset.classes,
            epochs=epochs,
            views=views,
            seed=seed,
        )


def _files(folder: Path) -> Sequence[FoundFile]:
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if not found:
        raise DatasetError(f"There is no file in {folder}.", hint="Name a folder of class folders.")
    return [FoundFile(name=path.relative_to(folder).as_posix(), location=path) for path in found]
