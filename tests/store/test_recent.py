from __future__ import annotations

from core.store.recent import Recent


def test_reads_a_record_once() -> None:
    recent, read = Recent[str](2), list[str]()

    def reading() -> str:
        read.append("a")
        return "record"

    assert [recent.get("a", reading) for _ in range(3)] == ["record"] * 3
    assert read == ["a"]


def test_forgets_what_was_asked_for_longest_ago() -> None:
    recent = Recent[str](2)
    for name in ("a", "b", "a", "c"):
        recent.get(name, name.upper)
    assert recent.get("a", lambda: "read again") == "A"
    assert recent.get("b", lambda: "read again") == "read again"
