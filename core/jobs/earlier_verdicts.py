"""What reviewers said when other runs of a project were reviewed, as far as it holds for a run, too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from core.data.corrections import Said
from core.data.lineage import Way
from core.domain.review import Verdict
from core.jobs.verdict_checks import Checks

Signed = tuple[str, str]  # the content hash of a picture, and who judged it


def newest(verdicts: Iterable[Verdict]) -> Mapping[Signed, Verdict]:
    """Return each reviewer's newest verdict on each picture, whichever run it is about."""
    found: dict[Signed, Verdict] = {}
    for one in verdicts:
        key = (one.sha256, one.reviewer)
        if key not in found or found[key].moment < one.moment:
            found[key] = one
    return found


def that_hold(
    verdicts: Iterable[Verdict], checks: Checks, ways: Mapping[str, Way], *, known: Collection[Signed]
) -> Mapping[str, Mapping[str, Said]]:
    """Return by reviewer what he said of a run's pictures, by content hash, when another run was reviewed.

    ``ways`` lead from the pictures of the other runs, by id, to those of this run, which ``checks`` know. A
    picture that was moved, left out or brought back on the way was decided about anew: verdicts on it do not
    hold. Nor does one hold that makes no sense here, such as that a label is wrong which is no more. What a
    reviewer said of this run itself, ``known``, stays as it is.
    """
    changed = {run_id: way.changed_pictures() for run_id, way in ways.items()}
    found: dict[str, dict[str, Said]] = {}
    for (sha256, reviewer), one in newest(verdicts).items():
        sample = checks.samples.get(sha256)
        if sample is None or (sha256, reviewer) in known or sha256 in changed[one.run_id]:
            continue
        said = replace(one.judgement, labels=ways[one.run_id].labels(one.labels))
        judgement = checks.carried(sample, said)
        if not isinstance(judgement, str):
            found.setdefault(reviewer, {})[sha256] = Said(judgement=judgement, moment=one.moment)
    return found
