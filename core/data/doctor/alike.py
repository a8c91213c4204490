"""Checks on pictures that are nearly the same: across splits, across classes, or simply often."""

from __future__ import annotations

from collections import Counter
from typing import Final

from core.data.doctor.case import Case, are, hashes_of, leave_out, listed, paths_of
from core.data.doctor.classes import split_mend
from core.data.findings import counted
from core.data.groups import CERTAIN, Linked
from core.domain.dataset import Issue, IssueKind, Sample, Severity, Split
from core.domain.edit import Edit, EditKind, Mend

NEARLY: Final = 0.8  # the same, to be called nearly the same: a series may hold less similar ones, too
SPARED_SHARE: Final = 0.3  # of all pictures; a film taken apart is not offered to be thrown away
LEARNT_SHARE: Final = 0.2  # of the training pictures that a mend may take away to save the test


def leaks(case: Case) -> list[Issue]:
    """Return the issue that pictures of one series are both learnt from and judged on; all are listed."""
    linked = Linked(len(case.samples))
    linked.link_same((row, sample.group) for row, sample in enumerate(case.samples) if sample.group)
    # What the split was made with is in the groups; doubtful pairs come and go with every edit of a label.
    for first, second in case.pairs.where(case.pairs.doubt < CERTAIN).rows.tolist():
        linked.link(first, second)
    torn = [
        [case.samples[row] for row in rows]
        for rows in linked.members()
        if len({case.samples[row].split for row in rows}) > 1
    ]
    if not torn:
        return []
    concerned = [sample for members in torn for sample in members]
    judged = [sample for sample in concerned if sample.split is not Split.TRAIN]
    given = any(sample.given for sample in concerned)
    issue = Issue(
        kind=IssueKind.LEAK,
        severity=Severity.WARNS,
        message=f"{counted(len(concerned), 'picture')} of {len(torn):,} series "
        f"{are(len(concerned))} in more than one split; {len(judged):,} of them are judged on.",
        consequence="The model is asked what it has already seen, so the score is better than the truth.",
        hint="The upload's own division puts them there: leave out one side."
        if given
        else "Divide the pictures again with series kept together.",
        paths=paths_of(concerned),
        pictures=hashes_of(concerned),
        mend=split_mend(case, concerned) or _one_side(case, torn),
    )
    return [issue]


def conflicts(case: Case) -> list[Issue]:
    """Return the issue that nearly the same picture stands in two classes, each with its counterpart."""
    labels = [set(sample.labels) for sample in case.samples]
    certain = case.pairs.where(case.pairs.doubt < CERTAIN)
    pairs = [(a, b) for a, b in certain.rows.tolist() if labels[a] != labels[b]]
    if not pairs:
        return []
    concerned = [case.samples[row] for row in dict.fromkeys(row for pair in pairs for row in pair)]
    first, second = (case.samples[row] for row in pairs[0])
    return [
        Issue(
            kind=IssueKind.CONFLICTING_LABEL,
            severity=Severity.WARNS,
            message=f"{counted(len(concerned), 'picture')} {are(len(concerned))} nearly the same as one in "
            f"another class: '{first.path}' ({_classes(first)}) and '{second.path}' ({_classes(second)})"
            + (", and so on." if len(pairs) > 1 else "."),
            consequence="The model is told two things about one picture and learns neither.",
            hint="Move each to the class that is right, or leave them out.",
            paths=paths_of(concerned),
            pictures=hashes_of(concerned),
            mend=_settle(case, concerned, pairs),
        )
    ]


def near_copies(case: Case) -> Issue | None:
    """Return the issue that some pictures of a class are nearly the same, wherever they stand."""
    linked = Linked(len(case.samples))
    for first, second in case.pairs.where(case.pairs.doubt < NEARLY).rows.tolist():
        if set(case.samples[first].labels) == set(case.samples[second].labels):
            linked.link(first, second)
    series = linked.members()
    if not series:
        return None
    concerned = [case.samples[row] for rows in series for row in rows]
    spare = [case.samples[row] for rows in series for row in rows if row != _best(case, rows)]
    sets = "1 set" if len(series) == 1 else f"{len(series):,} sets"
    return Issue(
        kind=IssueKind.NEAR_DUPLICATE,
        severity=Severity.INFORMS,
        message=f"{counted(len(concerned), 'picture')} {are(len(concerned))} nearly the same as another, "
        f"in {sets}: {listed(paths_of(concerned[:2]))}" + (", and so on." if len(concerned) > 2 else "."),
        consequence="They add little, and what they show counts more than the rest; on both sides of the "
        "split they would flatter the score.",
        hint="Nothing has to be done. Copies can be left out; the sharpest of each set is kept.",
        paths=paths_of(concerned),
        pictures=hashes_of(concerned),
        mend=leave_out(spare, f"Keep the sharpest of each, leave out {len(spare):,}")
        if len(spare) <= SPARED_SHARE * len(case.samples)
        else None,
    )


def _classes(sample: Sample) -> str:
    return ", ".join(sample.labels)


def _best(case: Case, rows: list[int]) -> int:
    """Return the largest, sharpest picture of a set; the first of equals."""

    def worth(row: int) -> tuple[float, float, int]:
        sample = case.samples[row]
        fact = case.facts.get(sample.sha256)
        return (sample.width * sample.height, fact.sharpness if fact else 0.0, -row)

    return max(rows, key=worth)


def _one_side(case: Case, torn: list[list[Sample]]) -> Mend:
    """Return the mend that saves the test; where that would cost too much to learn from, the other."""
    learnt = [s for members in torn for s in members if s.split is Split.TRAIN]
    test_too = [s for members in torn if any(m.split is Split.TEST for m in members) for s in members]
    chosen_with = [s for s in test_too if s.split is Split.VALIDATION]
    all_learnt = sum(sample.split is Split.TRAIN for sample in case.samples)
    if len(learnt) <= LEARNT_SHARE * all_learnt and _keeps_classes(case, [*learnt, *chosen_with]):
        spare = [*learnt, *chosen_with]
        return leave_out(spare, f"Leave out {len(spare):,} that are not judged on")
    judged = [s for members in torn for s in _less_important(members)]
    return leave_out(judged, f"Leave out {len(judged):,} that are judged on")


def _less_important(members: list[Sample]) -> list[Sample]:
    """Return all but those of the first split, training before validation before test."""
    first = next(split for split in Split if any(member.split is split for member in members))
    return [member for member in members if member.split is not first]


def _keeps_classes(case: Case, spare: list[Sample]) -> bool:
    left = Counter(name for s in case.samples if s.split is Split.TRAIN for name in s.labels)
    left.subtract(name for s in spare if s.split is Split.TRAIN for name in s.labels)
    return min(left.values(), default=0) > 0


def _settle(case: Case, concerned: list[Sample], pairs: list[tuple[int, int]]) -> Mend:
    """Return the mend: into the majority's class where there is one series that has one, else out."""
    linked = Linked(len(case.samples))
    for first, second in pairs:
        linked.link(first, second)
    series = linked.members()
    ranked = Counter(sample.label for sample in concerned).most_common(2)
    several = any(sample.also for sample in concerned)
    if len(series) == 1 and len(ranked) == 2 and ranked[0][1] > ranked[1][1] and not several:
        label = ranked[0][0]
        minority = [sample for sample in concerned if sample.label != label]
        edit = Edit(kind=EditKind.MOVE, pictures=hashes_of(minority), label=label)
        return Mend(title=f"Move {counted(len(minority), 'picture')} to '{label}'", edit=edit)
    return leave_out(concerned, f"Leave out all {len(concerned):,}")
