"""Pictures and answers as the gallery shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Split
from core.domain.report import Answer, Doubt
from ui import services
from ui.picture_grid import Tile, TileSet
from ui.picture_words import about_facts, about_sample
from ui.sentences import SPLITS
from ui.words import percent

_IN_SERIES = {IssueKind.LEAK, IssueKind.NEAR_DUPLICATE, IssueKind.DUPLICATE, IssueKind.CONFLICTING_LABEL}
_BY_CLASS = {IssueKind.SHORTCUT, IssueKind.SPLIT_CLASS, IssueKind.TWIN_CLASS, IssueKind.TWO_READINGS}
_BY_CLASS |= {IssueKind.IMBALANCE, IssueKind.FEW_PICTURES}


def of_samples(samples: Iterable[Sample]) -> tuple[Tile, ...]:
    """Return pictures of a data set: class, and what each is used for."""
    return tuple(_sample(sample) for sample in samples)


def of_issue(issue: Issue, dataset: Dataset) -> tuple[TileSet, ...]:
    """Return the pictures of a finding: those of one series or of one class beside each other."""
    known = {sample.sha256: sample for sample in dataset.samples}
    samples = [known[sha256] for sha256 in dict.fromkeys(issue.pictures) if sha256 in known]
    if issue.kind in _BY_CLASS:
        return tuple(
            TileSet(title=name, tiles=of_samples(s for s in samples if s.label == name))
            for name in dict.fromkeys(sample.label for sample in samples)
        )
    if issue.kind in _IN_SERIES:
        return _series(samples)
    return (TileSet(tiles=of_samples(samples)),) if samples else ()


def of_pairs(dataset: Dataset) -> tuple[TileSet, ...]:
    """Return the pairs that a plain split would have torn apart, where neither picture is left out."""
    pairs = dataset.split_check.pairs if dataset.split_check else ()
    known = {sample.sha256: sample for sample in dataset.used()}
    return tuple(
        TileSet(tiles=(_told(known[pair[0]], "learnt from"), _told(known[pair[1]], "judged on")))
        for pair in pairs
        if all(sha256 in known for sha256 in pair)
    )


def about(dataset: Dataset, sha256: str) -> tuple[str, ...]:
    """Return everything that is known of a picture."""
    sample = next((sample for sample in dataset.samples if sample.sha256 == sha256), None)
    measured = services.facts_of(sha256)
    lines = about_sample(sample) if sample else ()
    return (*lines, *about_facts(measured)) if measured else lines


def of_answers(answers: Iterable[Answer]) -> tuple[Tile, ...]:
    """Return answered pictures: what the model said, what it really is, how sure the model was."""
    return tuple(_answered(answer) for answer in answers)


def _sample(sample: Sample) -> Tile:
    use = "left out by you" if sample.excluded else SPLITS[sample.split]
    return Tile(
        sha256=sample.sha256,
        path=sample.path,
        title=", ".join(sample.labels),
        note=use,
        details=("Left out by you" if sample.excluded else f"Used for: {use}",),
    )


def _told(sample: Sample, note: str) -> Tile:
    return replace(_sample(sample), note=note)


def _series(samples: Sequence[Sample]) -> tuple[TileSet, ...]:
    """Return one set per series, and the pictures that are in none as a last one."""
    groups: dict[str | None, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.group, []).append(sample)
    alone = groups.pop(None, [])
    sets = [TileSet(tiles=of_samples(_by_turns(members))) for members in groups.values()]
    return (*sets, TileSet(tiles=of_samples(alone))) if alone else tuple(sets)


def _by_turns(members: Sequence[Sample]) -> list[Sample]:
    """Return the samples with their splits taking turns, so that the first few show both sides of a leak."""
    places: Counter[Split] = Counter()
    turns: list[tuple[int, Sample]] = []
    for sample in members:
        turns.append((places[sample.split], sample))
        places[sample.split] += 1
    return [sample for _, sample in sorted(turns, key=lambda turn: turn[0])]


def _answered(answer: Answer) -> Tile:
    if answer.several:
        return _answered_several(answer)
    sure, right = percent(answer.confidence), answer.right
    really = "" if answer.label is None else f"really {answer.label}"
    return Tile(
        sha256=answer.sha256,
        path=answer.path,
        title=f"{'✓' if right else '✗'} {answer.predicted}",
        note=", ".join(part for part in ("" if right else really, f"{sure} sure", _doubt(answer)) if part),
        details=(
            f"The model said {answer.predicted}, and was {sure} sure.",
            "That is right." if right else f"It is really {answer.label}.",
            *_left(answer),
        ),
    )


def _doubt(answer: Answer) -> str:
    """Return in a word why an answer is not given, empty where it is."""
    if answer.doubt is None:
        return ""
    return "left to a person" if answer.doubt is Doubt.NOT_SURE else "unlike anything"


def _left(answer: Answer) -> tuple[str, ...]:
    """Return why an answer would not be given, as a line of its own."""
    if answer.doubt is None:
        return ()
    return (f"By its rule the model would not answer this picture: {answer.doubt}.",)


def _answered_several(answer: Answer) -> Tile:
    """Return a picture with all classes that were named, and those it really shows where they differ."""
    named, really = ", ".join(answer.named) or "nothing", ", ".join(answer.labels)
    missed = [name for name in answer.labels if name not in answer.named]
    false = [name for name in answer.named if name not in answer.labels]
    wrong = [
        f"{words}: {', '.join(names)}" for words, names in (("missed", missed), ("too much", false)) if names
    ]
    return Tile(
        sha256=answer.sha256,
        path=answer.path,
        title=f"{'✓' if answer.right else '✗'} {named}",
        note="; ".join([*wrong, *([_doubt(answer)] if answer.doubt else [])]) or "exactly right",
        details=(
            f"The model named {named}.",
            f"It took {answer.predicted} to be there with {percent(answer.confidence)}.",
            "That is right." if answer.right else f"It really shows {really}.",
            *_left(answer),
        ),
    )
