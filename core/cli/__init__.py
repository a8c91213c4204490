"""`sightsmith`: the same work as in the browser, from the command line."""

from core.cli.main import main

__all__ = ["main"]
