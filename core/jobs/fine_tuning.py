"""Fine-tuning within a run: begun, or gone on with in the way that was decided when it began."""

from __future__ import annotations

from dataclasses import dataclass

from core.data.rows import Rows
from core.domain.choices import PrecisionChoice
from core.jobs.run_book import RunBook
from core.jobs.train_inputs import Inputs
from core.models.engine import Precision
from core.models.surgery import unfreeze_last
from core.store.files import refusal_told
from core.training.best import Best
from core.training.loop import Fit
from core.training.material import Material
from core.training.sources import BatchSource
from core.training.trial import fastest
from core.training.tuning import Arrangement, Workplace, arrangement_of, blocks_to_learn, tune


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How fine-tuning is computed, decided when it begins: to go on otherwise would give other weights."""

    precision: Precision
    frozen_precision: Precision | None  # of the frozen half; None where pictures pass the whole network
    arrangement: Arrangement


@dataclass(slots=True, kw_only=True)
class FineTuning:
    """The head and the last blocks of a model learn, or all of them."""

    inputs: Inputs
    book: RunBook
    material: Material
    pixels: Rows  # of all pictures, (N, H, W, 3)
    best: Best
    decided: Decided | None = None  # by the attempt that is gone on with; after ``begin`` always

    def begin(self, rate: float, first_epoch: int) -> tuple[Fit, BatchSource]:
        """Return the stage and its batches. Raises Cancelled, DiskFullError."""
        config, model = self.material.config, self.material.model
        unfreeze_last(model, blocks_to_learn(model, config.fine_tune_blocks, pretrained=config.pretrained))
        precision = self.decided.precision if self.decided else self._faster_precision()
        place = self._place(precision)
        with refusal_told(place.file.parent):
            fit, source = tune(
                self.material, self.pixels, place, best=self.best, first_epoch=first_epoch, rate=rate
            )
        arrangement = arrangement_of(fit, source)
        self.decided = Decided(
            precision=precision,
            frozen_precision=self._frozen_precision() if arrangement.from_activations else None,
            arrangement=arrangement,
        )
        return fit, source

    def _place(self, precision: Precision) -> Workplace:
        """Return where it is computed; what an ended process left there is gone by then."""
        workspace = self.book.workspace
        workspace.sweep_activations()
        return Workplace(
            compile=lambda module: self.inputs.compiled(module, self._frozen_precision()),
            # not the run's id: two checks may train it at once
            file=workspace.activations(self.book.context.snapshot.id),
            half=precision == "bf16",
            note=self.book.note,
            arrangement=self.decided.arrangement if self.decided else None,
        )

    def _frozen_precision(self) -> Precision:
        known = self.decided.frozen_precision if self.decided else None
        return known or self.inputs.frozen_precision

    def _faster_precision(self) -> Precision:
        """Return the precision in which learning is computed: as set, or the faster one here."""
        config = self.material.config
        if config.precision is not PrecisionChoice.AUTO:
            return "bf16" if config.precision is PrecisionChoice.BF16 else "fp32"
        found = fastest(
            self.material.model,
            config.image_size,
            config.batch_size,
            cache=self.book.workspace.paths.cache("trials"),
            device=self.material.device,
        )
        self.book.log(f"Fine-tuning is computed in {found}, the faster precision here.")
        return found
