from __future__ import annotations

from core.domain.run import Trial
from ui.components.trials_table import sentence, table
from ui.words import NO_FIGURE


def trial(blocks: int, epochs: int, loss: float | None, *, chosen: bool = False) -> Trial:
    return Trial(
        backbone="efficientnet_lite0",
        fine_tune_blocks=blocks,
        fine_tune_learning_rate=5e-4,
        epochs=epochs,
        val_loss=loss,
        val_accuracy=None if loss is None else 1 - loss,
        seconds=12.4,
        chosen=chosen,
    )


def test_the_choice_is_told_with_its_rule():
    assert sentence([trial(6, 2, 0.1, chosen=True), trial(4, 1, 0.2)]) == (
        "Each way learnt for an epoch; the better half went on for twice as long, until one was left: "
        "6 blocks at a rate of 5.0e-04."
    )
    assert sentence([trial(6, 1, 0.1)]).endswith("until one was left.")


def test_a_way_that_destroyed_what_was_known_has_no_figures():
    rows = table(
        [trial(6, 1, 0.125, chosen=True), trial(9, 1, None)], {"efficientnet_lite0": "EfficientNet-Lite0"}
    ).to_dict("records")
    assert rows[0] == {
        "": "Chosen",
        "Backbone": "EfficientNet-Lite0",
        "Blocks": 6,
        "Rate": "5.0e-04",
        "Epochs": 1,
        "Right on validation": "87.5 %",
        "Loss": "0.125",
        "Seconds": 12,
    }
    assert (rows[1]["Right on validation"], rows[1]["Loss"]) == (NO_FIGURE, NO_FIGURE)
