"""Fine-tuning the last blocks: the loop of the usual tutorials beside Sightsmith.

The tutorial decodes every picture and runs the frozen blocks below in each epoch; Sightsmith keeps what
leaves them, for several variations of each picture.

    python -m benchmarks.last_blocks [--data drawn-parts | FOLDER] [--blocks 2] [--epochs 10] [--seeds 3]

Sightsmith learns at the rate that its help names for so few blocks, and the tutorial at its own.
"""

from __future__ import annotations

from benchmarks.fine_tuning import compare, options_of, plain_torch, task_of

SHALLOW_RATE = 1.5e-3


def main() -> None:
    """Run both in turn and print what was compared."""
    parser = options_of(__doc__, data="drawn-parts", backbone="efficientnet_lite0", epochs=10)
    parser.add_argument("--blocks", type=int, default=2)
    parser.set_defaults(changes=[f"fine_tune_learning_rate={SHALLOW_RATE}"])
    options = parser.parse_args()
    with task_of(options, blocks=options.blocks) as task:
        compare("last_blocks", task, {"tutorial loop": ((), plain_torch)}, options)


if __name__ == "__main__":
    main()
