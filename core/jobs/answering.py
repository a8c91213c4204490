"""A trained run, loaded once to answer for new pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors.torch

from core.data.parallel import ignore_progress, in_order, never
from core.data.pixels import load_pixels
from core.domain.errors import PictureError, RunError
from core.domain.report import Answer
from core.domain.run import Run
from core.evaluation.deciding import decide
from core.evaluation.novelty import strangeness
from core.evaluation.predict import probabilities
from core.models.engine import compile_frozen
from core.models.outputs import Outputs
from core.models.surgery import build_classifier
from core.models.zoo import spec_of
from core.store.workspace import Workspace
from core.training.features import passed

BATCH = 16

Named = tuple[str, Path]
Read = Callable[[str, Path], npt.NDArray[np.uint8] | PictureError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the network makes of pictures, before any rule: N pictures, C classes."""

    probabilities: npt.NDArray[np.float32]  # (N, C)
    strangeness: npt.NDArray[np.float32] | None  # (N,) distance from what was learnt; None where unknown


class Answerer:
    """Answers as the run's own evaluation did, by its rule: same pixels, same network, same arithmetic."""

    def __init__(self, workspace: Workspace, run: Run) -> None:
        dataset = workspace.datasets.get(run.dataset_id)
        if dataset is None:
            raise RunError("The pictures of this run are gone.", hint="Train again.")
        self.classes = dataset.classes
        self.decision = workspace.runs.decision(run.id)
        self._memory = workspace.runs.memory(run.id)
        self._preprocessing = workspace.runs.preprocessing(run.id)
        model = build_classifier(
            spec_of(run.config.backbone),
            None,
            preprocessing=self._preprocessing,
            classes=len(dataset.classes),
            hidden_units=run.config.hidden_units,
            dropout=run.config.dropout,
            seed=run.config.seed,
            output=run.config.output,
            several=dataset.several,
        )
        model.load_state_dict(safetensors.torch.load(workspace.runs.weights(run.id)), strict=True)
        self._model = model
        self._head = model.head
        self._outputs = Outputs(
            classes=len(dataset.classes), output=run.config.output, several=dataset.several
        )
        self._frozen = compile_frozen(
            model.backbone,
            image_size=self._preprocessing.image_size,
            cache=workspace.paths.cache("engines"),
        )

    def answer(self, pictures: Sequence[Named]) -> Iterator[Answer | PictureError]:
        """Yield one Answer per (name, file), in order; a PictureError for one that cannot be read."""
        for start in range(0, len(pictures), BATCH):
            yield from self._answer_batch(pictures[start : start + BATCH])

    def seen(
        self,
        pictures: Sequence[Named],
        *,
        progress: Callable[[int, int], None] = ignore_progress,
        stopped: Callable[[], bool] = never,
    ) -> Seen:
        """Return what the network makes of every (name, file), at least one.

        As in the run's own evaluation, the network sees batches that are always as large, and the head all
        pictures at once. Raises Cancelled, or PictureError for a file that cannot be read.
        """
        total = len(pictures)
        features = passed(
            self._frozen,
            _Files(pictures, self._read),
            progress=lambda done: progress(done, total),
            stopped=stopped,
        )
        return self._seen(features)

    def _answer_batch(self, pictures: Sequence[Named]) -> Iterator[Answer | PictureError]:
        read = [self._read(name, path) for name, path in pictures]
        pixels = [p for p in read if not isinstance(p, PictureError)]
        found = iter(self._answers(np.stack(pixels)) if pixels else ())
        for (name, _), one in zip(pictures, read, strict=True):
            yield one if isinstance(one, PictureError) else replace(next(found), path=name)

    def _answers(self, pixels: npt.NDArray[np.uint8]) -> Iterator[Answer]:
        seen = self._seen(self._frozen(pixels))
        decided = decide(
            self.decision,
            seen.probabilities,
            self.classes,
            several=self._outputs.several,
            strange=seen.strangeness,
        )
        for row, best in enumerate(decided.predicted.tolist()):
            named = np.flatnonzero(decided.said[row]).tolist() if self._outputs.several else ()
            yield Answer(
                path="",
                label=None,
                predicted=self.classes[best],
                confidence=float(decided.probabilities[row, best]),
                named=tuple(self.classes[index] for index in named),
                several=self._outputs.several,
                doubt=decided.doubt_of(row),
            )

    def _seen(self, features: npt.NDArray[np.float32]) -> Seen:
        return Seen(
            probabilities=probabilities(self._head, features, self._outputs),
            strangeness=strangeness(self._memory, features) if self._memory else None,
        )

    def _read(self, name: str, path: Path) -> npt.NDArray[np.uint8] | PictureError:
        try:
            return load_pixels(path, self._preprocessing)
        except PictureError as error:
            return PictureError(f"{name}: {error.message}", hint=error.hint)


class _Files:
    """Pictures (N, H, W, 3) that are read when they are indexed, each once however often it is asked for."""

    def __init__(self, pictures: Sequence[Named], read: Read) -> None:
        self._pictures, self._read = pictures, read

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, rows: npt.NDArray[np.int64], /) -> npt.NDArray[np.uint8]:
        distinct, places = np.unique(rows, return_inverse=True)
        chosen = [self._pictures[row] for row in distinct.tolist()]
        return np.stack(list(in_order(self._load, chosen)))[places]

    def _load(self, picture: Named) -> npt.NDArray[np.uint8]:
        found = self._read(*picture)
        if isinstance(found, PictureError):
            raise found
        return found
