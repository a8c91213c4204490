"""A trained run of the workspace, loaded once to answer for new pictures."""

from __future__ import annotations

from core.domain.errors import RunError
from core.domain.package import Network
from core.domain.run import Run
from core.sharing.predictor import BATCH as BATCH
from core.sharing.predictor import Predictor, TrainedModel
from core.store.workspace import Workspace


def trained_model(workspace: Workspace, run: Run) -> TrainedModel:
    """Return what a finished run answers with.

    Raises:
        RunError: its pictures are gone.
        StoreError: it has no result, or it is damaged.
    """
    dataset = workspace.datasets.get(run.dataset_id)
    if dataset is None:
        raise RunError("The pictures of this run are gone.", hint="Train again.")
    return TrainedModel(
        network=Network(
            backbone=run.config.backbone,
            hidden_units=run.config.hidden_units,
            dropout=run.config.dropout,
            output=run.config.output,
            several=dataset.several,
        ),
        preprocessing=workspace.runs.preprocessing(run.id),
        classes=dataset.classes,
        decision=workspace.runs.decision(run.id),
        memory=workspace.runs.memory(run.id),
        weights=workspace.runs.weights(run.id),
    )


class Answerer(Predictor):
    """Answers as the run's own evaluation did."""

    def __init__(self, workspace: Workspace, run: Run) -> None:
        super().__init__(trained_model(workspace, run), cache=workspace.paths.cache("engines"))
