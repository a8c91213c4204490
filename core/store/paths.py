"""Where everything lies in the workspace folder.

Every path is made from a generated id or a content hash, never from a name that a person typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.domain.errors import StoreError

Cache = Literal["pixels", "features", "engines", "thumbnails", "activations", "trials", "maps", "labels"]

_ID = re.compile(r"[0-9a-f]{8,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Paths:
    """The places below ``home``. Nothing is created here."""

    home: Path

    @property
    def database(self) -> Path:
        """The file of projects, data sets and runs."""
        return self.home / "sightsmith.sqlite"

    @property
    def pictures(self) -> Path:
        """The folder of all pictures, by content."""
        return self.home / "pictures"

    @property
    def staging(self) -> Path:
        """The folder for what is not kept yet; one folder per process, named after it."""
        return self.home / "staging"

    @property
    def jobs(self) -> Path:
        """The folder for notes of jobs under way; one folder per process, named after it."""
        return self.home / "jobs"

    def picture(self, sha256: str) -> Path:
        """Return the place of the picture with this content; StoreError for anything but a sha256."""
        if not _SHA256.fullmatch(sha256):
            raise _not_an_id(sha256)
        return self.pictures / sha256[:2] / sha256

    def run(self, run_id: str) -> Path:
        """Return the folder of a run's result; StoreError for anything but a generated id."""
        if not _ID.fullmatch(run_id):
            raise _not_an_id(run_id)
        return self.runs / run_id

    @property
    def runs(self) -> Path:
        """The folder of all runs' results."""
        return self.home / "runs"

    def further_tests(self, run_id: str) -> Path:
        """Return the folder of a run's further tests, one folder each."""
        return self.run(run_id) / "tests"

    def further_test(self, run_id: str, test_id: str) -> Path:
        """Return the folder of one further test; StoreError for anything but generated ids."""
        if not _ID.fullmatch(test_id):
            raise _not_an_id(test_id)
        return self.further_tests(run_id) / test_id

    def exports(self, run_id: str) -> Path:
        """Return the folder of what was made of a run's model for other programs, one folder per form."""
        return self.run(run_id) / "exports"

    @property
    def packages(self) -> Path:
        """The folder of model packages that were brought in."""
        return self.home / "packages"

    def package(self, package_id: str) -> Path:
        """Return the place of a model package; StoreError for anything but a generated id."""
        if not _ID.fullmatch(package_id):
            raise _not_an_id(package_id)
        return self.packages / package_id

    def checkpoints(self, run_id: str) -> Path:
        """Return the folder of a run's checkpoints; apart from its result, which replaces its folder."""
        if not _ID.fullmatch(run_id):
            raise _not_an_id(run_id)
        return self.home / "checkpoints" / run_id

    def cache(self, kind: Cache) -> Path:
        """Return the folder of one kind of thing that can be computed again: deleting it loses nothing."""
        return self.home / "cache" / kind

    def thumbnail(self, sha256: str, size: int) -> Path:
        """Return the place of a small copy of the picture, ``size`` pixels wide or high."""
        return self.cache("thumbnails") / f"{self.picture(sha256).name}-{int(size)}.jpg"


def _not_an_id(text: str) -> StoreError:
    return StoreError(
        f"{text[:80]!r} is not the id of anything in this workspace.", hint="Go back and open it again."
    )
