"""Decoding, hashing, and pictures that are there more than once."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.data import collect, sandbox
from core.data.collect import Collected, examine
from core.data.scan import Candidate
from core.domain.dataset import IssueKind, Severity, Split
from core.domain.edit import EditKind
from core.domain.errors import Cancelled
from core.settings import Limits


class Folder:
    """Writes files and collects them as candidates."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.candidates: list[Candidate] = []
        self.kept: dict[str, bytes] = {}

    def add(
        self, name: str, content: int | bytes, split: Split | None = None, also: tuple[str, ...] = ()
    ) -> None:
        location = self.path / f"{len(self.candidates):04d}"
        location.write_bytes(picture_bytes(content) if isinstance(content, int) else content)
        label = name.split("/")[0]
        found = Candidate(name=name, location=location, label=label, split=split, also=also)
        self.candidates.append(found)

    def keep(self, data: bytes, sha256: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        assert sha256 not in self.kept
        self.kept[sha256] = data

    def examine(self, limits: Limits | None = None) -> Collected:
        return examine(self.candidates, keep=self.keep, limits=limits or Limits())


def picture_bytes(seed: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (12, 8), (seed % 256, seed // 256, 7)).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def paths(collected: Collected) -> list[str]:
    return [picture.path for picture in collected.pictures]


def test_pictures_are_measured_hashed_and_kept(folder: Folder) -> None:
    folder.add("a/1.png", 1, Split.TEST)
    (picture,) = folder.examine().pictures
    assert (picture.path, picture.label, picture.split) == ("a/1.png", "a", Split.TEST)
    assert (picture.width, picture.height) == (12, 8)
    assert picture.sha256 == hashlib.sha256(picture_bytes(1)).hexdigest()
    assert folder.kept == {picture.sha256: picture_bytes(1)}


def test_size_is_told_as_it_is_seen(folder: Folder) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    Image.new("RGB", (12, 8)).save(target, "JPEG", exif=exif)
    folder.add("a/1.jpg", target.getvalue())
    (picture,) = folder.examine().pictures
    assert (picture.width, picture.height) == (8, 12)


def test_order_is_that_of_the_candidates(folder: Folder) -> None:
    for number in range(40):
        folder.add(f"a/{number}.png", number)
    assert paths(folder.examine()) == [candidate.name for candidate in folder.candidates]


def test_unreadable_files_are_named_with_the_reason_and_others_go_on(folder: Folder) -> None:
    folder.add("a/1.png", b"")
    folder.add("a/2.png", 2)
    folder.add("a/3.png", picture_bytes(3)[:-30])
    folder.add("a/4.png", b"")
    collected = folder.examine()
    assert paths(collected) == ["a/2.png"]
    empty, cut = collected.issues
    assert empty.message == "2 files left out. Empty: the file has no content."
    assert empty.reason == "Empty: the file has no content."
    assert (empty.kind, empty.severity, empty.paths) == (
        IssueKind.UNREADABLE,
        Severity.WARNS,
        ("a/1.png", "a/4.png"),
    )
    assert cut.paths == ("a/3.png",)


def test_files_in_are_files_used_and_files_told(folder: Folder) -> None:
    for number in range(30):
        folder.add(f"{'ab'[number % 2]}/{number}.png", number // 3 if number % 5 else b"broken")
    collected = folder.examine()
    told = {path for issue in collected.issues for path in issue.paths}
    assert told | set(paths(collected)) == {candidate.name for candidate in folder.candidates}


def test_a_file_that_is_gone_is_told(folder: Folder) -> None:
    folder.add("a/1.png", 1)
    folder.add("a/2.png", 2)
    folder.candidates[0].location.unlink()
    assert "cannot be read: No such file" in folder.examine().issues[0].message


def test_limits_hold_for_files_and_pixels(folder: Folder) -> None:
    folder.add("a/1.png", 1)
    size = len(picture_bytes(1))
    assert "Larger than" in folder.examine(Limits(member_bytes=size - 1)).issues[0].message
    assert "Too large" in folder.examine(Limits(picture_pixels=95)).issues[0].message
    assert folder.examine(Limits(member_bytes=size, picture_pixels=96)).pictures


def test_a_class_without_a_usable_picture_is_told(folder: Folder) -> None:
    folder.add("a/1.png", 1)
    folder.add("owl/1.png", b"")
    issue = folder.examine().issues[-1]
    assert issue.message == "Class 'owl' is missing: none of its files can be used."


def animation(number: int) -> bytes:
    target = io.BytesIO()
    first, second = (Image.new("RGB", (8, 8), (number, level, 0)) for level in (0, 255))
    first.save(target, "GIF", save_all=True, append_images=[second])
    return target.getvalue()


def test_that_only_the_first_frame_counts_is_told_once_for_all(folder: Folder) -> None:
    folder.add("a/1.gif", animation(1))
    folder.add("a/2.png", 2)
    (told,) = folder.examine().issues
    assert (told.kind, told.severity, told.paths) == (
        IssueKind.FIRST_FRAME,
        Severity.INFORMS,
        ("a/1.gif",),
    )
    assert told.message == ("1 picture has more than one page or frame; only the first is used: 'a/1.gif'.")
    folder.add("b/3.gif", animation(3))
    folder.kept.clear()
    (told,) = folder.examine().issues
    assert told.message == (
        "2 pictures have more than one page or frame; only the first of each is used: 'a/1.gif', and so on."
    )
    assert len(told.pictures) == 2


def test_copies_in_one_class_are_kept_once_and_told_with_both_names(folder: Folder) -> None:
    folder.add("a/10.png", 1)
    folder.add("a/9.png", 1)
    folder.add("a/11.png", 2)
    collected = folder.examine()
    assert paths(collected) == ["a/9.png", "a/11.png"]
    (issue,) = collected.issues
    assert (issue.kind, issue.severity) == (IssueKind.DUPLICATE, Severity.INFORMS)
    assert issue.paths == ("a/9.png", "a/10.png")
    assert issue.message == "1 picture is there more than once: 'a/10.png' is the same as 'a/9.png'."


def test_one_picture_in_two_classes_stays_in_the_first_and_warns(folder: Folder) -> None:
    folder.add("b 10/x.png", 1)
    folder.add("b 9/y.png", 1)
    folder.add("c/z.png", 1)
    collected = folder.examine()
    assert paths(collected) == ["b 9/y.png"]
    (issue,) = collected.issues
    assert (issue.kind, issue.severity) == (IssueKind.CONFLICTING_LABEL, Severity.WARNS)
    assert issue.paths == ("b 9/y.png", "b 10/x.png", "c/z.png")


@pytest.mark.parametrize("order", [(Split.TRAIN, Split.TEST), (Split.TEST, Split.TRAIN)])
def test_a_picture_learnt_from_and_tested_on_stays_in_the_test_only(
    order: tuple[Split, Split], folder: Folder
) -> None:
    for number, split in enumerate(order):
        folder.add(f"a/{number}.png", 1, split)
    collected = folder.examine()
    assert [picture.split for picture in collected.pictures] == [Split.TEST]
    assert collected.issues[0].severity is Severity.WARNS
    assert "in more than one split" in collected.issues[0].message


def test_a_loose_copy_of_a_picture_with_a_split_is_a_plain_copy(folder: Folder) -> None:
    folder.add("a/1.png", 1)
    folder.add("a/2.png", 1, Split.TRAIN)
    collected = folder.examine()
    assert paths(collected) == ["a/2.png"]
    assert [issue.severity for issue in collected.issues] == [Severity.INFORMS]


def test_stopping_ends_the_work(folder: Folder) -> None:
    for number in range(50):
        folder.add(f"a/{number}.png", number)
    with pytest.raises(Cancelled):
        examine(folder.candidates, keep=folder.keep, limits=Limits(), stopped=lambda: len(folder.kept) > 3)
    assert len(folder.kept) < 50


def test_progress_counts_files(folder: Folder) -> None:
    folder.add("a/1.png", 1)
    folder.add("a/2.png", b"")
    told: list[tuple[int, int]] = []
    examine(folder.candidates, keep=folder.keep, limits=Limits(), progress=lambda *now: told.append(now))
    assert told == [(1, 2), (2, 2)]


def test_every_picture_kept_has_its_facts(folder: Folder) -> None:
    folder.add("a/1.png", 1)
    folder.add("a/2.png", 1)
    folder.add("a/3.png", b"broken")
    facts = folder.examine().facts
    assert facts.keys() == folder.kept.keys()
    ((sha256, one),) = facts.items()
    assert (one.sha256, one.format, one.file_bytes) == (sha256, "PNG", len(picture_bytes(1)))


def test_a_given_series_stays_with_its_pictures(folder: Folder) -> None:
    folder.add("a/1.png", 1)
    folder.candidates[0] = replace(folder.candidates[0], group="burst")
    (picture,) = folder.examine().pictures
    assert (picture.group, picture.given) == ("burst", False)


def test_pictures_in_two_classes_can_be_left_out_with_one_click(folder: Folder) -> None:
    folder.add("a/1.png", 1)
    folder.add("b/1.png", 1)
    (issue,) = folder.examine().issues
    assert issue.mend is not None
    assert issue.mend.edit.kind is EditKind.EXCLUDE
    assert issue.mend.edit.pictures == issue.pictures == tuple(folder.kept)


def test_a_file_that_changes_between_measuring_and_keeping_is_left_out(folder: Folder) -> None:
    """The bytes that are kept are those that were checked, even where another program writes meanwhile."""
    folder.add("a/1.png", 1)
    folder.add("a/2.png", 2)

    def then_changed(files: Sequence[Path], **options: object) -> Iterator[object]:
        for file, found in zip(files, sandbox.measured(files, **options), strict=True):  # type: ignore[arg-type]
            if file == folder.candidates[0].location:
                file.write_bytes(picture_bytes(77))
            yield found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect, "measured", then_changed)
        collected = folder.examine()
    assert paths(collected) == ["a/2.png"]
    assert "changed while it was being read" in collected.issues[0].message


def test_copies_with_the_same_several_classes_are_no_conflict(folder: Folder) -> None:
    folder.add("cat/1.png", 1, also=("dog",))
    folder.add("dog/2.png", 1, also=("cat",))
    found = folder.examine()
    assert [picture.labels for picture in found.pictures] == [("cat", "dog")]
    assert [issue.kind for issue in found.issues] == [IssueKind.DUPLICATE]


def test_copies_of_which_one_has_a_further_class_are_a_conflict(folder: Folder) -> None:
    folder.add("cat/1.png", 1, also=("dog",))
    folder.add("cat/2.png", 1)
    assert [issue.kind for issue in folder.examine().issues] == [IssueKind.CONFLICTING_LABEL]


def test_a_further_class_without_a_usable_picture_is_missing(folder: Folder) -> None:
    folder.add("cat/1.png", 1)
    folder.add("cat/2.png", b"no picture", also=("owl",))
    told = [issue.message for issue in folder.examine().issues]
    assert "Class 'owl' is missing: none of its files can be used." in told
