"""What a reviewer says in a list that was filled in: the lines that are new, or what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from core.domain.review import Judgement, Verdict
from core.jobs.verdict_checks import Checks
from core.sharing.review_table import ReviewLine, time_cell


def new_judgements(
    lines: Iterable[ReviewLine], checks: Checks, ever_said: Iterable[Verdict]
) -> tuple[dict[str, Judgement], list[str]]:
    """Return what is new by content hash, and in words what is wrong with lines.

    A line that only repeats what its reviewer said, at whatever time, is passed over before anything is
    checked: since the list was taken out, that may have been taken back, or its class renamed.
    """
    before, said, problems = _Before(ever_said), dict[str, Judgement](), []
    for line in lines:
        found = None if line.empty else _told(line, checks, before)
        if isinstance(found, str):
            problems.append(f"Line {line.line:,}: {found}")
        elif found is not None:
            sha256, judgement = found
            if said.setdefault(sha256, judgement) != judgement:
                problems.append(f"Line {line.line:,}: an earlier line says something else of this picture.")
    return said, problems


class _Before:
    """What each reviewer ever said of each picture."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        self._said: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
        for one in verdicts:
            self._said[one.sha256, one.reviewer].append(one)

    def has(self, sha256: str, line: ReviewLine, judgement: Judgement) -> bool:
        """Whether the reviewer of a line said this of the picture; at its time, where that is known.

        A line without a name and a time was not taken out like that: somebody filled it in.
        """
        if not (line.reviewer or line.time):
            return False
        his = self._said.get((sha256, line.reviewer), [])
        then = [one for one in his if time_cell(one.moment) == line.time]
        return any(one.judgement == judgement for one in then or his)


def _told(line: ReviewLine, checks: Checks, before: _Before) -> tuple[str, Judgement] | str | None:
    """Return the picture and what is new in the line, None for nothing; or in words what is wrong with it."""
    sample, kind = checks.find(line.sha256, line.file), line.kind
    if sample is None:
        return f"the picture '{line.file or line.sha256[:12]}' is not among this run's pictures."
    if kind is None:
        return (
            f"'{line.verdict}' is no verdict."
            if line.verdict
            else "it has no verdict, but a label or a note."
        )
    written = Judgement(kind=kind, labels=line.labels, note=line.note)
    if before.has(sample.sha256, line, written):
        return None
    checked = checks.checked(sample, written)
    if isinstance(checked, str):
        return checked
    return None if before.has(sample.sha256, line, checked) else (sample.sha256, checked)
