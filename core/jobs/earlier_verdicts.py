"""What reviewers said when other runs of a project were reviewed, as far as it holds for a run, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.data.lineage import Way
from core.domain.review import Verdict
from core.jobs.verdict_checks import Checks


def that_hold(verdicts: Iterable[Verdict], checks: Checks, ways: Mapping[str, Way]) -> tuple[Verdict, ...]:
    """Return each reviewer's newest verdicts beside other runs, as they are said of a run's own answers.

    ``ways`` lead from the pictures of the other runs, by id, to those of this run, which ``checks`` know. A
    picture that was moved, left out or brought back on the way was decided about anew: verdicts on it do not
    hold. Nor does one hold that makes no sense here, such as that a label is wrong which is no more.
    """
    changed = {run_id: way.changed_pictures() for run_id, way in ways.items()}
    newest = {(one.sha256, one.reviewer): one for one in sorted(verdicts, key=lambda one: one.moment)}
    found = []
    for one in newest.values():
        sample = checks.samples.get(one.sha256)
        if sample is None or one.sha256 in changed[one.run_id]:
            continue
        said = replace(one.judgement, labels=ways[one.run_id].labels(one.labels))
        judgement = checks.carried(sample, said)
        if not isinstance(judgement, str):
            found.append(replace(one, path=sample.path, kind=judgement.kind, labels=judgement.labels))
    return tuple(found)
