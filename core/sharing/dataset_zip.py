"""A data set as a zip that any tool can read, and that is the same data set when it is imported again."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from core.data.camera_data import without_camera_data
from core.data.group_names import as_written
from core.data.label_cell import as_cell
from core.data.parallel import never
from core.domain.dataset import Dataset, Sample
from core.domain.errors import Cancelled, StoreError
from core.files import whole_file
from core.sharing.names import SafeNames
from core.sharing.tables import as_csv

LABELS: Final = "labels.csv"
HEADER: Final = ("file", "class", "group", "split")
_READABLE: Final = 0o100644 << 16  # a plain file that everyone may read
_OLDEST: Final = 1980  # no zip knows earlier years

Placed = tuple[str, Sample]  # the file's name in the zip, and its picture


def write_dataset_zip(
    dataset: Dataset,
    read_picture: Callable[[str], bytes],
    target: Path,
    *,
    camera_data: bool = True,
    stopped: Callable[[], bool] = never,
) -> None:
    """Write the pictures in use into class folders, and ``labels.csv`` with class, group and split of each.

    Where pictures show several classes, the table has them all and a picture lies in its first one's folder.

    The table has the true names; folders and files have them as far as every system can hold them. Pictures
    stay as they were uploaded, with whatever their camera wrote into them; without ``camera_data``, that is
    left out, and they are other files, of the same pixels. The file appears whole or not at all, and holds
    one picture in memory at a time.

    Raises:
        StoreError: the file cannot be written, or ``read_picture`` cannot find a picture.
        PictureError: a picture that has to be drawn anew cannot be read.
        Cancelled: it was stopped.
    """
    placed = _placed(dataset)
    try:
        with whole_file(target) as file, zipfile.ZipFile(file, "w") as archive:
            if camera_data:
                _write(archive, dataset, LABELS, _labels(placed).encode("utf-8"), packed=True)
            written, taken = [], {name.casefold() for name, _ in placed}
            for name, sample in placed:
                if stopped():
                    raise Cancelled
                content, ending = read_picture(sample.sha256), ""
                if not camera_data:
                    content, ending = without_camera_data(content)
                written.append((_free(name + ending, taken) if ending else name, sample))
                _write(archive, dataset, written[-1][0], content, packed=False)
            if not camera_data:  # only now it is known what all files are called
                _write(archive, dataset, LABELS, _labels(written).encode("utf-8"), packed=True)
    except OSError as error:
        raise StoreError(
            f"{target} cannot be written: {error.strerror or error}.",
            hint="Choose another place, or free some space there.",
        ) from error


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or one like it that is not taken in small letters, and take it."""
    path, number = PurePosixPath(name), 2
    while name.casefold() in taken:
        name, number = f"{path.with_suffix('')} ({number}){path.suffix}", number + 1
    taken.add(name.casefold())
    return name


def _placed(dataset: Dataset) -> tuple[Placed, ...]:
    top = SafeNames()
    top.file(LABELS)
    folders = {label: top.folder(label) for label in _labels_of(dataset)}
    within: defaultdict[str, SafeNames] = defaultdict(SafeNames)
    return tuple(
        (f"{folders[s.label]}/{within[s.label].file(PurePosixPath(s.path).name)}", s) for s in dataset.used()
    )


def _labels_of(dataset: Dataset) -> Iterable[str]:
    return dict.fromkeys((*dataset.classes, *(sample.label for sample in dataset.used())))


def _labels(placed: Iterable[Placed]) -> str:
    """Return the table, with the further columns that a table of labels brought along."""
    placed = tuple(placed)
    titles = tuple(dict.fromkeys(title for _, sample in placed for title, _ in sample.columns))
    rows = (
        (name, as_cell(s.labels), as_written(s.group), s.split.value, *_said(s, titles)) for name, s in placed
    )
    return as_csv((*HEADER, *titles), rows)


def _said(sample: Sample, titles: Iterable[str]) -> Iterable[str]:
    said = dict(sample.columns)
    return (said.get(title, "") for title in titles)


def _write(archive: zipfile.ZipFile, dataset: Dataset, name: str, content: bytes, *, packed: bool) -> None:
    made = dataset.created_at
    entry = zipfile.ZipInfo(name, (max(made.year, _OLDEST), *made.timetuple()[1:6]))
    entry.external_attr = _READABLE
    # pictures are compressed already
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    archive.writestr(entry, content)
