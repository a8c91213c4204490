"""Pictures that a model has answered, with a folder per answer, and a table of all answers beside them."""

from __future__ import annotations

import shutil
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from core.data.label_cell import as_cell
from core.data.parallel import never
from core.domain.errors import Cancelled, PictureError, StoreError
from core.domain.report import Answer
from core.domain.trying import Tried
from core.evaluation.answer_words import mark, said
from core.files import whole_file
from core.sharing.names import SafeNames
from core.sharing.tables import as_csv, as_file

TABLE: Final = "answers.csv"
HEADER: Final = ("file", "answer", "confidence", "doubt", "problem")

Placed = tuple[str, Tried]  # the file's place, "folder/name", and its picture


def answer_table(tried: Iterable[Tried]) -> bytes:
    """Return all answers as CSV that a spreadsheet opens without running anything in it."""
    return as_file(as_csv(HEADER, ((one.name, *_cells(one)) for one in tried)))


def placed(tried: Sequence[Tried]) -> tuple[Placed, ...]:
    """Return where each answered picture is sorted: by its answer, or by why it is left to a person."""
    top = SafeNames()
    top.file(TABLE)
    answered = [(one, one.answer) for one in tried if one.answer is not None]
    folders = {name: top.folder(name) for name in sorted({_sorted_as(answer) for _, answer in answered})}
    within: defaultdict[str, SafeNames] = defaultdict(SafeNames)
    found = []
    for one, answer in answered:
        folder = folders[_sorted_as(answer)]
        found.append((f"{folder}/{within[folder].file(PurePosixPath(one.name).name)}", one))
    return tuple(found)


def write_sorted_zip(tried: Sequence[Tried], target: Path, *, stopped: Callable[[], bool] = never) -> None:
    """Write the answered pictures as they are, sorted into folders, and the table of all answers.

    The file appears whole or not at all, and holds one picture in memory at a time.

    Raises:
        StoreError: the file cannot be written.
        PictureError: a picture is gone.
        Cancelled: it was stopped.
    """
    found = placed(tried)
    try:
        with (
            whole_file(target) as file,
            zipfile.ZipFile(file, "w", strict_timestamps=False) as archive,
        ):
            archive.writestr(TABLE, _sorted_table(found, tried), zipfile.ZIP_DEFLATED)
            for place, one in found:
                if stopped():
                    raise Cancelled
                if not one.location.is_file():
                    raise PictureError(
                        f"{one.name}: the picture is not there any more.",
                        hint="Have the folder answered once more.",
                    )
                archive.write(one.location, place)  # stored: pictures are compressed already
    except OSError as error:
        raise StoreError(
            f"{target} cannot be written: {error.strerror or error}.",
            hint="Choose another place, or free some space there.",
        ) from error


def write_sorted_folder(tried: Sequence[Tried], target: Path) -> None:
    """Copy the answered pictures to a new folder, sorted, with the table of all answers.

    The folder appears whole or not at all. Raises StoreError where it, or a picture, cannot be copied.
    """
    found, begun = placed(tried), target.with_name(f".{target.name}.part")
    try:
        begun.mkdir(parents=True)
        (begun / TABLE).write_bytes(_sorted_table(found, tried))
        for place, one in found:
            (begun / place).parent.mkdir(exist_ok=True)
            shutil.copy2(one.location, begun / place)
        begun.rename(target)
    except OSError as error:
        raise StoreError(
            f"The pictures cannot be copied to {target}: {error.strerror or error}.",
            hint="Choose another place, or free some space there.",
        ) from error
    finally:
        shutil.rmtree(begun, ignore_errors=True)


def _sorted_as(answer: Answer) -> str:
    """Return the name of the folder; one that starts so is no class's, and stands apart from them."""
    return f"_{mark(answer.doubt)}" if answer.doubt else said(answer)


def _sorted_table(found: Sequence[Placed], tried: Iterable[Tried]) -> bytes:
    """Return the table with the place of each picture beside what it was called."""
    places = {id(one): place for place, one in found}
    rows = ((places.get(id(one), ""), one.name, *_cells(one)) for one in tried)
    return as_file(as_csv(("sorted into", *HEADER), rows))


def _cells(one: Tried) -> tuple[str, ...]:
    answer = one.answer
    if answer is None:
        return "", "", "", one.problem
    named = as_cell(answer.named) if answer.several else answer.predicted
    return named, f"{answer.how_likely:.4f}", answer.doubt or "", one.problem
