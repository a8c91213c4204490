"""The command that tells how good a trained run is: on its own test pictures, or on further ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.cli.as_json import evaluation_of
from core.cli.asking import DONE, existing, find_run, opened_studio, say, say_json
from core.cli.terminal import follow
from core.data.findings import counted
from core.domain.errors import DatasetError
from core.domain.further_test import FurtherTest
from core.domain.report import ClassScore, Interval, Scores
from core.domain.run import JobStatus, Run
from core.evaluation.doubt_words import doubts
from core.evaluation.further_words import about_difference, verdict
from core.evaluation.words import headline, worst_confusions
from core.jobs.studio import Studio

_NO_FIGURE = "-"


def evaluate(run: str, *, on: str | None, labels: Path | None, home: Path | None, as_json: bool) -> int:
    """Tell a run's result, or with ``on`` judge it on that zip or folder and tell the result of this."""
    if labels is not None and on is None:
        raise DatasetError("--labels tells the classes of other pictures.", hint="Give them with --on DATA.")
    source = existing(on) if on is not None else None
    table = existing(labels) if labels is not None else None
    with opened_studio(home) as studio:
        chosen = find_run(studio, run)
        own = studio.report(chosen.id).test
        test = _tested(studio, chosen, source, table) if source is not None else None
        scores = studio.report(chosen.id, test=test.id).test if test else own
        if as_json:
            say_json(evaluation_of(studio, chosen, scores, test))
            return DONE
        dataset = None if test else studio.dataset_of_run(chosen)
    _tell(scores, against=doubts(dataset) if dataset else ())
    if test:
        _tell_further(test, own, scores)
    return DONE


def _tested(studio: Studio, run: Run, source: Path, labels: Path | None) -> FurtherTest:
    """Return the further test once it has been done; DatasetError when it came to nothing."""
    ended = follow(studio, studio.test_further(run.id, source, labels=labels))
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
    say(" ".join(filter(None, (verdict(own, further), about_difference(own, further)))))
    if learnt := test.learnt_from:
        say(f"left out: {counted(learnt, 'picture')} that it learnt from; they say nothing about new ones.")
    for reason, files in test.reasons.items():
        say(f"left out: {counted(files, 'file')}. {reason}")


def _line(one: ClassScore, width: int) -> str:
    figures = f"{_figure(one.precision):>9}  {_figure(one.recall):>6}  {_figure(one.f1):>4}"
    return f"{one.name:<{width}}  {one.support:>8,}  {figures}"


def _share(share: Interval | None) -> str:
    return _NO_FIGURE if share is None else f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


def _figure(value: float | None) -> str:
    return _NO_FIGURE if value is None else f"{value:.2f}"
