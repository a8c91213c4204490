"""Lets `python -m core.cli` do what `sightsmith` does."""

import sys

from core.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
