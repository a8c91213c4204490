"""Archives made to hurt, each with what must come of it.

Whatever the archive: nothing appears outside the folder it is unpacked to, a refusal leaves nothing inside,
and every file of it is either there or told.
"""

from __future__ import annotations

import io
import os
import tarfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.data.archive import unpack
from core.data.scan import scan
from core.domain.errors import ArchiveError
from core.settings import Limits
from tests.data.zips import Member, write_zip
from tests.hostile.build import many_entries_zip, picture, plain_zip, streamed_zip, write_zip_64

GOOD = Member(name=b"cat/good.jpg", data=picture(0))
TAR_HEADER = b"a/1.jpg" + bytes(250) + b"ustar\x0000" + bytes(247)


@dataclass
class Outcome:
    """What came of an archive."""

    refused: str = ""
    classes: dict[str, str] | None = None  # by file name
    told: dict[str, str] | None = None  # reason by file name


@pytest.fixture
def bring_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Outcome]:
    """Unpack and scan an archive, and look at everything around."""
    here = tmp_path / "work"
    into = here / "staging" / "unpacked"
    into.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(here))

    def outcome(archive: Path) -> Outcome:
        around = _listing(tmp_path, without=into)
        try:
            unpacked = unpack(archive, into, limits=Limits())
        except ArchiveError as fault:
            left = list(into.iterdir())
            return Outcome(
                refused=f"{fault.message}{fault.hint and ' with a hint'}{left or ', nothing left'}"
            )
        finally:
            assert _listing(tmp_path, without=into) == around
        assert all(path.is_file() and not path.is_symlink() for path in into.rglob("*"))
        assert all(path.name.isdigit() and path.parent == into for path in into.rglob("*"))
        found = scan(unpacked.files)
        issues = (*unpacked.issues, *found.issues)
        return Outcome(
            classes={candidate.name: candidate.label for candidate in found.candidates},
            told={path: issue.message for issue in issues for path in issue.paths},
        )

    return outcome


def _listing(folder: Path, *, without: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if without not in path.parents}


def _in_turn(*members: Member, **options: bytes) -> Callable[[Path], Path]:
    return lambda path: write_zip(path, list(members), **options)


def _file(data: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return write


def _cut(path: Path) -> Path:
    whole = write_zip(path, [GOOD, Member(name=b"dog/1.jpg", data=picture(1))]).read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def _tar(path: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        entry = tarfile.TarInfo("cat/1.jpg")
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"abc"))
    return path


def _two_directories(path: Path) -> Path:
    """Two whole zips in one file: the last one counts, never a mixture."""
    first = write_zip(path, [Member(name=b"cat/first.jpg")]).read_bytes()
    second = write_zip(path, [GOOD]).read_bytes()
    path.write_bytes(first + second)
    return path


_SLIPS = (
    b"../evil.jpg",
    b"cat/../../evil.jpg",
    b"..\\evil.jpg",
    b"cat\\..\\..\\evil.jpg",
    b"/tmp/evil.jpg",
    b"//server/evil.jpg",
    b"\\\\server\\share\\evil.jpg",
    b"\\\\?\\C:\\evil.jpg",
    b"C:\\evil.jpg",
    b"C:evil.jpg",
    b"cat/evil.jpg\0.png",
)


@pytest.mark.parametrize("name", _SLIPS)
def test_names_that_point_out_are_refused(
    name: bytes, tmp_path: Path, bring_in: Callable[[Path], Outcome]
) -> None:
    archive = write_zip(tmp_path / "x.zip", [GOOD, Member(name=name)])
    assert "points out of the zip" in bring_in(archive).refused


@pytest.mark.parametrize(
    "name", [b"cat/%2e%2e/e.jpg", b"cat/..../e.jpg", b"~/e.jpg", b"$HOME/e.jpg", b"file:/e.jpg"]
)
def test_names_that_only_look_dangerous_are_plain_names(
    name: bytes, tmp_path: Path, bring_in: Callable[[Path], Outcome]
) -> None:
    outcome = bring_in(write_zip(tmp_path / "x.zip", [GOOD, Member(name=name)]))
    assert outcome.classes is not None
    assert name.decode() in outcome.classes


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "flat bomb": (_in_turn(Member(name=b"cat/1.jpg", data=bytes(60_000_000))), "like a zip bomb"),
    "bomb of many": (
        _in_turn(*(Member(name=b"cat/%d.jpg" % n, data=bytes(1_000_000)) for n in range(40))),
        "like a zip bomb",
    ),
    "overlapped, whole": (
        _in_turn(Member(name=b"cat/1.jpg", method=0), Member(name=b"cat/2.jpg", method=0, header=0)),
        "overlapped entries",
    ),
    "overlapped, quoting": (
        _in_turn(
            Member(name=b"cat/1.jpg", packed=b"q" * 900, method=0),
            Member(name=b"cat/2.jpg", packed=b"q" * 40, method=0, header=300),
        ),
        "overlapped entries",
    ),
    "overlapped, one name 64 times": (
        _in_turn(GOOD, *(Member(name=b"cat/good.jpg", data=GOOD.data, header=0) for _ in range(63))),
        "overlapped entries",
    ),
    "encrypted": (_in_turn(GOOD, Member(name=b"cat/2.jpg", flags=1)), "password-protected"),
    "strongly encrypted": (_in_turn(GOOD, Member(name=b"cat/2.jpg", flags=0x41)), "password-protected"),
    "a zip in a zip and nothing else": (_in_turn(Member(name=b"pictures.zip")), "holds no file"),
    "cut off": (_cut, "cut off"),
    "empty file": (_file(b""), "The file is empty."),
    "text": (_file(b"hello"), "really a text file"),
    "a picture": (_file(picture()), "really a JPEG picture"),
    "tar": (_tar, "really a tar archive"),
    "gzip": (_file(b"\x1f\x8b\x08" + bytes(20)), "really a gzip archive"),
    "rar": (_file(b"Rar!\x1a\x07\x01\x00" + bytes(20)), "really a RAR archive"),
    "7z": (_file(b"7z\xbc\xaf\x27\x1c" + bytes(20)), "really a 7-Zip archive"),
    "no files": (_in_turn(), "holds no file"),
    "lying number of entries, 64 bits": (
        lambda path: write_zip_64(path, [GOOD], claimed=10**15),
        "entries; the most is",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_dangerous_archives_are_refused_whole(
    case: str, tmp_path: Path, bring_in: Callable[[Path], Outcome]
) -> None:
    build, words = REFUSED[case]
    archive = build(tmp_path / "x.zip")
    tracemalloc.start()
    begun = time.monotonic()
    try:
        refused = bring_in(archive).refused
        assert words in refused
        assert refused.endswith(" with a hint, nothing left")
        assert time.monotonic() - begun < 3
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


LEFT_OUT: dict[str, tuple[Member, str]] = {
    "symbolic link": (Member(name=b"cat/bad.jpg", data=b"/etc/passwd", mode=0o120777), "Links and devices"),
    "link to a folder": (Member(name=b"bad", data=b"..", mode=0o120777), "Links and devices"),
    "pipe": (Member(name=b"cat/bad.jpg", mode=0o010644), "Links and devices"),
    "device": (Member(name=b"cat/bad.jpg", mode=0o020644), "Links and devices"),
    "socket": (Member(name=b"cat/bad.jpg", mode=0o140644), "Links and devices"),
    "a zip inside": (Member(name=b"cat/bad.zip"), "Archives inside are not opened."),
    "a tar inside": (Member(name=b"cat/bad.tar.gz"), "Archives inside are not opened."),
    "bzip2": (Member(name=b"cat/bad.jpg", method=12), "Packed with bzip2"),
    "LZMA": (Member(name=b"cat/bad.jpg", method=14), "Packed with LZMA"),
    "Deflate64": (Member(name=b"cat/bad.jpg", method=9), "Packed with Deflate64"),
    "Zstandard": (Member(name=b"cat/bad.jpg", method=93), "Packed with Zstandard"),
    "AES": (Member(name=b"cat/bad.jpg", method=99), "Packed with method 99"),
    "wrong check sum": (Member(name=b"cat/bad.jpg", crc=1), "does not match its check sum"),
    "broken data": (Member(name=b"cat/bad.jpg", packed=b"\xff" * 9), "cannot be unpacked"),
    "larger than it says": (
        Member(name=b"cat/bad.jpg", data=bytes(40_000_000), size=9),
        "not as long as the zip says",
    ),
    "smaller than it says": (Member(name=b"cat/bad.jpg", size=9_999), "not as long as the zip says"),
    "one terabyte, it says": (
        Member(name=b"cat/bad.jpg", size=0xFFFFFFFF, extra=b"\x01\0\x08\0" + (10**12).to_bytes(8, "little")),
        "Larger than",
    ),
    "thirty folders deep": (Member(name=b"d/" * 30 + b"bad.jpg"), "folders deep"),
    "a name of 4 KB": (Member(name=b"cat/" + b"x" * 4_800 + b".jpg"), "The name is longer than"),
    "of the Mac": (Member(name=b"__MACOSX/cat/._bad.jpg"), "Made by the operating system"),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_members_that_cannot_be_used_are_told_and_the_others_come_in(
    case: str, tmp_path: Path, bring_in: Callable[[Path], Outcome]
) -> None:
    bad, words = LEFT_OUT[case]
    outcome = bring_in(write_zip(tmp_path / "x.zip", [bad, GOOD]))
    assert outcome.classes == {"cat/good.jpg": "cat"}
    assert outcome.told is not None
    ((_, reason),) = outcome.told.items()
    assert words in reason


NAMES: dict[str, tuple[bytes, int, str, str]] = {
    "255 bytes": (b"cat/" + b"n" * 251 + b".jpg", 0, "cat/" + "n" * 251 + ".jpg", "cat"),
    "emoji": ("\U0001f431/\U0001f600.jpg".encode(), 0x800, "\U0001f431/\U0001f600.jpg", "\U0001f431"),
    "code page 437": ("Äpfel/1.jpg".encode("cp437"), 0, "Äpfel/1.jpg", "Äpfel"),
    "Japanese code page": ("犬/1.jpg".encode("cp932"), 0, "îó/1.jpg", "îó"),
    "broken UTF-8": (b"\xff\xfe/1.jpg", 0x800, "\xa0■/1.jpg", "■"),
    "reserved on Windows": (b"CON/NUL.jpg", 0, "CON/NUL.jpg", "CON"),
    "control characters": (b"c\x07at/1\n.jpg", 0, "c\x07at/1\n.jpg", "c at"),
    "turned round": ("\u202egpj.cat/1.jpg".encode(), 0x800, "\u202egpj.cat/1.jpg", "\u202egpj.cat"),
    "markup": (b"<img src=x onerror=alert(1)>/1.jpg", 0, "", ""),
    "decomposed": ("u\u0308ber/1.jpg".encode(), 0x800, "u\u0308ber/1.jpg", "\u00fcber"),
}


@pytest.mark.parametrize("case", NAMES)
def test_odd_names_come_in_as_readable_text(
    case: str, tmp_path: Path, bring_in: Callable[[Path], Outcome]
) -> None:
    raw, flags, name, label = NAMES[case]
    outcome = bring_in(write_zip(tmp_path / "x.zip", [GOOD, Member(name=raw, flags=flags)]))
    assert outcome.classes is not None
    if case == "markup":  # its own slash makes a folder of it, and nothing else
        assert len(outcome.classes) == 2
        return
    assert outcome.classes[name] == label


def test_twins_by_case_and_by_composition_are_both_kept(
    tmp_path: Path, bring_in: Callable[[Path], Outcome]
) -> None:
    names = ["cat/a.jpg", "cat/A.jpg", "Cat/a.jpg", "d\u00fc/1.jpg", "du\u0308/1.jpg"]
    members = [Member(name=name.encode(), flags=0x800) for name in names]
    outcome = bring_in(write_zip(tmp_path / "x.zip", members))
    assert outcome.classes is not None
    assert set(outcome.classes) == set(names)
    assert set(outcome.classes.values()) == {"cat", "Cat", "d\u00fc"}


def test_a_file_and_a_folder_of_one_name_are_both_read(
    tmp_path: Path, bring_in: Callable[[Path], Outcome]
) -> None:
    outcome = bring_in(write_zip(tmp_path / "x.zip", [GOOD, Member(name=b"cat", data=b"x")]))
    assert outcome.classes == {"cat/good.jpg": "cat"}
    assert outcome.told is not None
    assert "cat" in outcome.told


def test_bytes_before_and_behind_and_a_first_zip_change_nothing(
    tmp_path: Path, bring_in: Callable[[Path], Outcome]
) -> None:
    for build in (_in_turn(GOOD, prefix=b"#!/bin/sh\n"), _in_turn(GOOD, suffix=b"tail"), _two_directories):
        for leftover in (tmp_path / "work" / "staging" / "unpacked").iterdir():
            leftover.unlink()
        assert bring_in(build(tmp_path / "x.zip")).classes == {"cat/good.jpg": "cat"}


def test_zips_in_64_bits_are_read(tmp_path: Path, bring_in: Callable[[Path], Outcome]) -> None:
    files = {"cat/1.jpg": picture(1), "dog/2.jpg": picture(2)}
    assert bring_in(streamed_zip(tmp_path / "x.zip", files)).classes == {
        "cat/1.jpg": "cat",
        "dog/2.jpg": "dog",
    }


def test_more_entries_than_16_bits_hold_are_read(tmp_path: Path, bring_in: Callable[[Path], Outcome]) -> None:
    files = {"cat/1.jpg": picture(1), "dog/2.jpg": picture(2)}
    outcome = bring_in(many_entries_zip(tmp_path / "x.zip", files, junk=66_000))
    assert outcome.classes == {"cat/1.jpg": "cat", "dog/2.jpg": "dog"}
    assert len(outcome.told or ()) == 66_000


def test_what_is_written_belongs_to_its_user_alone(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "x.zip", [Member(name=b"cat/1.jpg", mode=0o106777, data=picture())])
    (file,) = unpack(archive, tmp_path / "into", limits=Limits()).files
    if os.name == "posix":
        assert file.location.stat().st_mode & 0o7133 == 0


def test_the_standard_librarys_own_zips_are_read(tmp_path: Path, bring_in: Callable[[Path], Outcome]) -> None:
    assert bring_in(plain_zip(tmp_path / "x.zip", {"cat/1.jpg": picture()})).classes == {"cat/1.jpg": "cat"}
