"""Laying judged pictures out on a map: features first, then places, which are kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from core.data.parallel import check
from core.domain.dataset import Split
from core.domain.model import ModelSpec
from core.domain.picture_map import MOST_POINTS
from core.domain.preprocess import Preprocessing
from core.domain.run import Progress, Run, Stage
from core.evaluation.embedding import embedding
from core.jobs.looking import Eyes, look_of
from core.jobs.runner import JobContext
from core.settings import Settings
from core.store.files import write_whole
from core.store.workspace import Workspace
from core.training.features import feature_key

log = logging.getLogger(__name__)

_LOOKING = 0.4  # share of the work that is looking at pictures; the rest cannot tell how far it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where each picture lies on the map, by content."""

    sha256: tuple[str, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mapper:
    """Lays out the judged pictures of a run as the pretrained network that it began with sees them.

    Runs of one data set and one network share a map. A network that cannot be used, or that knew nothing
    yet, is replaced by the bundled one.
    """

    workspace: Workspace
    settings: Settings
    run: Run
    split: Split
    test: str = ""  # id of a further test, empty for the run's own pictures

    @property
    def spec(self) -> ModelSpec:
        """The network that looks."""
        return self._look()[0]

    @property
    def key(self) -> str:
        """What decides over the map besides the pictures' contents."""
        spec, preprocessing = self._look()
        look = feature_key(spec.key, spec.weights_sha256, preprocessing)
        return f"{self.test or self.run.dataset_id}-{self.split}-{look}"

    @property
    def file(self) -> Path:
        """Where the places are kept."""
        return self.workspace.paths.cache("maps") / f"{self.key}.json"

    def kept(self) -> Places | None:
        """Return the places if they were found before, else None."""
        try:
            return msgspec.json.decode(self.file.read_bytes(), type=Places)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as problem:
            log.info("the map %s is drawn again: %s", self.key, problem)
            return None

    def draw(self, hashes: Sequence[str], context: JobContext) -> None:
        """Find the places of these pictures and keep them. Raises Cancelled, AppError or OSError."""
        chosen = sampled(hashes)
        features = Eyes(self.workspace, self.settings, *self._look()).features(
            chosen,
            progress=lambda done, total: context.publish(
                Progress(stage=Stage.FEATURES, done=done, total=total, share=_LOOKING * done / max(1, total))
            ),
            stopped=context.stopped,
        )
        context.publish(Progress(stage=Stage.MAP, share=_LOOKING))
        check(context.stopped)
        found = embedding(np.asarray(features, np.float32))
        check(context.stopped)  # the layout itself does not listen
        places = Places(sha256=tuple(chosen), x=tuple(found[:, 0].tolist()), y=tuple(found[:, 1].tolist()))
        write_whole(self.file, msgspec.json.encode(places))

    def _look(self) -> tuple[ModelSpec, Preprocessing]:
        return look_of(self.run, self.settings)


def sampled(hashes: Sequence[str], most: int = MOST_POINTS, *, seed: int = 0) -> list[str]:
    """Return each content once, in its order; of more than ``most``, that many drawn by lot."""
    once = list(dict.fromkeys(hashes))
    if len(once) <= most:
        return once
    drawn = np.random.default_rng(seed).choice(len(once), most, replace=False)
    return [once[place] for place in sorted(drawn.tolist())]
