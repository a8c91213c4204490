from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.errors import StoreError
from core.store.paths import Paths

HOSTILE = [
    "",
    "..",
    "../../etc/passwd",
    "a" * 63,
    "A" * 64,
    "a" * 64 + "\n",
    "a/b" * 20,
    "\x00" * 64,
    "C:x",
    "é" * 64,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_only_a_hash_names_a_picture(text: str) -> None:
    with pytest.raises(StoreError, match="is not the id of anything"):
        Paths(Path("/home")).picture(text)


@pytest.mark.parametrize("text", [text for text in HOSTILE if text != "a" * 63])
def test_only_a_generated_id_names_a_run(text: str) -> None:
    with pytest.raises(StoreError, match="is not the id of anything"):
        Paths(Path("/home")).run(text)


def test_everything_lies_below_home() -> None:
    home, sha256 = Path("/home"), "ab" + "0" * 62
    paths = Paths(home)
    assert paths.picture(sha256) == home / "pictures" / "ab" / sha256
    assert paths.run("0" * 32) == home / "runs" / ("0" * 32)
    assert paths.cache("pixels") == home / "cache" / "pixels"
    assert paths.thumbnail(sha256, 256) == home / "cache" / "thumbnails" / f"{sha256}-256.jpg"
