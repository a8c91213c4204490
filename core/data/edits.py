"""Changes to pictures and classes: from one version's samples to the next one's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from difflib import get_close_matches

from core.data.findings import counted
from core.data.names import class_name, natural
from core.data.second_reading import read_inside
from core.domain.dataset import Dataset, Sample
from core.domain.edit import Edit, EditKind
from core.domain.errors import DatasetError

LONGEST_NAME = 200  # characters of a class's name

Samples = tuple[Sample, ...]


def apply(dataset: Dataset, edit: Edit) -> tuple[Samples, tuple[str, ...]]:
    """Return the samples after the edit, in their order, and the classes that have pictures in use, by name.

    Pictures that are left out keep their class, also in a rename or merge, and come back with it. Splits and
    groups stay. A picture that is moved shows the classes that it is moved into and no other; one that is
    relabelled keeps those that the edit does not name. IMPORT, SPLIT and the
    division that follows FOLDERS are not made here.

    Raises:
        DatasetError: the edit names what is not there, changes nothing, or leaves no picture.
    """
    edit = as_meant(dataset, edit)
    samples = _CHANGES[edit.kind](dataset, edit)
    if samples == dataset.samples:
        raise DatasetError(_nothing_new(edit), hint="Nothing was changed.")
    classes = tuple(sorted({name for s in samples if not s.excluded for name in s.labels}, key=natural))
    if not classes:
        raise DatasetError(
            "This would leave no picture at all.", hint="Keep the pictures of at least one class."
        )
    return samples, classes


def as_meant(dataset: Dataset, edit: Edit) -> Edit:
    """Return the edit as history should tell it: its name tidied, a rename onto another class as a merge.

    Raises:
        DatasetError: the new name is empty or too long.
    """
    if edit.kind == EditKind.CORRECT:
        return replace(edit, parts=tuple(as_meant(dataset, part) for part in edit.parts))
    if edit.kind == EditKind.RELABEL:
        return replace(edit, also=tuple(dict.fromkeys(map(_checked, edit.also))))
    if edit.kind not in (EditKind.MOVE, EditKind.RENAME, EditKind.MERGE):
        return edit
    label, *also = dict.fromkeys(map(_checked, (edit.label, *edit.also)))
    edit = replace(edit, label=label, also=tuple(also))
    onto_another = edit.label in _named(dataset) - set(edit.classes)
    if edit.kind == EditKind.RENAME and onto_another:
        return replace(edit, kind=EditKind.MERGE, classes=(*edit.classes, edit.label))
    return edit


def _exclude(dataset: Dataset, edit: Edit) -> Samples:
    return _changed(dataset, edit.pictures, lambda sample: replace(sample, excluded=True))


def _restore(dataset: Dataset, edit: Edit) -> Samples:
    return _changed(dataset, edit.pictures, lambda sample: replace(sample, excluded=False))


def _move(dataset: Dataset, edit: Edit) -> Samples:
    return _changed(dataset, edit.pictures, lambda sample: replace(sample, label=edit.label, also=edit.also))


def _relabel(dataset: Dataset, edit: Edit) -> Samples:
    if not (edit.classes or edit.also):
        raise DatasetError("No class was chosen.", hint="Choose at least one.")
    wanted = set(edit.pictures)
    bare = sum(not relabelled(s, edit) for s in dataset.samples if s.sha256 in wanted)
    if bare:
        raise DatasetError(
            f"{counted(bare, 'picture')} would show no class any more.",
            hint="Say what they show instead, or leave them out.",
        )
    return _changed(dataset, edit.pictures, lambda sample: _with(sample, relabelled(sample, edit)))


def relabelled(sample: Sample, edit: Edit) -> tuple[str, ...]:
    """Return the classes of a picture after RELABEL; none where it shows only what is taken away."""
    return tuple(dict.fromkeys((*(name for name in sample.labels if name not in edit.classes), *edit.also)))


def _with(sample: Sample, labels: tuple[str, ...]) -> Sample:
    return sample if labels == sample.labels else replace(sample, label=labels[0], also=labels[1:])


def _folders(dataset: Dataset, edit: Edit) -> Samples:
    _check_classes(dataset, edit)
    return tuple(read_inside(sample, edit.classes) for sample in dataset.samples)


def _correct(dataset: Dataset, edit: Edit) -> Samples:
    for part in edit.parts:
        dataset = replace(dataset, samples=_CHANGES[part.kind](dataset, part))
    return dataset.samples


def _rename(dataset: Dataset, edit: Edit) -> Samples:
    _check_classes(dataset, edit)
    return tuple(_renamed(sample, set(edit.classes), edit.label) for sample in dataset.samples)


def _renamed(sample: Sample, gone: Collection[str], name: str) -> Sample:
    return _with(sample, tuple(dict.fromkeys(name if one in gone else one for one in sample.labels)))


def _named(dataset: Dataset) -> set[str]:
    return {name for sample in dataset.samples for name in sample.labels}


_CHANGES: dict[EditKind, Callable[[Dataset, Edit], Samples]] = {
    EditKind.EXCLUDE: _exclude,
    EditKind.RESTORE: _restore,
    EditKind.MOVE: _move,
    EditKind.RELABEL: _relabel,
    EditKind.RENAME: _rename,
    EditKind.MERGE: _rename,
    EditKind.FOLDERS: _folders,
    EditKind.CORRECT: _correct,
}


def _changed(dataset: Dataset, pictures: Collection[str], change: Callable[[Sample], Sample]) -> Samples:
    if not pictures:
        raise DatasetError("No picture was chosen.", hint="Choose at least one.")
    wanted = set(pictures)
    missing = len(wanted - {s.sha256 for s in dataset.samples})
    if missing:
        is_are = "is" if missing == 1 else "are"
        raise DatasetError(
            f"{counted(missing, 'picture')} {is_are} not in this project any more.",
            hint="Look at the pictures as they are now, and choose again.",
        )
    return tuple(change(s) if s.sha256 in wanted else s for s in dataset.samples)


def _check_classes(dataset: Dataset, edit: Edit) -> None:
    known = _named(dataset)
    unknown = sorted(set(edit.classes) - known, key=natural)
    if unknown:
        raise DatasetError(f"There is no class {_quoted(unknown)}.", hint=_did_you_mean(unknown[0], known))
    if not edit.classes:
        raise DatasetError("No class was chosen.", hint="Choose at least one.")
    if edit.kind == EditKind.RENAME and len(set(edit.classes)) > 1:
        raise DatasetError(
            f"Only one class can be renamed at a time, not {_quoted(edit.classes)}.",
            hint="Merge them, or rename them one by one.",
        )


def _checked(name: str) -> str:
    if not name.strip():
        raise DatasetError("A class needs a name.", hint="Say in a word or two what its pictures show.")
    if len(name.strip()) > LONGEST_NAME:
        raise DatasetError(
            f"The name has {len(name.strip())} characters; the most is {LONGEST_NAME}.",
            hint="Choose a shorter one.",
        )
    return class_name(name)


def _nothing_new(edit: Edit) -> str:
    return {
        EditKind.EXCLUDE: "These pictures are left out already.",
        EditKind.RESTORE: "These pictures are in use already.",
        EditKind.MOVE: f"These pictures are in class '{edit.label}' already.",
        EditKind.RELABEL: "These pictures have just these labels already.",
        EditKind.FOLDERS: "There are no folders inside those of these classes.",
        EditKind.CORRECT: "These pictures are corrected already.",
    }.get(edit.kind, f"The class is named '{edit.label}' already.")


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known, key=natural), n=1)
    return f"Did you mean '{near[0]}'?" if near else "Choose one from the list."


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
