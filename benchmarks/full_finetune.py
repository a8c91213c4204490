"""Fine-tuning everything: plain PyTorch, fastai and Lightning beside Sightsmith.

Where the backbone's pretrained weights are not on this machine, all start from the same random ones; speeds
are the same, accuracies are those of a network that starts from nothing. fastai and Lightning are compared
where they are installed (the extra ``bench``).

Where there is a graphics card, all compute there, and it is told how busy Sightsmith keeps it.

    python -m benchmarks.full_finetune [--data digits | FOLDER] [--backbone resnet18] [--epochs 3] [--seeds 3]
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import logging
from typing import Any

import torch

from benchmarks import graphics
from benchmarks.fine_tuning import (
    RATE,
    Peer,
    Task,
    accuracy_of,
    compare,
    loss,
    options_of,
    plain_torch,
    task_of,
)
from core.domain.dataset import Split


def with_fastai(task: Task, seed: int) -> float:
    """Train with fastai's one-cycle policy; return test accuracy of the last epoch."""
    from fastai.data.core import DataLoaders
    from fastai.learner import Learner

    for part in ("progress", "schedule"):  # they give Learner its methods
        importlib.import_module(f"fastai.callback.{part}")
    network, loaders = task.network(seed), task.loaders()
    data = DataLoaders(loaders[Split.TRAIN], loaders[Split.VALIDATION], device=graphics.device())
    learner = Learner(data, network, loss_func=loss)
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(task.config.fine_tune_epochs, RATE)
    return accuracy_of(network, loaders[Split.TEST])


def with_lightning(task: Task, seed: int) -> float:
    """Train with Lightning's Trainer; return test accuracy of the last epoch."""
    import lightning

    network, loaders = task.network(seed), task.loaders()

    class Module(lightning.LightningModule):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def training_step(self, batch: Any, _index: int) -> torch.Tensor:  # noqa: ANN401
            return loss(self.network(batch[0]), batch[1])

        def validation_step(self, batch: Any, _index: int) -> None:  # noqa: ANN401
            self.log("val_loss", loss(self.network(batch[0]), batch[1]))

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=RATE)

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()):
        trainer = lightning.Trainer(
            max_epochs=task.config.fine_tune_epochs,
            accelerator="gpu" if graphics.device().type == "cuda" else "cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(Module(), loaders[Split.TRAIN], loaders[Split.VALIDATION])
    return accuracy_of(network, loaders[Split.TEST])


PEERS: dict[str, tuple[tuple[str, ...], Peer]] = {  # the modules that each needs, and how it trains
    "plain PyTorch": ((), plain_torch),
    "fastai": (
        ("fastai.data.core", "fastai.learner", "fastai.callback.progress", "fastai.callback.schedule"),
        with_fastai,
    ),
    "Lightning": (("lightning",), with_lightning),
}


def main() -> None:
    """Run all that are installed in turn and print what was compared."""
    options = options_of(__doc__, data="digits", backbone="resnet18", epochs=3).parse_args()
    peers = {}
    for title, (needs, train) in PEERS.items():
        if not needs or importlib.util.find_spec(needs[0].partition(".")[0]):
            peers[title] = needs, train
        else:
            print(f"{title} is not installed and is left out.")
    with task_of(options, blocks=None) as task:
        compare("full_finetune", task, peers, options)


if __name__ == "__main__":
    main()
