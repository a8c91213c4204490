"""Words: what people typed stays literal, and numbers say no more than they know."""

from __future__ import annotations

import re

import pytest

from core.domain.report import Interval
from ui import words

JOINER = "\u2060"


def literal(markdown: str) -> str:
    """What a reader sees of escaped text: backslashes and invisible joiners gone."""
    return re.sub(r"\\(.)", r"\1", markdown).replace(JOINER, "")


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "**bold** _it_ `code` ~~gone~~",
        "<b>bold</b> <script>alert(1)</script>",
        ":red[x] :material/home: :smile: :streamlit:",
        "$a^2$ and [link](http://x.example) and ![p](q)",
        "www.example.com and a@b.de",
        "1. list - dash # head > quote | table",
        "back\\slash",
        "Ünïcode 猫",
    ],
)
def test_escaped_text_reads_as_it_was_typed(name):
    assert literal(words.esc(name)) == name


@pytest.mark.parametrize("mark", list("\\`*_{}[]()#+-.!|<>~$"))
def test_every_mark_of_markdown_is_escaped(mark):
    assert f"\\{mark}" in words.esc(f"a{mark}b")


@pytest.mark.parametrize(
    "directive", [":material/home:", ":red[x]", ":smile:", "http://x.example", "www.x.example"]
)
def test_marks_that_live_on_after_escaping_are_taken_apart(directive):
    assert directive not in words.esc(directive).replace("\\", "")


def test_line_breaks_and_reversed_writing_do_not_get_through():
    assert words.esc("a\nb") == "a b"
    assert words.esc("a\u202eb\x00") == "a\ufffdb\ufffd"


def test_long_text_is_cut_in_the_middle():
    assert words.short("x" * 10 + "the end", 10) == "xxxxxx…end"
    assert words.short("short", 10) == "short"


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (0, "picture", "no pictures"),
        (1, "class", "1 class"),
        (2, "class", "2 classes"),
        (1484, "picture", "1,484 pictures"),
    ],
)
def test_counts_read_like_speech(number, noun, said):
    assert words.count(number, noun) == said


def test_a_hundred_per_cent_means_all():
    assert words.percent(0.9996) == "99 %"
    assert words.percent(0.9996, digits=1) == "99.9 %"
    assert words.percent(1.0) == "100 %"
    assert words.percent(None) == words.NO_FIGURE


def test_ranges_are_rounded_outward():
    assert words.spread(Interval(value=0.93, low=0.891, high=0.959)) == "89 to 96 %"
    assert words.spread(Interval(value=0.29, low=0.29, high=0.58)) == "29 to 58 %"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (3, "a few seconds left"),
        (23, "about 20 seconds left"),
        (70, "about 1 minute left"),
        (95, "about 2 minutes left"),
        (4000, "about 1 hour 7 minutes left"),
    ],
)
def test_time_left_is_as_vague_as_it_is(seconds, said):
    assert words.time_left(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(8.2, "8 s"), (125, "2 min 5 s"), (120, "2 min"), (4200, "1 h 10 min")]
)
def test_durations(seconds, said):
    assert words.duration(seconds) == said


def test_equal_labels_are_numbered_in_their_order():
    assert words.unique(["a", "b", "a"]) == ["a", "b", "a (2)"]


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 byte"), (12, "12 bytes"), (13_600, "14 KB"), (1_250_000, "1.2 MB"), (8_400_000_000, "8.4 GB")],
)
def test_sizes(number, said):
    assert words.size(number) == said
