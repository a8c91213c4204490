"""A model with its head fitted: where fine-tuning begins, be it a trial or a test of rates."""

from __future__ import annotations

from collections.abc import Callable

from core.data.parallel import check
from core.domain.choices import HeadSolver
from core.jobs.train_inputs import Inputs
from core.training.best import Best
from core.training.material import Material
from core.training.stages import head_fit, solve_head


def material_of(inputs: Inputs) -> Material:
    """Return what the stages of a training work with."""
    return Material(model=inputs.model, config=inputs.config, outputs=inputs.outputs, divided=inputs.divided)


def fit_head(inputs: Inputs, *, stopped: Callable[[], bool]) -> None:
    """Fit the head of the model as its settings say, and leave the rest alone. Raises Cancelled."""
    material, best = material_of(inputs), Best(inputs.model)
    if inputs.config.head_solver is HeadSolver.LBFGS:
        solve_head(material, inputs.views, best=best, groups=inputs.groups, stopped=stopped)
    else:
        fit, _ = head_fit(material, inputs.views, best=best)
        for _ in fit.events():
            check(stopped)
    best.restore()
