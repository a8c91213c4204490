"""A further test: a finished run judged on other pictures, beside its own result, which stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.data.class_match import match_classes
from core.data.collect import Collected, Picture, examine
from core.data.copies import copies_of
from core.data.findings import counted
from core.data.names import natural
from core.data.scan import Candidate
from core.data.targets import multi_hot
from core.domain.dataset import Dataset, Issue, IssueKind, Sample, Split
from core.domain.errors import Cancelled, DatasetError, RunError, StoreError
from core.domain.facts import PictureFacts
from core.domain.further_test import LEARNT_FROM, NEARLY_LEARNT, FurtherTest
from core.domain.report import Predictions
from core.domain.run import Run, Stage
from core.evaluation.report import build_report
from core.jobs.answering import Answerer
from core.jobs.import_task import Reader
from core.jobs.keeping import Keep, keeping
from core.jobs.looking import look
from core.jobs.memory import give_back
from core.jobs.runner import JobContext
from core.jobs.sweeping import drop_pictures
from core.jobs.thumbnails import keep_thumbnail
from core.jobs.told import told
from core.settings import Settings
from core.store.files import remove_tree
from core.store.workspace import Workspace

SEVERAL_CLASSES: Final = "It shows several classes, and this run names one for each picture."
_COPY: Final = "The same picture stands there once more: it is judged once."
_IN_TWO: Final = "The same picture stands there in another class too: it is judged in the first one only."
_REPEATED: Final = {IssueKind.DUPLICATE: _COPY, IssueKind.CONFLICTING_LABEL: _IN_TWO}
# of folders, and of what is kept
_NO_FILES: Final = (IssueKind.SPLIT_FOLDERS, IssueKind.WRONG_EXTENSION, IssueKind.FIRST_FRAME)
_NAMED_MOST = 8  # classes in a sentence

LeftOut = dict[str, str]  # file to reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOrder:
    """Which run to judge on what, and under which identity."""

    __test__ = False  # not for pytest

    id: str
    run_id: str
    name: str
    created_at: datetime
    staging: Path  # removed when the test has ended, however it ended
    read: Reader


def further_test(
    workspace: Workspace, settings: Settings, order: TestOrder, context: JobContext
) -> FurtherTest:
    """Judge the run on these pictures and keep the result. Until the last line, nothing of it can be seen.

    Raises Cancelled, or AppError: there is no such run, or no picture that it can be judged on.
    """
    try:
        with keeping(workspace) as keep:
            begun = _Test.begun(workspace, settings, order, context, keep)
            test = begun.work()
        with suppress(StoreError):  # the test is there: it must not fail by what could not be removed
            drop_pictures(workspace, begun.copies)
        return test
    finally:
        remove_tree(order.staging)
        give_back()


@dataclass(slots=True)
class _Test:
    """The state of one further test while it is worked on."""

    workspace: Workspace
    settings: Settings
    order: TestOrder
    context: JobContext
    keep: Keep
    run: Run
    dataset: Dataset  # that the run learnt from
    learnt: dict[str, Sample]  # by content hash
    copies: frozenset[str] = frozenset()  # of these, content hashes: kept until they were looked at

    @classmethod
    def begun(
        cls, workspace: Workspace, settings: Settings, order: TestOrder, context: JobContext, keep: Keep
    ) -> _Test:
        run = workspace.runs.get(order.run_id)
        dataset = workspace.datasets.get(run.dataset_id) if run else None
        if run is None or dataset is None or not run.status.has_result:
            raise RunError(
                "This training run has no result that could be tested.", hint="Choose another one."
            )
        used = (*dataset.used(Split.TRAIN), *dataset.used(Split.VALIDATION))
        learnt = {sample.sha256: sample for sample in used}
        return cls(workspace, settings, order, context, keep, run, dataset, learnt)

    def work(self) -> FurtherTest:
        found = self.order.read(self.order.staging / "unpacked", told(self.context, Stage.UNPACK))
        names = {name for candidate in found.candidates for name in candidate.labels}
        meant = match_classes(names, self.dataset.classes)
        left_out: LeftOut = {}
        known = self._known(found.candidates, meant, left_out)
        collected = self._collected(known)
        judged = self._judged(collected, left_out)
        # the reasons of this test first: of a picture that the upload holds twice, the second is only a copy
        _add(left_out, _reasons((*found.issues, *collected.issues)), judged)
        unknown = tuple(sorted(names - set(meant), key=natural))
        if not judged:
            raise self._nothing_left(left_out, unknown)
        series = {sample.sha256: sample.group for sample in self.dataset.samples}
        samples = [_as_sample(picture, picture.group or series.get(picture.sha256)) for picture in judged]
        predictions = self._predictions(samples)
        if self.context.stopped():
            raise Cancelled
        test = FurtherTest(
            id=self.order.id,
            run_id=self.run.id,
            name=self.order.name,
            created_at=self.order.created_at,
            pictures=len(judged),
            left_out=tuple(left_out.items()),
            unknown_classes=unknown,
        )
        report = build_report(
            self.run.id,
            self.dataset.classes,
            predictions,
            temperature=self.workspace.runs.decision(self.run.id).temperature,
        )
        self.workspace.further_tests.add(test, report, predictions, samples)
        return test

    def _known(
        self, candidates: Sequence[Candidate], meant: dict[str, str], left_out: LeftOut
    ) -> list[Candidate]:
        """Return the files whose classes the run has, under its own names; the others are noted."""
        known = []
        for candidate in candidates:
            unknown = [name for name in candidate.labels if name not in meant]
            labels = tuple(dict.fromkeys(meant[name] for name in candidate.labels if name in meant))
            if unknown:
                left_out[candidate.name] = f"The run does not know the class “{unknown[0]}”."
            elif len(labels) > 1 and not self.dataset.several:
                left_out[candidate.name] = SEVERAL_CLASSES
            else:
                known.append(replace(candidate, label=labels[0], also=labels[1:]))
        return known

    def _collected(self, candidates: Sequence[Candidate]) -> Collected:
        return examine(
            candidates,
            keep=self._keep,
            limits=self.settings.limits,
            progress=told(self.context, Stage.IMPORT),
            stopped=self.context.stopped,
            drawn=partial(keep_thumbnail, self.workspace),
        )

    def _keep(self, data: bytes, sha256: str) -> None:
        if sha256 not in self.learnt:  # such a picture is kept already, and judges nothing
            self.keep(data, sha256)

    def _judged(self, collected: Collected, left_out: LeftOut) -> list[Picture]:
        """Return the pictures that the run has not learnt from, measured by then; the others are noted."""
        new = [picture for picture in collected.pictures if picture.sha256 not in self.learnt]
        self.copies = self._copies(new, collected.facts)
        judged = [picture for picture in new if picture.sha256 not in self.copies]
        for picture in collected.pictures:
            if picture.sha256 in self.learnt:
                left_out[picture.path] = LEARNT_FROM
            elif picture.sha256 in self.copies:
                left_out[picture.path] = NEARLY_LEARNT
        self.workspace.datasets.keep_facts(collected.facts[picture.sha256] for picture in judged)
        return judged

    def _copies(self, new: Sequence[Picture], measured: Mapping[str, PictureFacts]) -> frozenset[str]:
        """Return the content hashes of new pictures that are nearly the same as one that was learnt from."""
        if not new:
            return frozenset()
        features = look(
            self.workspace,
            self.settings,
            [*self.learnt, *(picture.sha256 for picture in new)],
            progress=told(self.context, Stage.EXAMINE),
            stopped=self.context.stopped,
        )
        facts = {**self.workspace.datasets.facts(self.learnt), **measured}
        return copies_of(tuple(self.learnt.values()), new, facts, features)

    def _predictions(self, samples: Sequence[Sample]) -> Predictions:
        tell = told(self.context, Stage.WEIGHTS)  # told apart: compiling a network may take seconds
        answerer = Answerer(self.workspace, self.run)
        tell(1, 1)
        places = [(sample.path, self.workspace.paths.picture(sample.sha256)) for sample in samples]
        targets = multi_hot(samples, self.dataset.classes)
        seen = answerer.seen(
            places, progress=told(self.context, Stage.EVALUATE), stopped=self.context.stopped
        )
        return Predictions(
            paths=tuple(sample.path for sample in samples),
            sha256=tuple(sample.sha256 for sample in samples),
            splits=(Split.TEST,) * len(samples),
            labels=targets.argmax(axis=1),
            probabilities=seen.probabilities,
            targets=targets.astype(bool) if self.dataset.several else None,
            strangeness=seen.strangeness,
            groups=_groups(samples),
        )

    def _nothing_left(self, left_out: LeftOut, unknown: Sequence[str]) -> DatasetError:
        reasons = Counter(left_out.values())
        learnt, nearly = reasons[LEARNT_FROM], reasons[NEARLY_LEARNT]
        if learnt + nearly:
            were = "was" if learnt + nearly == 1 else "were"
            copied = ", or nearly the same as one that was" if nearly else ""
            return DatasetError(
                f"{counted(learnt + nearly, 'picture')} {were} learnt from{copied}, and no other is left to "
                "judge the run on.",
                hint="Choose pictures that were not in this project when the run was trained.",
            )
        knows = f"The run knows {_listed(self.dataset.classes)}; name the folders, or the labels, like that."
        if unknown:
            return DatasetError(f"The run knows none of the classes {_listed(unknown)}.", hint=knows)
        first = next(iter(left_out.items()), None)
        why = f" {first[0]}: {first[1]}" if first else ""
        return DatasetError(f"There is no picture that can be used.{why}", hint=knows)


def _reasons(issues: Iterable[Issue]) -> Iterable[tuple[str, str]]:
    """Yield every file that was noticed, with the reason of one."""
    for issue in issues:
        if issue.kind not in _NO_FILES:
            reason = issue.reason or _REPEATED.get(issue.kind, issue.message)
            yield from ((path, reason) for path in issue.paths)


def _add(left_out: LeftOut, reasons: Iterable[tuple[str, str]], judged: Sequence[Picture]) -> None:
    """Note the files that have no reason yet and are not judged."""
    kept = {picture.path for picture in judged}
    for file, reason in reasons:
        if file not in kept:
            left_out.setdefault(file, reason)


def _groups(samples: Sequence[Sample]) -> npt.NDArray[np.int64] | None:
    """Return the number of each picture's series, (N,); None where no picture is of one."""
    if not any(sample.group for sample in samples):
        return None
    names = [sample.group or sample.sha256 for sample in samples]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _as_sample(picture: Picture, group: str | None) -> Sample:
    return Sample(
        path=picture.path,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        label=picture.label,
        split=Split.TEST,
        group=group,
        also=picture.also,
        columns=picture.columns,
    )


def _listed(names: Sequence[str]) -> str:
    """Return the first of the names, in quotes, and how many more there are."""
    told_names = ", ".join(f"“{name}”" for name in names[:_NAMED_MOST])
    more = len(names) - _NAMED_MOST
    return f"{told_names} and {more:,} more" if more > 0 else told_names
