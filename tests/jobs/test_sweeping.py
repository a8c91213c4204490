"""Pictures of an import that was killed are swept away; all others stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.domain.dataset import Dataset, Sample, Split
from core.domain.errors import Cancelled
from core.domain.further_test import FurtherTest
from core.domain.report import Predictions
from core.jobs.keeping import keeping
from core.jobs.sweeping import sweep_pictures
from core.settings import Settings
from core.store.owner import Owner, this_process
from core.store.workspace import Workspace
from tests.store.made import report_of

DEAD = Owner(pid=1, started="1", boot="another")


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def dataset_of(project_id: str, contents: list[bytes]) -> Dataset:
    samples = tuple(
        Sample(path=f"a/{n}.png", sha256=hash_of(content), width=8, height=8, label="a", split=Split.TRAIN)
        for n, content in enumerate(contents)
    )
    return Dataset(
        id="d" * 32,
        project_id=project_id,
        version=1,
        classes=("a",),
        samples=samples,
        issues=(),
        fingerprint="f",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def stopped_import(workspace: Workspace, *contents: bytes) -> None:
    with suppress(Cancelled), keeping(workspace) as keep_one:
        for content in contents:
            keep_one(content, hash_of(content))
        raise Cancelled


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, home=tmp_path / "home")


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    with Workspace.open(settings) as opened:
        yield opened


def keep(workspace: Workspace, *contents: bytes) -> None:
    for content in contents:
        workspace.datasets.keep_picture(content, hash_of(content))


def kept(workspace: Workspace) -> set[str]:
    found = workspace.paths.pictures.rglob("*")
    return {path.name for path in found if path.is_file() and len(path.name) == 64}


def killed_import(settings: Settings, *contents: bytes) -> None:
    """Leave what an import leaves whose process is killed: pictures, and its folder in staging."""
    with Workspace.open(settings, owner=DEAD) as other:
        other.staging()
        keep(other, *contents)


def test_pictures_of_a_killed_import_go_and_those_of_versions_stay(settings: Settings, workspace: Workspace):
    project = workspace.projects.create("Kept")
    keep(workspace, b"one", b"two")
    workspace.datasets.add(dataset_of(project.id, [b"one", b"two"]))
    killed_import(settings, b"two", b"three", b"four")
    assert sweep_pictures(workspace) == 2
    assert kept(workspace) == {hash_of(b"one"), hash_of(b"two")}


def test_pictures_of_deleted_projects_and_of_left_out_samples_stay(settings: Settings, workspace: Workspace):
    project = workspace.projects.create("Deleted")
    keep(workspace, b"one")
    made = dataset_of(project.id, [b"one"])
    left_out = tuple(replace(sample, excluded=True) for sample in made.samples)
    workspace.datasets.add(replace(made, samples=left_out))
    workspace.projects.delete(project.id)
    killed_import(settings)
    assert sweep_pictures(workspace) == 0
    assert kept(workspace) == {hash_of(b"one")}


def test_pictures_of_further_tests_stay_until_these_are_deleted(settings: Settings, workspace: Workspace):
    keep(workspace, b"one")
    answers = Predictions(
        paths=("a/1.png",),
        sha256=(hash_of(b"one"),),
        splits=(Split.TEST,),
        labels=np.zeros(1, np.int64),
        probabilities=np.ones((1, 2), np.float32),
    )
    run, test = "c" * 32, "e" * 32
    told = FurtherTest(
        id=test, run_id=run, name="more.zip", created_at=datetime(2026, 1, 1, tzinfo=UTC), pictures=1
    )
    workspace.further_tests.add(told, report_of(run), answers)
    killed_import(settings, b"orphan")
    assert sweep_pictures(workspace) == 1
    assert kept(workspace) == {hash_of(b"one")}
    workspace.further_tests.delete(test)
    assert sweep_pictures(workspace) == 1
    assert kept(workspace) == set()


def test_pictures_that_a_database_moved_away_names_stay(settings: Settings, tmp_path: Path):
    """A damaged database is to be moved away, the pictures beside it are kept: they were swept away."""
    home, away = settings.home, tmp_path / "away"
    away.mkdir()
    with Workspace.open(settings) as first:
        project = first.projects.create("Kept")
        keep(first, b"one", b"two")
        first.datasets.add(dataset_of(project.id, [b"one", b"two"]))
    for file in home.glob("sightsmith.sqlite*"):
        file.rename(away / file.name)
    with Workspace.open(settings) as second:
        killed_import(settings, b"two", b"three")
        assert sweep_pictures(second) == 1
        stopped_import(second, b"one", b"four")
        assert kept(second) == {hash_of(b"one"), hash_of(b"two")}
    for file in away.iterdir():
        file.rename(home / file.name)
    with Workspace.open(settings) as back:
        keep(back, b"five")
        stopped_import(back, b"one", b"five")
        assert kept(back) == {hash_of(b"one"), hash_of(b"two")}


def test_a_usual_start_does_not_even_look(workspace: Workspace):
    keep(workspace, b"not named yet")
    assert sweep_pictures(workspace) == 0
    assert kept(workspace) == {hash_of(b"not named yet")}


def test_while_an_import_is_under_way_it_waits_for_a_later_start(settings: Settings, workspace: Workspace):
    killed_import(settings, b"orphan")
    staging = workspace.staging()  # this process brings in pictures
    assert sweep_pictures(workspace) == 0
    assert kept(workspace) == {hash_of(b"orphan")}
    workspace.sweep_staging()  # what told of the killed import is gone now
    staging.rmdir()
    assert sweep_pictures(workspace) == 1
    assert kept(workspace) == set()
    assert sweep_pictures(workspace) == 0


def test_an_import_of_another_living_process_is_waited_for(settings: Settings, workspace: Workspace):
    killed_import(settings, b"orphan")
    other = replace(this_process(), pid=this_process().pid + 1)
    with Workspace.open(settings, owner=other) as living:
        living.staging()
    assert sweep_pictures(workspace, alive=lambda owner: owner == other) == 0
    assert sweep_pictures(workspace, alive=lambda _: False) == 1


def test_an_empty_workspace_is_no_trouble(settings: Settings, workspace: Workspace):
    assert sweep_pictures(workspace) == 0
    killed_import(settings)
    assert sweep_pictures(workspace) == 0
