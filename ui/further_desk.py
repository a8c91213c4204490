"""What screens can ask about further tests, and what a click on one does."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.domain.errors import AppError
from core.domain.further_test import FurtherTest
from core.domain.report import Scores
from core.domain.run import JobKind, JobSnapshot
from core.domain.slices import Origin, OriginChoice, Slice
from core.evaluation import further_words
from ui import services, state


def tests(run_id: str) -> tuple[FurtherTest, ...]:
    """Return a run's further tests, newest first."""
    return services.open_studio().further_tests(run_id)


def begin(run_id: str, source: Path, *, name: str, labels: Path | None = None) -> JobSnapshot:
    """Start judging a run on a zip or a folder, in the background."""
    return services.open_studio().test_further(run_id, source, name=name, labels=labels)


def cross_check(run_id: str, unseen: Origin | None = None) -> None:
    """Start judging all pictures of a run in turn; what cannot be done is told at the next drawing."""
    try:
        services.open_studio().cross_check(run_id, unseen=unseen)
    except AppError as problem:
        state.warn(str(problem))


def origins(run_id: str) -> tuple[OriginChoice, ...]:
    """Return by what the pictures of a run can be left out, to be judged unseen; none once they are gone."""
    try:
        return _origins(run_id, services.open_studio().labels_version(run_id))
    except AppError:
        return ()


@st.cache_resource(max_entries=16, show_spinner=False)
def _origins(run_id: str, labels_version: str) -> tuple[OriginChoice, ...]:  # noqa: ARG001 - a part of the key
    return services.open_studio().origins(run_id)


def by_origin(test: FurtherTest) -> tuple[Slice, ...]:
    """Return the score at each origin that was judged unseen, the worst first; none for other tests."""
    if test.unseen is None:
        return ()
    return _by_origin(test.run_id, test.id, services.open_studio().labels_version(test.run_id))


@st.cache_resource(max_entries=16, show_spinner=False)
def _by_origin(run_id: str, test_id: str, labels_version: str) -> tuple[Slice, ...]:  # noqa: ARG001 - a part of the key
    return services.open_studio().by_origin(run_id, test_id)


def delete(test_id: str) -> None:
    """Remove a further test; what cannot be done is told at the next drawing."""
    try:
        services.open_studio().delete_further_test(test_id)
    except AppError as problem:
        state.warn(str(problem))


def last_job(project_id: str) -> JobSnapshot | None:
    """Return the project's newest further test under way or ended since the server started, or None."""
    return next((job for job in services.open_studio().jobs(project_id) if job.kind == JobKind.TEST), None)


def against_own(own: Scores, further: Scores, test: FurtherTest) -> tuple[str, str]:
    """Return whether a test bears out the run's own, and what that rests on; empty if unknown."""
    return further_words.against_own(own, further, test)
