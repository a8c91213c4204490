"""What holds for every archive, whatever bytes it is made of."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.archive import unpack
from core.data.scan import scan
from core.domain.errors import ArchiveError
from core.settings import Limits
from tests.data.zips import Member, write_zip

steady = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
LIMITS = Limits(archive_entries=50, expanded_bytes=50_000, member_bytes=20_000, ratio_from_bytes=5_000)

members = st.builds(
    Member,
    name=st.one_of(st.binary(max_size=30), st.sampled_from([b"a/1.jpg", b"a/2.jpg", b"b/", b"../x", b"/x"])),
    data=st.binary(max_size=300),
    method=st.sampled_from([0, 0, 8, 8, 8, 12, 99]),
    flags=st.sampled_from([0, 0, 0, 0x800, 8, 1]),
    mode=st.sampled_from([0, 0, 0o100644, 0o120777, 0o040755]),
    crc=st.one_of(st.none(), st.none(), st.integers(0, 2**32 - 1)),
    size=st.one_of(st.none(), st.none(), st.integers(0, 2**32 - 1)),
    header=st.one_of(st.none(), st.none(), st.none(), st.integers(0, 2**32 - 1)),
    extra=st.one_of(st.just(b""), st.binary(max_size=40)),
)


def outcome(raw: bytes) -> tuple[int, int] | None:
    """Return how many files came in and how many were told; None when the archive was refused."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "x.zip").write_bytes(raw)
        into = place / "into"
        try:
            unpacked = unpack(place / "x.zip", into, limits=LIMITS)
        except ArchiveError:
            assert not into.exists() or not list(into.iterdir())
            return None
        finally:
            assert {path.name for path in place.iterdir()} <= {"x.zip", "into"}
        there = list(into.rglob("*"))
        assert {file.location for file in unpacked.files} == set(there)
        assert sum(path.stat().st_size for path in there) <= LIMITS.expanded_bytes
        assert len({file.name for file in unpacked.files}) == len(unpacked.files)
        found = scan(unpacked.files)
        told = [path for issue in (*unpacked.issues, *found.issues) for path in issue.paths]
        assert len(found.candidates) + len(told) >= len(unpacked.files)
        return len(unpacked.files), sum(len(issue.paths) for issue in unpacked.issues)


@steady
@given(st.lists(members, max_size=6), st.binary(max_size=10), st.binary(max_size=10))
def test_any_members_come_in_or_are_told_or_the_archive_is_refused(
    made: list[Member], prefix: bytes, suffix: bytes
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw = write_zip(Path(folder) / "x.zip", made, prefix=prefix, suffix=suffix).read_bytes()
    result = outcome(raw)
    if result is not None:
        plain = [member for member in made if not _is_folder(member)]
        assert sum(result) == len(plain)


def _is_folder(member: Member) -> bool:
    return member.name.replace(b"\\", b"/").endswith(b"/") or member.mode == 0o040755


@steady
@given(st.binary(max_size=200), st.data())
def test_any_damage_is_refused_or_told_and_never_an_accident(noise: bytes, data: st.DataObject) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.jpg", b"content" * 40)
        archive.writestr("b/2.jpg", noise)
    raw = bytearray(target.getvalue())
    for _ in range(data.draw(st.integers(0, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    outcome(bytes(raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw))


@steady
@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_refused_or_read(raw: bytes) -> None:
    outcome(raw)
    outcome(raw + b"PK\x05\x06" + bytes(18))


@steady
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="/\\:\0"), min_size=1, max_size=12).filter(
            lambda text: text.strip(". ") == text and not text.startswith("._")
        ),
        st.binary(max_size=500),
        min_size=1,
        max_size=8,
    )
)
def test_what_the_standard_library_packs_comes_out_unchanged(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with zipfile.ZipFile(place / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(f"c/{name}_.jpg", content)
        unpacked = unpack(place / "x.zip", place / "into", limits=Limits())
        assert {file.name: file.location.read_bytes() for file in unpacked.files} == {
            f"c/{name}_.jpg": content for name, content in files.items()
        }
