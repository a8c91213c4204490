"""The command that tells how good a trained run is: on its own test, on all pictures in turn, on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.cli.as_json import evaluation_of
from core.cli.asking import DONE, existing, find_run, opened_studio, say, say_json
from core.cli.terminal import follow
from core.data.findings import counted
from core.domain.errors import DatasetError
from core.domain.further_test import FurtherTest
from core.domain.report import ClassScore, Interval, Scores
from core.domain.run import JobSnapshot, JobStatus, Run
from core.domain.slices import Origin, Slice
from core.evaluation.doubt_words import doubts
from core.evaluation.further_words import against_own
from core.evaluation.words import headline, worst_confusions
from core.jobs.studio import Studio

_NO_FIGURE = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceMore:
    """How a run is judged once more: not at all, or in one of these ways.

    On the zip or folder ``on``, with the table ``labels`` or without; on all its own pictures ``in_turn``, by
    models that have not seen them; or by models that have seen nothing of where a picture comes from, told by
    ``unseen``: the title of a column, "folder" or "camera".
    """

    on: str | None = None
    labels: Path | None = None
    in_turn: bool = False
    unseen: str | None = None


def evaluate(run: str, once_more: OnceMore, *, home: Path | None, as_json: bool) -> int:
    """Tell a run's result, or judge it once more and tell the result of this."""
    if once_more.labels is not None and once_more.on is None:
        raise DatasetError("--labels tells the classes of other pictures.", hint="Give them with --on DATA.")
    source = existing(once_more.on) if once_more.on is not None else None
    table = existing(once_more.labels) if once_more.labels is not None else None
    with opened_studio(home) as studio:
        chosen = find_run(studio, run)
        own = studio.report(chosen.id).test
        test = None
        if source is not None:
            test = _ended(studio, studio.test_further(chosen.id, source, labels=table))
        elif once_more.unseen is not None:
            origin = _origin(studio, chosen, once_more.unseen)
            test = _ended(studio, studio.cross_check(chosen.id, unseen=origin))
        elif once_more.in_turn:
            test = _ended(studio, studio.cross_check(chosen.id))
        by_origin = studio.by_origin(chosen.id, test.id) if test else ()
        scores = studio.report(chosen.id, test=test.id).test if test else own
        if as_json:
            say_json(evaluation_of(studio, chosen, scores, test, by_origin))
            return DONE
        dataset = None if test else studio.dataset_of_run(chosen)
    _tell(scores, against=doubts(dataset) if dataset else ())
    if test:
        _tell_further(test, own, scores)
    if test and test.unseen:
        _tell_origins(test.unseen, by_origin)
    return DONE


def _origin(studio: Studio, run: Run, name: str) -> Origin:
    """Return what pictures can be told apart by under this name. Raises DatasetError for any other."""
    known = {one.origin.column or one.origin.trait.value: one.origin for one in studio.origins(run.id)}
    if name in known:
        return known[name]
    what = f"It is one of: {', '.join(known)}." if known else "Nothing tells where these pictures come from."
    raise DatasetError(f"These pictures cannot be told apart by “{name}”.", hint=what)


def _ended(studio: Studio, job: JobSnapshot) -> FurtherTest:
    """Return the further test once it has been done; DatasetError when it came to nothing."""
    ended = follow(studio, job)
    test = studio.further_test(ended.id)
    if ended.status != JobStatus.DONE or test is None:
        raise DatasetError(ended.error or "The test was stopped.", hint=ended.hint)
    return test


def _tell(scores: Scores, *, against: Sequence[str] = ()) -> None:
    say(headline(scores))
    for sentence in against:
        say(f"This score may be too good. {sentence}")
    say(f"Accuracy {_share(scores.accuracy)}, macro F1 {_figure(scores.macro_f1)}.")
    for sentence in worst_confusions(scores, most=5):
        say(sentence)
    say("")
    width = max(5, *(len(one.name) for one in scores.per_class))
    say(f"{'class':<{width}}  pictures  precision  recall    F1")
    for one in scores.per_class:
        say(_line(one, width))
    if scores.confusion:
        say("")
        _tell_confusion(scores, width)


def _tell_confusion(scores: Scores, width: int) -> None:
    """Print the table of counts: a row per actual class, a column per answer, numbered like the rows."""
    cell = max(3, len(str(len(scores.per_class))), *(len(str(max(row))) for row in scores.confusion))
    numbers = range(1, len(scores.per_class) + 1)
    say(f"{'really':<{width}}      " + "  ".join(f"{number:>{cell}}" for number in numbers))
    for number, one, row in zip(numbers, scores.per_class, scores.confusion, strict=True):
        say(f"{one.name:<{width}}  {number:>3} " + "  ".join(f"{count:>{cell}}" for count in row))


def _tell_further(test: FurtherTest, own: Scores, further: Scores) -> None:
    say("")
    say(" ".join(filter(None, against_own(own, further, test))))
    if learnt := test.learnt_from:
        say(f"left out: {counted(learnt, 'picture')} that it learnt from; they say nothing about new ones.")
    for reason, files in test.reasons.items():
        say(f"left out: {counted(files, 'file')}. {reason}")


def _tell_origins(origin: Origin, slices: Sequence[Slice]) -> None:
    title = origin.column or origin.name
    width = max(len(title), *(len(one.value) for one in slices))
    say("")
    say(f"{title:<{width}}  pictures  right")
    for one in slices:
        say(f"{one.value:<{width}}  {one.pictures:>8,}  {_share(one.accuracy)}")


def _line(one: ClassScore, width: int) -> str:
    figures = f"{_figure(one.precision):>9}  {_figure(one.recall):>6}  {_figure(one.f1):>4}"
    return f"{one.name:<{width}}  {one.support:>8,}  {figures}"


def _share(share: Interval | None) -> str:
    return _NO_FIGURE if share is None else f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


def _figure(value: float | None) -> str:
    return _NO_FIGURE if value is None else f"{value:.2f}"
