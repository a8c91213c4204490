"""Hostile, damaged and merely odd archives."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from core.data.archive import Unpacked, unpack
from core.domain.dataset import IssueKind, Severity
from core.domain.errors import ArchiveError, Cancelled
from core.settings import Limits
from tests.data.zips import Member, write_zip


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "into"


def names(unpacked: Unpacked) -> list[str]:
    return [file.name for file in unpacked.files]


def make(tmp_path: Path, *members: Member, **kwargs: bytes) -> Path:
    return write_zip(tmp_path / "upload.zip", list(members), **kwargs)


def refused(archive: Path, into: Path, limits: Limits | None = None) -> str:
    """Unpack, expect a refusal that leaves no file, and return its words."""
    with pytest.raises(ArchiveError) as caught:
        unpack(archive, into, limits=limits or Limits())
    assert not list(into.glob("*"))
    assert caught.value.hint
    return str(caught.value)


def test_files_get_generated_names_and_keep_their_content(tmp_path: Path, into: Path) -> None:
    archive = tmp_path / "plain.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("pets/cats/1.jpg", b"a" * 600_000, zipfile.ZIP_DEFLATED)
        made.writestr("pets/dogs/2.jpg", os.urandom(1000), zipfile.ZIP_STORED)
        made.mkdir("pets/empty")
    told: list[tuple[int, int]] = []
    unpacked = unpack(archive, into, limits=Limits(), progress=lambda *now: told.append(now))
    assert names(unpacked) == ["pets/cats/1.jpg", "pets/dogs/2.jpg"]
    assert unpacked.files[0].location.read_bytes() == b"a" * 600_000
    assert sorted(path.name for path in into.iterdir()) == ["000001", "000002"]
    assert told == [(1, 2), (2, 2)]
    assert unpacked.issues == ()


def test_streamed_zip64_archive_is_read(tmp_path: Path, into: Path) -> None:
    archive = tmp_path / "wide.zip"
    with zipfile.ZipFile(archive, "w") as made, made.open("cats/1.jpg", "w", force_zip64=True) as member:
        member.write(b"picture")
    unpacked = unpack(archive, into, limits=Limits())
    assert unpacked.files[0].location.read_bytes() == b"picture"


def test_sizes_in_the_zip64_field_are_used(tmp_path: Path, into: Path) -> None:
    archive = make(
        tmp_path, Member(name=b"a/1.jpg", size=0xFFFFFFFF, extra=b"\x01\0\x08\0" + bytes([7, *[0] * 7]))
    )
    assert names(unpack(archive, into, limits=Limits())) == ["a/1.jpg"]


def test_bytes_in_front_of_and_behind_the_zip_do_not_matter(tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/1.jpg"), prefix=b"#!/bin/sh\n", suffix=b"\0" * 40)
    assert names(unpack(archive, into, limits=Limits())) == ["a/1.jpg"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\xff\xd8\xff\xe0" + b"\0" * 99, "This is not a zip. It is really a JPEG picture."),
        (b"just some words\n", "It is really a text file."),
        (b"Rar!\x1a\x07\x01\0" + b"\0" * 99, "It is really a RAR archive."),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 99, "It is really a 7-Zip archive."),
        (gzip.compress(b"x", mtime=0), "It is really a gzip archive."),
        (os.urandom(1) + b"\x01\x02\x03" * 50, "It is of an unknown kind."),
    ],
)
def test_says_what_a_file_really_is(content: bytes, words: str, tmp_path: Path, into: Path) -> None:
    archive = tmp_path / "no.zip"
    archive.write_bytes(content)
    assert words in refused(archive, into)


def test_says_that_a_tar_is_a_tar(tmp_path: Path, into: Path) -> None:
    archive = tmp_path / "tar.zip"
    with tarfile.open(archive, "w") as made:
        made.addfile(tarfile.TarInfo("a.jpg"), io.BytesIO())
    assert "really a tar archive" in refused(archive, into)


def test_says_that_a_zip_is_cut_off_at_any_length(tmp_path: Path, into: Path) -> None:
    whole = make(tmp_path, Member(name=b"a/1.jpg"), Member(name=b"a/2.jpg")).read_bytes()
    archive = tmp_path / "cut.zip"
    for length in range(4, len(whole)):
        archive.write_bytes(whole[:length])
        assert "The zip is cut off: its end is missing." in refused(archive, into)


def test_no_flipped_byte_makes_anything_but_a_sentence(tmp_path: Path, into: Path) -> None:
    whole = make(tmp_path, Member(name=b"a/1.jpg"), Member(name=b"b/2.jpg", method=0)).read_bytes()
    archive = tmp_path / "flipped.zip"
    for at in range(len(whole)):
        archive.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        shutil.rmtree(into, ignore_errors=True)
        with contextlib.suppress(ArchiveError):
            unpack(archive, into, limits=Limits())


@pytest.mark.parametrize(
    "name",
    [
        b"../x.jpg",
        b"a/../../x.jpg",
        b"..\\x.jpg",
        b"a\\..\\x.jpg",
        b"/etc/x.jpg",
        b"//host/x.jpg",
        b"\\\\host\\share\\x.jpg",
        b"\\\\?\\C:\\x.jpg",
        b"C:\\x.jpg",
        b"C:x.jpg",
        b"a\0.jpg",
    ],
)
def test_names_that_point_out_of_the_zip_are_refused(name: bytes, tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/1.jpg"), Member(name=name))
    before = sorted(tmp_path.rglob("*"))
    assert "points out of the zip" in refused(archive, into)
    assert sorted(path for path in tmp_path.rglob("*") if path != into) == before


def test_a_name_in_the_unicode_field_is_checked_too(tmp_path: Path, into: Path) -> None:
    for hidden in (b"../../x.jpg", b"a/\xc3\xbc.jpg"):
        field = b"\x01" + zlib.crc32(b"a/u.jpg").to_bytes(4, "little") + hidden
        extra = b"\x75\x70" + len(field).to_bytes(2, "little") + field
        archive = make(tmp_path, Member(name=b"a/u.jpg", extra=extra))
        if hidden.startswith(b".."):
            assert "points out" in refused(archive, into)
        else:
            assert names(unpack(archive, into, limits=Limits())) == ["a/ü.jpg"]


@pytest.mark.parametrize("name", [b"%2e%2e/x.jpg", b"..../x.jpg", b"~/x.jpg", b"$HOME/x.jpg", b"file:/x.jpg"])
def test_names_that_only_look_dangerous_stay_names(name: bytes, tmp_path: Path, into: Path) -> None:
    unpacked = unpack(make(tmp_path, Member(name=name)), into, limits=Limits())
    assert names(unpacked) == [name.decode()]
    assert [path.name for path in into.iterdir()] == ["000001"]


def test_a_name_that_begins_like_a_drive_is_left_out_and_told(tmp_path: Path, into: Path) -> None:
    """A folder called "a: b" once cost the whole zip."""
    archive = make(
        tmp_path, Member(name=b"cat/1.jpg"), Member(name=b"a: b/1.jpg"), Member(name=b"10: b/1.jpg")
    )
    unpacked = unpack(archive, into, limits=Limits())
    assert names(unpacked) == ["cat/1.jpg", "10: b/1.jpg"]
    (told,) = unpacked.issues
    assert told.paths == ("a: b/1.jpg",)
    assert told.message == "1 file left out. Their names begin like a drive of Windows."
    assert "without the colon" in told.hint


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_never_made(kind: int, tmp_path: Path, into: Path) -> None:
    archive = make(
        tmp_path, Member(name=b"a/1.jpg"), Member(name=b"a/evil.jpg", data=b"/etc/passwd", mode=kind | 0o777)
    )
    unpacked = unpack(archive, into, limits=Limits())
    assert names(unpacked) == ["a/1.jpg"]
    assert unpacked.issues[0].paths == ("a/evil.jpg",)
    assert all(path.is_file() and not path.is_symlink() for path in into.iterdir())


def test_written_files_never_get_the_rights_a_zip_asks_for(tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/1.jpg", mode=stat.S_IFREG | 0o6777))
    location = unpack(archive, into, limits=Limits()).files[0].location
    assert not stat.S_IMODE(location.stat().st_mode) & 0o7111


@pytest.mark.parametrize("flag", [0x1, 0x41, 0x2000])
def test_encrypted_zips_are_called_password_protected(flag: int, tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/1.jpg"), Member(name=b"a/2.jpg", flags=flag))
    assert "password-protected" in refused(archive, into)


@pytest.mark.parametrize(
    ("method", "called"),
    [(9, "Deflate64"), (12, "bzip2"), (14, "LZMA"), (93, "Zstandard"), (77, "method 77")],
)
def test_unknown_methods_are_named(method: int, called: str, tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/1.jpg"), Member(name=b"a/2.jpg", method=method))
    unpacked = unpack(archive, into, limits=Limits())
    assert names(unpacked) == ["a/1.jpg"]
    assert unpacked.issues[0].message == f"1 file left out. Packed with {called}."
    assert "Deflate" in unpacked.issues[0].hint


def test_overlapping_members_are_refused(tmp_path: Path, into: Path) -> None:
    kernel = Member(name=b"a/1.jpg", data=b"x" * 5000, method=0)
    same_place = Member(name=b"a/2.jpg", data=b"x" * 5000, method=0, header=0)
    assert "overlapped entries" in refused(make(tmp_path, kernel, same_place), into)


def test_members_quoting_the_next_header_are_refused(tmp_path: Path, into: Path) -> None:
    """Fifield's better zip bomb: each member's packed bytes include the headers of those behind it."""
    quoting = Member(name=b"a/1.jpg", data=b"q" * 40, packed=b"q" * 900, method=0)
    inner = Member(name=b"a/2.jpg", data=b"q" * 40, method=0, header=200)
    assert "overlapped entries" in refused(make(tmp_path, quoting, inner), into)


def test_flat_bomb_is_refused_before_anything_is_written(tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/1.jpg", data=b"\0" * 20_000_000))
    assert "like a zip bomb" in refused(archive, into)


def test_bomb_of_many_members_is_refused(tmp_path: Path, into: Path) -> None:
    members = [Member(name=b"a/%d.jpg" % number, data=b"\0" * 1_000_000) for number in range(12)]
    assert "like a zip bomb" in refused(make(tmp_path, *members), into)


def test_a_blank_picture_beside_others_is_taken(tmp_path: Path, into: Path) -> None:
    """One blank frame was once enough to have the whole zip refused as a bomb."""
    blank = Member(name=b"a/blank.bmp", data=b"\0" * 18_000_000)
    photos = [Member(name=b"a/%d.jpg" % number, data=os.urandom(50_000)) for number in range(3)]
    unpacked = unpack(make(tmp_path, blank, *photos), into, limits=Limits())
    assert names(unpacked) == ["a/blank.bmp", "a/0.jpg", "a/1.jpg", "a/2.jpg"]
    assert unpacked.issues == ()


def test_blank_pictures_that_make_a_bomb_of_a_zip_are_left_out_by_name(tmp_path: Path, into: Path) -> None:
    blank = [Member(name=b"a/blank-%d.bmp" % number, data=b"\0" * 18_000_000) for number in range(3)]
    small = Member(name=b"a/1.jpg", data=os.urandom(5_000))
    unpacked = unpack(make(tmp_path, *blank, small), into, limits=Limits())
    assert names(unpacked) == ["a/1.jpg"]
    (told,) = unpacked.issues
    assert told.paths == ("a/blank-0.bmp", "a/blank-1.bmp", "a/blank-2.bmp")
    assert told.message.startswith("3 files left out. Packed to less than a 200th of their size")


def test_many_small_bombs_beside_a_picture_are_refused(tmp_path: Path, into: Path) -> None:
    members = [Member(name=b"a/%d.jpg" % number, data=b"\0" * 1_000_000) for number in range(30)]
    photo = Member(name=b"a/photo.jpg", data=os.urandom(5_000))
    assert "like a zip bomb" in refused(make(tmp_path, photo, *members), into)


def test_total_size_is_limited(tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, *(Member(name=b"a/%d.jpg" % n, data=os.urandom(600)) for n in range(3)))
    assert "would unpack to 1.8 KB; the most is 1.0 KB" in refused(archive, into, Limits(expanded_bytes=1000))


def test_bomb_that_lies_about_its_size_is_stopped_one_block_after_the_lie(tmp_path: Path, into: Path) -> None:
    liar = Member(name=b"a/liar.jpg", data=b"\0" * 30_000_000, size=10)
    unpacked = unpack(make(tmp_path, liar, Member(name=b"a/1.jpg")), into, limits=Limits())
    assert names(unpacked) == ["a/1.jpg"]
    assert "not as long as the zip says" in unpacked.issues[0].message
    assert sum(path.stat().st_size for path in into.iterdir()) == 7


def test_huge_claim_is_never_allocated(tmp_path: Path, into: Path) -> None:
    extra = b"\x01\0\x08\0" + (10**12).to_bytes(8, "little")
    archive = make(tmp_path, Member(name=b"a/1.jpg", size=0xFFFFFFFF, extra=extra), Member(name=b"a/2.jpg"))
    unpacked = unpack(archive, into, limits=Limits())
    assert names(unpacked) == ["a/2.jpg"]
    assert "Larger than" in unpacked.issues[0].message


def test_too_many_entries_are_refused_also_when_the_count_lies(tmp_path: Path, into: Path) -> None:
    members = [Member(name=b"a/%d.jpg" % number, method=0) for number in range(12)]
    archive = make(tmp_path, *members)
    assert "12 entries; the most is 10" in refused(archive, into, Limits(archive_entries=10))
    raw = bytearray(archive.read_bytes())
    raw[-14:-10] = b"\x01\0\x01\0"
    archive.write_bytes(raw)
    assert "more than 10 entries" in refused(archive, into, Limits(archive_entries=10))


def test_long_list_of_contents_is_refused(tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/" + b"x" * 500))
    assert "list of contents has 548 bytes of 400" in refused(archive, into, Limits(directory_bytes=400))


def test_large_archive_is_refused(tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/1.jpg", data=os.urandom(5000)))
    assert "the most is 1.0 KB" in refused(archive, into, Limits(archive_bytes=1000))


def test_part_of_several_is_refused(tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/1.jpg"))
    raw = bytearray(archive.read_bytes())
    raw[-18] = 2
    archive.write_bytes(raw)
    assert "one part of a zip in several parts" in refused(archive, into)


def test_full_disk_is_told_before_writing(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=3))
    assert "The disk is too full: 7 bytes are needed, 3 bytes are free." in refused(
        make(tmp_path, Member(name=b"a/1.jpg")), into
    )


def test_room_is_made_for_what_is_unpacked(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    free = [3]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free[0]))
    archive = make(tmp_path, Member(name=b"a/1.jpg"))
    unpacked = unpack(archive, into, limits=Limits(), make_room=lambda needed: free.__setitem__(0, needed))
    assert (free, len(unpacked.files)) == ([7], 1)


def test_damaged_members_are_left_out_by_name_and_others_go_on(tmp_path: Path, into: Path) -> None:
    archive = make(
        tmp_path,
        Member(name=b"a/sum.jpg", crc=1),
        Member(name=b"a/junk.jpg", packed=b"\xff\xff\xff\xff"),
        Member(name=b"a/short.jpg", size=100),
        Member(name=b"a/sum2.jpg", crc=2),
        Member(name=b"a/good.jpg"),
    )
    unpacked = unpack(archive, into, limits=Limits())
    assert names(unpacked) == ["a/good.jpg"]
    assert [issue.paths for issue in unpacked.issues] == [
        ("a/sum.jpg", "a/sum2.jpg"),
        ("a/junk.jpg",),
        ("a/short.jpg",),
    ]
    assert {issue.kind for issue in unpacked.issues} == {IssueKind.UNREADABLE}
    assert unpacked.issues[0].message == (
        "2 files left out. Damaged inside the zip: the content does not match its check sum."
    )


def test_junk_is_left_out_with_one_count(tmp_path: Path, into: Path) -> None:
    junk = (
        b"__MACOSX/a/._1.jpg",
        b"a/.DS_Store",
        b"a/Thumbs.db",
        b"desktop.ini",
        b"a/.ipynb_checkpoints/1.jpg",
        b"@eaDir/1.jpg",
        b".git/1.jpg",
        b"a/._2.jpg",
    )
    archive = make(tmp_path, Member(name=b"a/1.jpg"), *(Member(name=name) for name in junk))
    unpacked = unpack(archive, into, limits=Limits())
    assert names(unpacked) == ["a/1.jpg"]
    (issue,) = unpacked.issues
    assert (issue.kind, issue.severity, len(issue.paths)) == (IssueKind.JUNK, Severity.INFORMS, 8)
    assert issue.message.startswith("8 files left out.")


def test_inner_archive_is_left_out_with_a_hint(tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, Member(name=b"a/1.jpg"), Member(name=b"more.zip", data=b"\0" * 10**7))
    unpacked = unpack(archive, into, limits=Limits())
    assert unpacked.issues[0].hint == "If the pictures are in there, upload the inner zip."


def test_zip_with_nothing_but_a_zip_is_refused_with_the_way_out(tmp_path: Path, into: Path) -> None:
    words = refused(make(tmp_path, Member(name=b"pictures.zip")), into)
    assert "upload the inner zip" in words


def test_empty_zip_is_refused(tmp_path: Path, into: Path) -> None:
    assert "holds no file" in refused(make(tmp_path), into)


@pytest.mark.parametrize(
    ("raw", "flags", "name"),
    [
        ("Äpfel/1.jpg".encode("cp437"), 0, "Äpfel/1.jpg"),
        ("Äpfel/1.jpg".encode(), 0, "Äpfel/1.jpg"),
        ("犬/1.jpg".encode(), 0x800, "犬/1.jpg"),
        (b"\xff\xfe/1.jpg", 0x800, "\xa0■/1.jpg"),
        ("犬/1.jpg".encode("cp932"), 0, "îó/1.jpg"),
    ],
)
def test_names_in_any_encoding_are_read(
    raw: bytes, flags: int, name: str, tmp_path: Path, into: Path
) -> None:
    archive = make(tmp_path, Member(name=raw, flags=flags))
    assert names(unpack(archive, into, limits=Limits())) == [name]


def test_long_and_deep_names_are_left_out(tmp_path: Path, into: Path) -> None:
    archive = make(
        tmp_path,
        Member(name=b"a/1.jpg"),
        Member(name=b"a/" + b"x" * 2000 + b".jpg"),
        Member(name=b"d/" * 20 + b"1.jpg"),
    )
    unpacked = unpack(archive, into, limits=Limits())
    assert names(unpacked) == ["a/1.jpg"]
    assert all(len(path) < 200 for issue in unpacked.issues for path in issue.paths)


def test_two_members_of_one_name_are_both_kept_and_told_apart(tmp_path: Path, into: Path) -> None:
    archive = make(
        tmp_path, Member(name=b"a/1.jpg"), Member(name=b"a/1.jpg", data=b"other"), Member(name=b"b")
    )
    assert names(unpack(archive, into, limits=Limits())) == ["a/1.jpg", "a/1 (2).jpg", "b"]


def test_stopping_leaves_nothing_behind(tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path, *(Member(name=b"a/%d.jpg" % number) for number in range(5)))
    answers = iter([False, False, True])
    with pytest.raises(Cancelled):
        unpack(archive, into, limits=Limits(), stopped=lambda: next(answers))
    assert not list(into.iterdir())


def test_missing_archive_is_told_in_words(tmp_path: Path, into: Path) -> None:
    assert "No such file" in refused(tmp_path / "gone.zip", into)
