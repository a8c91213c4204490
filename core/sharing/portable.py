"""The whole way of one picture, from its bytes to the probabilities, as one network to be exported."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.domain.decision import Memory
from core.domain.preprocess import Preprocessing
from core.evaluation.calibration import LEAST
from core.evaluation.novelty import NEIGHBOURS
from core.models.outputs import Outputs
from core.models.surgery import Classifier
from core.sharing.picture_input import PictureInput
from core.sharing.predictor import TrainedModel, load_classifier


class Portable(nn.Module):
    """A picture (H, W, 3) of bytes in; (C,) probabilities out, and (1,) the distance from what was learnt.

    The second only where ``memory`` is given. The temperature of the rule is inside.
    """

    def __init__(
        self,
        model: Classifier,
        preprocessing: Preprocessing,
        outputs: Outputs,
        *,
        temperature: float,
        memory: Memory | None = None,
    ) -> None:
        super().__init__()
        self.pixels = PictureInput(preprocessing)
        self.remembers = memory is not None
        self.answers = FromPixels(model, outputs, temperature=temperature, memory=memory)

    def forward(self, picture: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Return the probabilities, with the distance where there is a memory."""
        found: Tensor | tuple[Tensor, Tensor] = self.answers(self.pixels(picture))
        return found


class FromPixels(nn.Module):
    """The same from the network's own input, (1, 3, S, S) in [0, 255]: the picture has been resized."""

    kept: Tensor

    def __init__(
        self, model: Classifier, outputs: Outputs, *, temperature: float, memory: Memory | None = None
    ) -> None:
        super().__init__()
        self.backbone, self.head = model.backbone, model.head
        self._outputs, self._temperature = outputs, temperature
        self._remembers = memory is not None
        kept = memory.features if memory is not None else None
        self.register_buffer("kept", None if kept is None else torch.from_numpy(kept.copy()))
        self._near = 0 if kept is None else min(NEIGHBOURS, len(kept))

    def forward(self, pixels: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Return the probabilities, with the distance where there is a memory."""
        features = self.backbone(pixels)
        likely = self._cooled(self._outputs.probabilities(self.head(features)))[0]
        if not self._remembers:
            return likely
        unit = features / features.norm(dim=1, keepdim=True).clamp(min=1e-12)
        likeness = unit @ self.kept.float().T  # (1, M)
        return likely, 1 - likeness.topk(self._near, dim=1).values[0, -1:]

    def _cooled(self, likely: Tensor) -> Tensor:
        """Return the probabilities with the temperature, (1, C), as core.evaluation.calibration does."""
        if self._temperature == 1.0:
            return likely
        if not self._outputs.several:
            return (likely.clamp(min=LEAST).log() / self._temperature).softmax(dim=1)
        yes, no = likely.clamp(min=LEAST), (1 - likely).clamp(min=LEAST)
        return ((yes.log() - no.log()) / self._temperature).sigmoid()


def portable_of(model: TrainedModel) -> Portable:
    """Return a trained model as the network to be exported; it remembers only where its rule asks for it."""
    portable = Portable(
        load_classifier(model),
        model.preprocessing,
        model.outputs,
        temperature=model.decision.temperature,
        memory=model.memory if model.decision.farthest is not None else None,
    )
    return portable.eval().requires_grad_(False)
