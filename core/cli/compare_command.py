"""The command that puts two training runs side by side."""

from __future__ import annotations

from pathlib import Path

from core.cli.asking import DONE, find_run, opened_studio, say, say_json
from core.domain.comparison import Comparison, Judged, Twice
from core.domain.errors import DatasetError
from core.domain.report import Answer, Interval
from core.evaluation.compare_words import LATER_LABELS, about_difference, about_series, verdict


def compare_runs(before: str, after: str, *, home: Path | None, as_json: bool) -> int:
    """Tell whether the run AFTER is better than the run BEFORE, on the same test pictures.

    Where a review put labels right between the two, both are judged by the corrected ones.
    """
    with opened_studio(home) as studio:
        first, second = find_run(studio, before), find_run(studio, after)
        if first.id == second.id:
            raise DatasetError("A run cannot be compared with itself.", hint="Name two different runs.")
        corrected = studio.corrected_between(first.id, second.id)
        ask = studio.compare_corrected if corrected else studio.compare
        found = ask(first.id, second.id)
    if as_json:
        say_json(comparison_of(found) | {"corrected_labels": corrected})
    else:
        _tell(found, corrected=corrected)
    return DONE


def comparison_of(found: Comparison) -> dict[str, object]:
    """Return the whole comparison, in plain names that a script can rely on."""
    return {
        "verdict": verdict(found),
        "pictures": found.pictures,
        "groups": found.groups,  # series and single pictures, null where no pictures come in series
        "before": _judged(found.before),
        "after": _judged(found.after),
        "difference": found.difference.value,
        "difference_low": found.difference.low,
        "difference_high": found.difference.high,
        "p_value": found.chance,  # McNemar's exact test, two-sided; of series where there are any
        "more_pictures": found.more_pictures,
        "fixed": [_twice(pair) for pair in found.fixed],
        "broken": [_twice(pair) for pair in found.broken],
        "still_wrong": [_twice(pair) for pair in found.still_wrong],
        "both_right": len(found.both_right),
        "settings": [
            {"setting": change.title, "before": change.before, "after": change.after}
            for change in found.settings
        ],
    }


def _judged(one: Judged) -> dict[str, object]:
    return {
        "run_id": one.run_id,
        "name": one.name,
        "correct": one.correct,
        "accuracy": one.accuracy.value,
        "accuracy_low": one.accuracy.low,
        "accuracy_high": one.accuracy.high,
    }


def _twice(pair: Twice) -> dict[str, object]:
    return {
        "path": pair.after.path,
        "sha256": pair.after.sha256,
        "actual": _really(pair.after),
        "before": _said(pair.before),
        "after": _said(pair.after),
    }


def _really(answer: Answer) -> object:
    return list(answer.labels) if answer.several else answer.label


def _said(answer: Answer) -> dict[str, object]:
    named = list(answer.named) if answer.several else answer.predicted
    return {"predicted": named, "confidence": answer.confidence}  # with several: of the most likely class


def _tell(found: Comparison, *, corrected: bool) -> None:
    say(verdict(found))
    if corrected:
        say(LATER_LABELS)
    say(f"Difference: {about_difference(found)}")
    if series := about_series(found):
        say(series)
    width = max(len(found.before.name), len(found.after.name))
    for one in (found.before, found.after):
        share = _share(one.accuracy)
        say(f"  {one.name:<{width}}  right on {one.correct:,} of {found.pictures:,}: {share}")
    counts = {"fixed": found.fixed, "broken": found.broken, "still wrong": found.still_wrong}
    lists = ", ".join(f"{name} {len(pairs):,}" for name, pairs in counts.items())
    say(f"  {lists}, right both times {len(found.both_right):,}")
    for change in found.settings:
        say(f"  {change.title}: {change.before} -> {change.after}")
    if not found.settings:
        say("  No setting differs.")


def _share(accuracy: Interval) -> str:
    return f"{accuracy.value:.1%} ({accuracy.low:.1%} to {accuracy.high:.1%})".replace("%", " %")
