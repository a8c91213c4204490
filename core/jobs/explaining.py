"""A trained run that also says why: where it looked, what else was likely, what it learnt that is alike."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data.decode import open_reduced
from core.data.pixels import fit, load_pixels
from core.data.placing import placed
from core.domain.decision import Decision
from core.domain.errors import ConfigError, RunError
from core.domain.explanation import Alike, Explanation, Likely
from core.domain.run import Run
from core.evaluation.calibration import cooled
from core.evaluation.covering import covered, framed, seen
from core.evaluation.deciding import Decided, decide
from core.evaluation.novelty import likeness, nearest
from core.jobs.answering import Answerer
from core.models.gradcam import heat_of
from core.store.workspace import Workspace

Pixels = npt.NDArray[np.uint8]


class Explainer(Answerer):
    """Explains single answers. Probabilities are those of the answers themselves, temperature included.

    Only one thread at a time may ask.
    """

    def __init__(self, workspace: Workspace, run: Run) -> None:
        super().__init__(workspace, run)
        self._model.requires_grad_(False)
        dataset = workspace.datasets.get(run.dataset_id)
        if dataset is None:
            raise RunError("The pictures of this run are gone.", hint="Train again.")
        known = set(self._memory.sha256) if self._memory else set()
        self._learnt = {sample.sha256: sample for sample in dataset.samples if sample.sha256 in known}

    def explain(self, picture: Path, decision: Decision, class_name: str | None = None) -> Explanation:
        """Return where the network looks for a class, by default the one that is answered.

        Raises PictureError for a file that cannot be read, ConfigError for a class that is not the run's.
        """
        begun = time.perf_counter()
        image = open_reduced(picture, at_least=self._preprocessing.image_size)
        width, height = image.size
        placement = placed(width, height, self._preprocessing)
        pixels = fit(image, self._preprocessing)
        index = self._index(class_name) if class_name else int(self._decided(pixels, decision).predicted[0])
        heat = heat_of(self._model, pixels, index, self._outputs)
        copies = covered(pixels, heat, placement)
        likely = self._likely(np.concatenate([pixels[None], copies]), decision)[:, index]
        nothing = not heat.any()
        frame = framed(heat, placement, width=width, height=height)
        frame.flags.writeable = False  # one explanation is shown to several visitors
        return Explanation(
            heat=frame,
            seen=seen(placement, width=width, height=height),
            class_name=self.classes[index],
            probability=float(likely[0]),
            drop_hottest=None if nothing else float(likely[0] - likely[1]),
            drop_random=None if nothing else float(likely[0] - likely[2:].mean()),
            seconds=time.perf_counter() - begun,
        )

    def likely(self, picture: Path, decision: Decision, *, most: int = 3) -> tuple[Likely, ...]:
        """Return the most likely classes, the likeliest first; PictureError for an unreadable file."""
        pixels = load_pixels(picture, self._preprocessing)
        shares = self._likely(pixels[None], decision)[0]
        best = np.argsort(-shares, kind="stable")[:most].tolist()
        return tuple(Likely(class_name=self.classes[i], probability=float(shares[i])) for i in best)

    def alike(self, picture: Path, *, most: int = 3, without: str = "") -> tuple[Alike, ...]:
        """Return the training pictures most like this one, the nearest first.

        ``without`` is a content hash that does not count. Nothing comes where the run has no memory of what
        it learnt from. Raises PictureError for a file that cannot be read.
        """
        memory = self._memory
        if memory is None:
            return ()
        feature = self._frozen(load_pixels(picture, self._preprocessing)[None])
        rows = nearest(memory, feature, most=most + 1)[0]
        likenesses = likeness(memory, feature[0], rows).tolist()
        found = [(memory.sha256[row], like) for row, like in zip(rows.tolist(), likenesses, strict=True)]
        known = [(sha256, like) for sha256, like in found if sha256 != without and sha256 in self._learnt]
        return tuple(
            Alike(sha256=sha256, path=sample.path, labels=sample.labels, likeness=like)
            for sha256, like in known[:most]
            for sample in (self._learnt[sha256],)
        )

    def _index(self, class_name: str) -> int:
        if class_name not in self.classes:
            raise ConfigError(
                f"This training run does not know a class called '{class_name}'.",
                hint="Choose one of the classes that it learnt.",
            )
        return self.classes.index(class_name)

    def _decided(self, pixels: Pixels, decision: Decision) -> Decided:
        raw = self._seen(self._frozen(pixels[None])).probabilities
        return decide(decision, raw, self.classes, several=self._outputs.several)

    def _likely(self, pixels: Pixels, decision: Decision) -> npt.NDArray[np.float32]:
        """Return how likely each class is in these pictures, (N, C)."""
        raw = self._seen(self._frozen(pixels)).probabilities
        return cooled(raw, decision.temperature, several=self._outputs.several)
