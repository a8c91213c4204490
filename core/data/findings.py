"""Collects what was left out, so that many files with one reason become one Issue that names them all."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.domain.dataset import Issue, IssueKind, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a file was left out: a sentence that reads well after "1 file left out."."""

    kind: IssueKind
    severity: Severity
    sentence: str
    hint: str = ""
    consequence: str = "They are not learnt from and not judged on."


@dataclass(slots=True)
class Findings:
    """Files left out, by reason, in the order in which the reasons first appeared."""

    _paths: dict[Reason, list[str]] = field(default_factory=dict)

    def leave_out(self, path: str, reason: Reason) -> None:
        """Note that ``path`` is not used, and why."""
        self._paths.setdefault(reason, []).append(path)

    def issues(self, *, noun: str = "file", fate: str = "left out") -> tuple[Issue, ...]:
        """Return one Issue per reason, with all its files, or whatever else was noted."""
        return tuple(
            Issue(
                kind=reason.kind,
                severity=reason.severity,
                message=f"{counted(len(paths), noun)} {fate}. {reason.sentence}",
                reason=reason.sentence,
                consequence=reason.consequence,
                hint=reason.hint,
                paths=tuple(paths),
            )
            for reason, paths in self._paths.items()
        )


def counted(number: int, noun: str) -> str:
    """Return "1 file", "2 files", "1,204 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
