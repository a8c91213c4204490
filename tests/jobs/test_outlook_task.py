"""Looking ahead: from pictures that were imported to what is told before a training."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.outlook import Outdated
from core.domain.preprocess import ResizeMode
from core.domain.run import JobKind, JobSnapshot, JobStatus
from core.jobs import outlook_desk, outlook_here
from core.jobs.studio import Studio


@pytest.fixture(scope="module")
def project_id(studio: Studio, stripes: Path) -> str:
    torch.set_num_threads(1)
    project = studio.create_project("Stripes")
    studio.import_folder(project.id, stripes)
    for thread in list(studio._runner._threads):
        thread.join(300)
    return project.id


@pytest.fixture(scope="module")
def ended(studio: Studio, project_id: str) -> JobSnapshot:
    assert studio.outlook(project_id) is None
    job = studio.look_ahead(project_id)
    for thread in list(studio._runner._threads):
        thread.join(300)
    found = studio.job(job.id)
    assert found is not None
    return found


def test_every_ready_backbone_is_compared_and_one_recommended(studio, project_id, ended):
    assert (ended.kind, ended.status, ended.error) == (JobKind.LOOK, JobStatus.DONE, "")
    outlook = studio.outlook(project_id)
    ready = {spec.key for spec, readiness in studio.backbones() if readiness.ready}
    assert {look.key for look in outlook.looks} == ready
    assert all(look.pictures_per_second > 0 for look in outlook.looks)
    assert outlook.recommendation.key in ready
    assert outlook.complete
    assert outlook.resize.mode is ResizeMode.SQUASH


def test_stripes_are_told_apart_and_turning_them_is_found_out(studio, project_id, ended):
    outlook = studio.outlook(project_id)
    told = outlook.forecast_of("efficientnet_lite0")
    assert told.accuracy.value > 0.8
    assert told.range_of(Preset.QUICK).high <= 1.0
    assert {check.kind for check in outlook.checks} >= {"mirror", "quarter_turns", "vary_crop"}


def test_what_every_preset_takes_is_known_and_a_limit_is_kept(studio, project_id, ended):
    quick, balanced, best = (studio.plan(preset, project_id) for preset in Preset)
    told = [studio.estimate(project_id, config) for config in (quick, balanced, best)]
    assert all(one.low <= one.seconds <= one.high for one in told)
    assert told[0].seconds < told[1].seconds < told[2].seconds
    assert all(one.memory_bytes > 0 for one in told)
    unknown = studio.plan(
        Preset.BEST,
        project_id,
        backbone="efficientnet_lite0" if best.backbone != "efficientnet_lite0" else "mobilenet_v2",
    )
    assert studio.estimate(project_id, unknown) is None
    assert studio.within(project_id, unknown, minutes=1, search=True) == unknown
    middle = (told[0].seconds + told[2].seconds) / 2
    shorter = studio.within(project_id, best, minutes=middle / 60, search=False)
    assert studio.estimate(project_id, shorter).seconds <= middle


def test_minutes_of_another_machine_are_not_told(studio, project_id, ended, monkeypatch):
    """A workspace that was moved told, and kept to, the minutes of the computer it came from."""
    best = studio.plan(Preset.BEST, project_id)
    assert studio.outdated(project_id) is None
    monkeypatch.setattr(outlook_desk, "this_machine", lambda: "another computer")
    monkeypatch.setattr(outlook_here, "this_machine", lambda: "another computer")
    assert studio.outdated(project_id) is Outdated.MACHINE
    assert not studio.outlook(project_id).complete
    assert studio.outlook(project_id).forecast_of(best.backbone) is not None
    assert studio.estimate(project_id, best) is None
    assert studio.within(project_id, best, minutes=0.01, search=False) == best


def test_a_backbone_that_came_later_is_looked_with(studio, project_id, ended, monkeypatch):
    ready = (*outlook_here.ready_backbones(studio.settings), "resnet50")
    monkeypatch.setattr(outlook_desk, "ready_backbones", lambda _settings: ready)
    assert studio.outdated(project_id) is Outdated.BACKBONES
    assert not studio.outlook(project_id).complete
    assert studio.estimate(project_id, studio.plan(Preset.BEST, project_id)) is not None


def test_the_test_pictures_are_not_looked_at(studio, project_id, ended):
    dataset = studio.dataset(project_id)
    told = studio.outlook(project_id).forecast_of("efficientnet_lite0")
    judged = [sample for sample in dataset.used() if sample.split != "test"]
    assert (told.pictures, told.test_pictures) == (len(judged), len(dataset.used("test")))


def test_the_plan_follows_what_was_found_and_a_run_keeps_its_forecast(studio, project_id, ended):
    outlook = studio.outlook(project_id)
    plan = studio.plan(Preset.QUICK, project_id)
    assert plan.backbone == outlook.recommendation.key
    assert studio.plan(Preset.QUICK, project_id, backbone="mobilenet_v2").backbone == "mobilenet_v2"
    run = studio._workspace.runs.create(
        project_id,
        studio.dataset(project_id),
        config=plan,
        preset=Preset.QUICK,
        token="outlook",
        expected=studio._expected(studio.dataset(project_id), plan, Preset.QUICK),
    )
    told = outlook.forecast_of(plan.backbone).range_of(Preset.QUICK)
    kept = studio.run(run.id)
    assert (kept.expected.low, kept.expected.high) == (told.low, told.high)
    studio.discard(run.id)
    assert studio._expected(studio.dataset(project_id), TrainConfig(), None) is None


def test_pictures_are_shown_as_the_network_sees_them(studio, project_id, ended):
    hashes = [sample.sha256 for sample in studio.dataset(project_id).used()[:3]]
    seen = studio.seen(hashes, ResizeMode.SQUASH)
    assert seen.shape == (3, 224, 224, 3)


def test_a_second_look_while_one_is_under_way_is_the_same(studio, project_id, ended, monkeypatch):
    going = JobSnapshot(id="g", kind=JobKind.LOOK, project_id=project_id, title="", status=JobStatus.RUNNING)
    monkeypatch.setattr(studio._runner, "snapshots", lambda: (going,))
    assert studio.look_ahead(project_id) == going
    assert studio.look_under_way(project_id) == going


def test_what_an_older_version_kept_is_found_out_again(studio, project_id, ended, monkeypatch):
    dataset = studio.dataset(project_id)
    outlooks = studio._workspace.outlooks
    kept = outlooks.get(dataset.id)
    with outlooks._database.writing() as connection:
        connection.exec_driver_sql("UPDATE outlook SET content = '{\"other\": 1}'")
    assert outlooks.get(dataset.id) is None
    outlooks.keep(dataset.id, kept)
    assert outlooks.get(dataset.id) == kept
