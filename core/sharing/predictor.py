"""A trained model, loaded once to answer for new pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors.torch

from core.data.parallel import ignore_progress, in_order, never
from core.data.pixels import load_pixels
from core.domain.decision import Decision, Memory
from core.domain.errors import PictureError
from core.domain.package import Network
from core.domain.preprocess import Preprocessing
from core.domain.report import Answer
from core.evaluation.deciding import Decided, decide
from core.evaluation.novelty import strangeness
from core.evaluation.predict import probabilities
from core.models.engine import compile_frozen
from core.models.outputs import Outputs
from core.models.surgery import Classifier, trained_classifier
from core.models.zoo import spec_of
from core.training.features import passed

BATCH = 16

Named = tuple[str, Path | bytes]  # what it is called, and the file or what is in it
Read = Callable[[str, Path | bytes], npt.NDArray[np.uint8] | PictureError]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """Everything that answering needs, wherever it came from."""

    network: Network
    preprocessing: Preprocessing
    classes: tuple[str, ...]
    decision: Decision
    memory: Memory | None  # None for a run from before that was kept
    weights: bytes  # safetensors

    @property
    def outputs(self) -> Outputs:
        """What the numbers that leave the head mean."""
        return Outputs(classes=len(self.classes), output=self.network.output, several=self.network.several)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the network makes of pictures, before any rule: N pictures, C classes."""

    probabilities: npt.NDArray[np.float32]  # (N, C)
    strangeness: npt.NDArray[np.float32] | None  # (N,) distance from what was learnt; None where unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class FullAnswer:
    """An answer with the probability of every class, in class order."""

    answer: Answer
    probabilities: tuple[float, ...]


def load_classifier(model: TrainedModel) -> Classifier:
    """Return the network with its weights, in evaluation mode."""
    return trained_classifier(
        spec_of(model.network.backbone),
        safetensors.torch.load(model.weights),
        preprocessing=model.preprocessing,
        classes=len(model.classes),
        hidden_units=model.network.hidden_units,
        dropout=model.network.dropout,
        output=model.network.output,
        several=model.network.several,
    )


class Predictor:
    """Answers as the run's own evaluation did, by its rule: same pixels, same network, same arithmetic."""

    def __init__(self, model: TrainedModel, *, cache: Path | None) -> None:
        """``cache`` is a folder where the prepared network is kept."""
        self.classes = model.classes
        self.decision = model.decision
        self._memory = model.memory
        self._preprocessing = model.preprocessing
        self._outputs = model.outputs
        self._model = load_classifier(model)
        self._head = self._model.head
        self._frozen = compile_frozen(
            self._model.backbone, image_size=self._preprocessing.image_size, cache=cache
        )

    def answer(self, pictures: Sequence[Named]) -> Iterator[Answer | PictureError]:
        """Yield one Answer per (name, file), in order; a PictureError for one that cannot be read."""
        for one in self.answer_in_full(pictures):
            yield one if isinstance(one, PictureError) else one.answer

    def answer_in_full(self, pictures: Sequence[Named]) -> Iterator[FullAnswer | PictureError]:
        """Yield the same as ``answer``, each with the probability of every class."""
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

    def decided(self, seen: Seen) -> Decided:
        """Return what the rule says about what was seen."""
        return decide(
            self.decision,
            seen.probabilities,
            self.classes,
            several=self._outputs.several,
            strange=seen.strangeness,
        )

    def _answer_batch(self, pictures: Sequence[Named]) -> Iterator[FullAnswer | PictureError]:
        read = [self._read(name, path) for name, path in pictures]
        pixels = [p for p in read if not isinstance(p, PictureError)]
        found = iter(self._answers(np.stack(pixels)) if pixels else ())
        for (name, _), one in zip(pictures, read, strict=True):
            if isinstance(one, PictureError):
                yield one
            else:
                told = next(found)
                yield replace(told, answer=replace(told.answer, path=name))

    def _answers(self, pixels: npt.NDArray[np.uint8]) -> Iterator[FullAnswer]:
        decided = self.decided(self._seen(self._frozen(pixels)))
        for row, best in enumerate(decided.predicted.tolist()):
            named = np.flatnonzero(decided.said[row]).tolist() if self._outputs.several else ()
            answer = Answer(
                path="",
                label=None,
                predicted=self.classes[best],
                confidence=float(decided.probabilities[row, best]),
                named=tuple(self.classes[index] for index in named),
                several=self._outputs.several,
                doubt=decided.doubt_of(row),
                sure=float(decided.sure[row]) if self._outputs.several else None,
            )
            yield FullAnswer(answer=answer, probabilities=tuple(decided.probabilities[row].tolist()))

    def _seen(self, features: npt.NDArray[np.float32]) -> Seen:
        return Seen(
            probabilities=probabilities(self._head, features, self._outputs),
            strangeness=strangeness(self._memory, features) if self._memory else None,
        )

    def _read(self, name: str, path: Path | bytes) -> npt.NDArray[np.uint8] | PictureError:
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
