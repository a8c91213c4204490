"""What the first line of a table of labels says: which of its columns is the file, and which the class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from core.data.names import PICTURE_ENDINGS, extension, split_named

_COLUMNS: Final = {
    # what a column is, and the words for it, the surest first
    "file": (
        *("file", "filename", "filepath", "path", "imagefile", "imagefilename", "imagepath", "imagefilepath"),
        *("imagename", "image", "img", "imgname", "imgpath", "imgfile", "picture", "photo"),
        *("files", "filenames", "filepaths", "paths", "imagefiles", "imagepaths", "imagenames", "images"),
        *("pictures", "photos", "fname", "imageid", "imgid", "pictureid", "photoid", "fileid", "id", "name"),
    ),
    "class": (
        *("class", "label", "classname", "labelname", "classlabel", "category", "categoryname", "target"),
        *("classes", "labels", "classnames", "labelnames", "categories", "targets", "tags", "tag"),
        *("groundtruth", "species", "diagnosis", "dx", "classid", "labelid", "categoryid"),
    ),
    "group": ("group", "series", "groupid", "patient", "patientid", "subject", "sequence"),
    "split": ("split", "subset", "set", "partition", "usage"),
}
# the column of this name may hold several
_SEVERAL: Final = ("classes", "labels", "classnames", "labelnames", "categories", "tags")
_ENDINGS: Final = frozenset().union(*PICTURE_ENDINGS.values())


def known_columns(header: Sequence[str]) -> dict[str, int]:
    """Return the place of each column that is known by its title; a table of labels has more than these."""
    plain = [_plain(cell) for cell in header]
    found: dict[str, int] = {}
    for what, words in _COLUMNS.items():
        word = next((word for word in words if word in plain), None)
        if word is not None:
            found[what] = plain.index(word)
    return found


def columns_named(header: Sequence[str]) -> dict[str, int] | None:
    """Return the place of each known column; of two columns, the one beside the file is the class."""
    found = known_columns(header)
    if "file" in found and "class" not in found and len(found) == len(header) - 1:
        found["class"] = next(index for index in range(len(header)) if index not in found.values())
    return found if {"file", "class"} <= found.keys() else None


def columns_unnamed(first: Sequence[str]) -> Mapping[str, int] | None:
    """Return the places of file, class and maybe split, where the first line is a row itself."""
    if len(first) not in (2, 3) or extension(first[0]) not in _ENDINGS or extension(first[1]) in _ENDINGS:
        return None
    if len(first) == 2:
        return {"file": 0, "class": 1}
    return {"file": 0, "class": 1, "split": 2} if split_named(first[2]) else None


def may_hold_several(title: str) -> bool:
    """Tell whether a column of this title is one for several classes."""
    return _plain(title) in _SEVERAL


def _plain(cell: str) -> str:
    return "".join(char for char in cell.casefold() if char.isalnum())
