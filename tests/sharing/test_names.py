from __future__ import annotations

import pytest

from core.data.names import is_junk
from core.sharing.names import LONGEST, SafeNames


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Katze & Hund", "Katze & Hund"),
        ("ünï 🦉", "ünï 🦉"),
        ("a/b\\c:d*e?f|g<h>i", "a_b_c_d_e_f_g_h_i"),
        ("..", "_"),
        (" trailing. ", "trailing"),
        ("CON", "_CON"),
        ("com1.old", "_com1.old"),
        (".git", "_.git"),
        ("__MACOSX", "___MACOSX"),
        ("=1+1", "_=1+1"),
        ("-1", "_-1"),
        ("~root", "_~root"),
        ("one\ntwo\x00", "one_two_"),
        ("evil\u202egpj", "evil_gpj"),
        ("test", "test_"),
        ("", "_"),
    ],
)
def test_a_folder_can_be_made_everywhere(name: str, safe: str) -> None:
    assert SafeNames().folder(name) == safe
    assert not is_junk((safe, "1.jpg"))


def test_names_that_differ_only_in_case_or_composition_are_told_apart() -> None:
    names = SafeNames()
    wanted = ("Cat", "cat", "CAT", "Ku\u0308ken", "K\u00fcken")
    assert [names.folder(name) for name in wanted] == [
        "Cat",
        "cat (2)",
        "CAT (3)",
        "K\u00fcken",
        "K\u00fcken (2)",
    ]


def test_a_files_ending_stays() -> None:
    names = SafeNames()
    assert names.file("1.tar.JPG") == "1.tar.JPG"
    assert names.file("1.tar.jpg") == "1.tar (2).jpg"
    assert names.file("noending") == "noending"


def test_long_names_are_cut_between_letters_and_keep_their_ending() -> None:
    names = SafeNames()
    first, second = names.file("ü" * 200 + ".jpeg"), names.file("ü" * 200 + ".jpeg")
    assert first.endswith("ü.jpeg")
    assert second.endswith("ü (2).jpeg")
    assert max(len(first.encode()), len(second.encode())) <= LONGEST
