"""How pictures were divided, and whether that makes a fair exam, in sentences.

Titles of columns stand in them as they are; whoever shows the sentences makes them safe to show.
"""

from __future__ import annotations

from core.data.findings import counted
from core.domain.dataset import Dataset, Split
from core.domain.edit import Probe, SplitCheck, SplitSettings

_NOT_KEPT = "That pictures which look alike stay together was switched off."


def how_divided(dataset: Dataset) -> tuple[str, ...]:
    """Return who divided the pictures, what was to stay together by a rule, and what that came to."""
    settings, check = dataset.split_settings, dataset.split_check
    told = [_by_whom(dataset), *_rules(settings)]
    if check is None:
        return tuple(told if settings.keep_series else [*told, _NOT_KEPT])
    return (*told, about_series(check, kept=settings.keep_series, torn=torn_series(dataset)))


def about_series(check: SplitCheck, *, kept: bool, torn: int = 0) -> str:
    """Return how many series of pictures there are, and whether they stay together.

    ``kept``: whether pictures that look alike were to stay together; without it series are what a rule of
    the user says. ``torn`` are those that the upload's own folders or table have put on both sides.
    """
    if not kept:
        return f"{_found(check, torn)} {_NOT_KEPT}" if check.series else _NOT_KEPT
    if not check.series:
        return "No series were found: no pictures are so alike that they would have to stay together."
    return _found(check, torn)


def torn_series(dataset: Dataset) -> int:
    """Return how many series have pictures in more than one split."""
    splits: dict[str, set[Split]] = {}
    for sample in dataset.used():
        if sample.group:
            splits.setdefault(sample.group, set()).add(sample.split)
    return sum(len(found) > 1 for found in splits.values())


def given(dataset: Dataset) -> int:
    """Return how many pictures have a split that the user chose and that stays."""
    return sum(sample.given for sample in dataset.used())


def about_leaks(check: SplitCheck) -> str:
    """Return what a plain random split would have given away; empty where nothing."""
    if not check.leaked:
        return ""
    return (
        f"A plain random split would have judged on {counted(check.leaked, 'picture')} whose twin was among "
        "those to learn from: an exam question that was in the exercises."
    )


def about_scores(check: SplitCheck, *, kept: bool = True, torn: int = 0) -> str:
    """Return both scores of the quick probe in a sentence; empty where there are none.

    ``kept`` and ``torn`` as for ``about_series``: only where all series stay together, a score is honest.
    """
    if check.honest is not None and check.folds is not None:
        return _about_turns(check.folds, plain=check.plain, honest=check.honest, kept=kept)
    if check.plain is None or check.honest is None:
        return ""
    plain, honest = of_hundred(check.plain), of_hundred(check.honest)
    spread = _spread(check.honest)
    used = "honest is" if kept and not torn else "the split in use tells"
    sentence = f"A plain split would have told {plain} of 100; {used} {honest} {spread}."
    if plain == honest:
        return f"A quick probe tells {honest} of 100 {spread}, with either split."
    return f"{sentence}{_by_chance(check.plain, check.honest)}"


def with_range(probe: Probe) -> str:
    """Return the score of a probe with its range, as "91 of 100 (85 to 95)"."""
    return f"{of_hundred(probe)} of 100 {_spread(probe)}"


def of_hundred(probe: Probe) -> int:
    """Return of how many of 100 pictures a probe is right; 100 only where nothing is missing."""
    rounded = round(probe.accuracy * 100)
    return 99 if rounded == 100 and probe.accuracy < 1 else rounded


def _by_whom(dataset: Dataset) -> str:
    fixed, used = given(dataset), len(dataset.used())
    if not fixed:
        return "The pictures were divided by lot, each class as evenly as possible."
    if fixed == used:
        return (
            "The pictures came already divided: whoever brought them in chose which ones are learnt from and "
            "which ones are judged on."
        )
    came = "picture came with its place" if fixed == 1 else "pictures came with their place"
    return f"{fixed:,} {came} and kept it; the others were divided by lot, each class as evenly as possible."


def _rules(settings: SplitSettings) -> list[str]:
    """Return what was to stay together by a rule of the user, in sentences."""
    told = []
    if settings.column:
        told.append(f"Pictures with the same “{settings.column}” in the table were to stay together.")
    if settings.folders:
        told.append("Pictures in the same folder inside their class were to stay together.")
    if settings.prefix:
        told.append(
            f"Pictures whose file names are the same up to “{settings.prefix}” were to stay together."
        )
    return told


def _found(check: SplitCheck, torn: int) -> str:
    found = f"{check.series:,} series of pictures that belong together ({counted(check.pictures, 'picture')})"
    was = "was" if check.series == 1 else "were"
    if not torn:
        return f"{found} {was} found; each stays together, for learning or for judging."
    if torn == check.series:
        each = "It is" if torn == 1 else "All of them are"
        return f"{found} {was} found. {each} on both sides, because the upload came divided like that."
    few = "1 of them is" if torn == 1 else f"{torn:,} of them are"
    rest = "the other stays" if check.series - torn == 1 else "the others stay"
    return (
        f"{found} {was} found. {few} on both sides, because the upload came divided like that; {rest} "
        "together, for learning or for judging."
    )


def _about_turns(folds: int, *, plain: Probe | None, honest: Probe, kept: bool) -> str:
    """Return the scores of a k-fold; the plain one only where there are series that it would have torn."""
    how = f"With so few pictures each took its turn at being judged ({folds}-fold cross-check):"
    score = with_range(honest)
    if plain is None:
        return f"{how} a quick probe tells {score}."
    if of_hundred(plain) == of_hundred(honest):
        return f"{how} a quick probe tells {score}, with series kept together or torn apart."
    used = "honest is" if kept else "with these series kept together it is"
    sentence = f"{how} {used} {score}; a plain division would have told {of_hundred(plain)}."
    return f"{sentence}{_by_chance(plain, honest)}"


def _by_chance(plain: Probe, honest: Probe) -> str:
    return " The difference may be chance." if honest.low <= plain.accuracy <= honest.high else ""


def _spread(probe: Probe) -> str:
    return f"({round(probe.low * 100)} to {round(probe.high * 100)})"
