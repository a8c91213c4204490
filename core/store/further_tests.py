"""Further tests of training runs: each a folder beside the run's result, complete or not there at all.

It is written in staging, its manifest last, and then moved to its place as a whole: what an ended process
leaves is swept away with its staging. The pictures are kept as those of data sets are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from core.domain.dataset import Sample
from core.domain.errors import RunError, StoreError
from core.domain.further_test import FurtherTest
from core.domain.report import Predictions, Report
from core.store.database import Database
from core.store.files import flush_folder, make_folder, read_whole, remove_tree, told, write_whole
from core.store.paths import Paths
from core.store.pictures import PictureShelf
from core.store.results import KeptFile, as_parquet, from_parquet, keep_files, kept_content

Record = TypeVar("Record")

_MANIFEST = "manifest.json"
_REPORT = "report.json"
_PREDICTIONS = "predictions.parquet"
_SAMPLES = "samples.json"  # not there in tests of earlier versions
_PICTURES = "pictures.json"  # their content hashes, apart: asked for without reading all answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a further test is, and of which files it consists."""

    test: FurtherTest
    files: tuple[KeptFile, ...]
    layout: int = 1  # counts up when files change their meaning


class FurtherTests:
    """The further tests of all runs."""

    def __init__(
        self, paths: Paths, database: Database, shelf: PictureShelf, staging: Callable[[], Path]
    ) -> None:
        """``staging`` makes a fresh folder on the disk of the workspace."""
        self._paths = paths
        self._database = database
        self._shelf = shelf
        self._staging = staging

    def add(
        self,
        test: FurtherTest,
        report: Report,
        predictions: Predictions,
        samples: Sequence[Sample] = (),
    ) -> None:
        """Keep a test for good, or do nothing; its pictures, kept before, reach the disk first.

        ``samples`` are the judged pictures, as the upload has them.

        Raises:
            StoreError: a picture was never kept, or the disk takes no more.
        """
        folder, hashes = self._staging(), sorted(set(predictions.sha256))
        try:
            files = keep_files(
                folder,
                {
                    _REPORT: msgspec.json.encode(report),
                    _PREDICTIONS: as_parquet(predictions, report.classes),
                    _SAMPLES: msgspec.json.encode(samples),
                    _PICTURES: msgspec.json.encode(hashes),
                },
            )
            write_whole(folder / _MANIFEST, msgspec.json.encode(Manifest(test=test, files=files)))
            self._shelf.flush(hashes)  # the slow part, while others may write
            place = self._paths.further_test(test.run_id, test.id)
            make_folder(place.parent)
            # writing, although no table changes: no picture can be dropped between the look and the record
            with self._database.writing(), told(place):
                self._shelf.settle(hashes)
                folder.replace(place)
            flush_folder(place.parent)
        finally:
            remove_tree(folder)

    def get(self, test_id: str) -> FurtherTest | None:
        """Return the test, or None when there is none."""
        run_id = self._run_of(test_id)
        return None if run_id is None else self._manifest(run_id, test_id).test

    def of_run(self, run_id: str) -> tuple[FurtherTest, ...]:
        """Return the run's further tests, newest first; a damaged one is left out."""
        found = []
        for folder in self._folders(run_id):
            try:
                found.append(self._manifest(run_id, folder.name).test)
            except StoreError:  # the others can be shown
                continue
        return tuple(sorted(found, key=lambda test: (test.created_at, test.id), reverse=True))

    def report(self, run_id: str, test_id: str) -> Report:
        """Return the evaluation, all of it as test pictures.

        Raises:
            RunError: there is no such further test.
            StoreError: it is damaged.
        """
        return _decoded(self._read(run_id, test_id, _REPORT), Report)

    def predictions(self, run_id: str, test_id: str) -> Predictions:
        """Return the answer for each picture, in the order of the upload; the same errors."""
        return from_parquet(self._read(run_id, test_id, _PREDICTIONS))

    def samples(self, run_id: str, test_id: str) -> tuple[Sample, ...]:
        """Return the judged pictures; none where the test was made before they were kept. The same errors."""
        if _SAMPLES not in {file.name for file in self._manifest(run_id, test_id).files}:
            return ()
        return _decoded(self._read(run_id, test_id, _SAMPLES), tuple[Sample, ...])

    def delete(self, test_id: str) -> frozenset[str]:
        """Remove the test and return its pictures' hashes, which nothing need keep any more.

        Nothing of a damaged one is known, and one that is gone leaves nothing to do: both give none.
        """
        run_id = self._run_of(test_id)
        if run_id is None:
            return frozenset()
        place = self._paths.further_test(run_id, test_id)
        try:
            pictures = self._pictures(run_id, test_id)
        except StoreError:
            pictures = frozenset()
        with told(place):
            (place / _MANIFEST).unlink(missing_ok=True)  # first: from here on there is no test
        remove_tree(place)
        return pictures

    def pictures(self) -> frozenset[str]:
        """Return the content hashes of the pictures of all further tests, also of deleted runs.

        Raises:
            StoreError: those of one test cannot be read, so that not all are known.
        """
        found: set[str] = set()
        for tests in self._paths.runs.glob("*/tests"):
            for folder in self._folders(tests.parent.name):
                found |= self._pictures(tests.parent.name, folder.name)
        return frozenset(found)

    def pictures_of(self, run_id: str) -> frozenset[str]:
        """Return the content hashes of the pictures of a run's further tests, of damaged ones none."""
        found: set[str] = set()
        for folder in self._folders(run_id):
            with suppress(StoreError):
                found |= self._pictures(run_id, folder.name)
        return frozenset(found)

    def by_run(self) -> dict[str, frozenset[str]]:
        """Return the content hashes of the pictures of each run's further tests, of damaged ones none."""
        runs = [tests.parent.name for tests in self._paths.runs.glob("*/tests")]
        return {run_id: self.pictures_of(run_id) for run_id in runs}

    def forget(self, run_id: str) -> None:
        """Let a run have no further tests any more; what is left of them goes with the run's folder."""
        for folder in self._folders(run_id):
            with told(folder):
                (folder / _MANIFEST).unlink(missing_ok=True)

    def _pictures(self, run_id: str, test_id: str) -> frozenset[str]:
        return frozenset(_decoded(self._read(run_id, test_id, _PICTURES), tuple[str, ...]))

    def _run_of(self, test_id: str) -> str | None:
        """Return the run that the test belongs to."""
        place = self._paths.further_test("0" * 32, test_id)  # refuses what is no id
        found = next(self._paths.runs.glob(f"*/tests/{place.name}/{_MANIFEST}"), None)
        return None if found is None else found.parents[2].name

    def _folders(self, run_id: str) -> list[Path]:
        folder = self._paths.further_tests(run_id)
        return [path.parent for path in folder.glob(f"*/{_MANIFEST}")]

    def _manifest(self, run_id: str, test_id: str) -> Manifest:
        path = self._paths.further_test(run_id, test_id) / _MANIFEST
        if not path.exists():
            raise RunError("This further test does not exist any more.", hint="Choose another one.")
        return _decoded(read_whole(path), Manifest)

    def _read(self, run_id: str, test_id: str, name: str) -> bytes:
        files = self._manifest(run_id, test_id).files
        content = kept_content(self._paths.further_test(run_id, test_id), files, name)
        if content is None:
            raise _damaged()
        return content


def _decoded(content: bytes, kind: type[Record]) -> Record:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise _damaged() from error


def _damaged() -> StoreError:
    return StoreError(
        "A further test is damaged: a file is not what was saved.",
        hint="Delete this further test, and test on these pictures again.",
    )
