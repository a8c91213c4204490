"""Whether a judgement of a picture makes sense, and what reviewers agree on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from core.data.corrections import KEEPS, Said
from core.data.doctor.classes import name_key
from core.data.edits import LONGEST_NAME
from core.data.names import class_name
from core.domain.dataset import Dataset, Sample
from core.domain.review import RELABELS, Conflict, Judgement, Verdict, VerdictKind
from core.evaluation.error_budget import Opinions


class Checks:
    """The pictures that may be judged, and the classes that they may be said to show."""

    def __init__(
        self,
        dataset: Dataset,
        right: Mapping[str, bool],
        *,
        also: Collection[str] = (),
        other_names: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        """``dataset`` and ``right`` answers, by content, are the run's; ``also``: classes that came later.

        ``other_names`` are those that the run's classes have by now: what is said in them is understood.
        """
        self.samples: Mapping[str, Sample] = {sample.sha256: sample for sample in dataset.used()}
        self._right = right
        self._by_path = {sample.path: sample for sample in dataset.used()}
        self._several = dataset.several
        self._classes = tuple(dict.fromkeys((*dataset.classes, *also)))
        self._later = frozenset(also) - frozenset(dataset.classes)
        self._other_names = other_names or {}

    def find(self, sha256: str, path: str) -> Sample | None:
        """Return the picture with this content, or else of this name."""
        return self.samples.get(sha256) or self._by_path.get(path)

    def checked(self, sample: Sample, said: Judgement) -> Judgement | str:
        """Return the judgement, tidied; or in words what is wrong with it."""
        if said.kind not in RELABELS:
            return self._contradiction(sample, said.kind) or replace(said, labels=())
        labels = tuple(dict.fromkeys(class_name(name) for name in said.labels if name.strip()))
        if said.kind is VerdictKind.NEW_CLASS and not self._made_since(labels):
            return self._not_new(labels) or replace(said, labels=labels)
        labels = tuple(dict.fromkeys(map(self._as_learnt, labels)))
        return self._wrong_with(labels, sample) or replace(said, kind=VerdictKind.LABEL_WRONG, labels=labels)

    def carried(self, sample: Sample, said: Judgement) -> Judgement | str:
        """Return what was said of the picture beside another run's answer, as it is said beside this run's.

        That a label is right stays true; whether that makes the model right or wrong, its answer tells.
        """
        if said.kind not in KEEPS:
            return self.checked(sample, said)
        wrong = self._right.get(sample.sha256) is False
        return replace(said, kind=VerdictKind.MODEL_WRONG if wrong else VerdictKind.RIGHT)

    def _as_learnt(self, name: str) -> str:
        """Return what the run calls a class; of merged ones, which it tells apart, the name they have now."""
        then = self._other_names.get(name, frozenset())
        return next(iter(then)) if len(then) == 1 else name

    def _name_now(self, name: str) -> str:
        return next((now for now, then in self._other_names.items() if name in then), name)

    def _contradiction(self, sample: Sample, kind: VerdictKind) -> str:
        """Return why this cannot be said of the picture's answer; empty where it can, or there is none."""
        right = self._right.get(sample.sha256)
        if kind is VerdictKind.RIGHT and right is False:
            return "the model does not answer with the label: not both are right; say whose mistake it is."
        if kind is VerdictKind.MODEL_WRONG and right is True:
            return "the model answers with the label, so that it is wrong only where the label is wrong."
        return ""

    def _wrong_with(self, labels: tuple[str, ...], sample: Sample) -> str:
        """Return why these cannot be the right classes of the picture; empty where they can."""
        unknown = next((name for name in labels if name not in self._classes), None)
        if unknown is not None:
            near = get_close_matches(unknown, self._classes, n=1)
            return f"there is no class '{unknown}'" + (f"; did you mean '{near[0]}'?" if near else ".")
        reasons = (
            (not labels, "it says that the label is wrong, but not which is right."),
            (
                len(labels) > 1 and not self._several,
                "it names several right classes, and every picture here shows one.",
            ),
            (
                set(labels) in (set(sample.labels), {self._name_now(name) for name in sample.labels}),
                f"the label is '{', '.join(labels)}' already, so that it cannot be wrong.",
            ),
        )
        return next((reason for applies, reason in reasons if applies), "")

    def _made_since(self, names: tuple[str, ...]) -> bool:
        """Whether the class that was new to the run is one of the project's by now, and no other is new."""
        return set(names) <= set(self._classes) and not self._later.isdisjoint(names)

    def _not_new(self, names: tuple[str, ...]) -> str:
        """Return why these are not a new class and, where pictures show several, known ones beside it."""
        new = [name for name in names if name not in self._classes]
        if not names or len(new) > 1 or (len(names) > 1 and not self._several):
            return "a new class needs one name."
        if not new:
            return f"'{names[0]}' is a class already; say that the label is wrong instead."
        alike = next((name for name in self._classes if name_key(name) == name_key(new[0])), None)
        if alike is not None:
            return f"'{new[0]}' is written like the class '{alike}'; say that the label is wrong instead."
        if len(new[0]) > LONGEST_NAME:
            return f"the name of the new class has more than {LONGEST_NAME} characters."
        return ""


def by_picture(verdicts: Iterable[Verdict]) -> Mapping[str, Sequence[Verdict]]:
    """Return the verdicts on each picture, in their order."""
    found: dict[str, list[Verdict]] = {}
    for one in verdicts:
        found.setdefault(one.sha256, []).append(one)
    return found


def conflicts_among(verdicts: Iterable[Verdict]) -> tuple[Conflict, ...]:
    """Return the pictures on which reviewers differ; ``verdicts``: the newest of each reviewer."""
    return tuple(
        Conflict(sha256=sha256, path=own[0].path, verdicts=tuple(own))
        for sha256, own in by_picture(verdicts).items()
        if not all(one.agrees(own[0]) for one in own)
    )


def opinions(verdicts: Iterable[Verdict], *, decides: str = "") -> Opinions:
    """Return what reviewers agree on; where they differ, what the one says who ``decides``, if he does."""
    told = tuple(verdicts)
    agreed = {one.sha256: one.judgement for one in told}
    disputed = set()
    for conflict in conflicts_among(told):
        his = [one for one in conflict.verdicts if decides and one.reviewer == decides]
        if his:
            agreed[conflict.sha256] = his[-1].judgement
        else:
            disputed.add(conflict.sha256)
            del agreed[conflict.sha256]
    return Opinions(agreed=agreed, disputed=frozenset(disputed))


def said_last(verdicts: Iterable[Verdict], agreed: Mapping[str, Judgement]) -> Mapping[str, Said]:
    """Return what is agreed on of each picture, and the moment of the newest verdict that says so."""
    moments: dict[str, datetime] = {}
    for one in verdicts:
        what = agreed.get(one.sha256)
        if what is not None and (one.kind, set(one.labels)) == (what.kind, set(what.labels)):
            moments[one.sha256] = max(one.moment, moments.get(one.sha256, one.moment))
    return {sha256: Said(judgement=agreed[sha256], moment=moment) for sha256, moment in moments.items()}
