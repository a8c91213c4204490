"""Reports of a real workspace; only where the network looks is made up."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image

from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.domain.decision import Cost, Decision
from core.domain.errors import PictureError, RunError
from core.domain.further_test import FurtherTest
from core.domain.report import Predictions
from core.domain.review import Judgement, VerdictKind
from core.domain.run import RunStatus
from core.evaluation.decision_words import what_it_costs
from core.evaluation.report import build_report
from core.evaluation.words import headline
from core.jobs.report_desk import ReportDesk
from core.jobs.studio import Studio
from core.sharing.report_words import day
from tests.sharing.made_report import looked, seen
from tests.store.made import CLASSES, PREPROCESSING, WEIGHTS, dataset_of, kept

PICTURES = 60


@pytest.fixture(scope="module")
def run_id(studio: Studio) -> str:
    """A run that takes every third picture for the other class."""
    project = studio.create_project("Bolts & <nuts>")
    workspace = studio._workspace
    dataset = dataset_of(workspace, project, pictures=PICTURES)
    hashes = [kept(workspace, drawn_png(number)) for number in range(PICTURES)]
    samples = tuple(replace(one, sha256=sha) for one, sha in zip(dataset.samples, hashes, strict=True))
    dataset = replace(dataset, samples=samples)
    workspace.datasets.add(dataset)
    run = workspace.runs.create(project.id, dataset, config=TrainConfig(), preset=None, token="t")
    predictions = answered(dataset)
    workspace.runs.save_result(
        run.id,
        report=build_report(run.id, CLASSES, predictions),
        predictions=predictions,
        weights=WEIGHTS,
        preprocessing=PREPROCESSING,
    )
    workspace.runs.finish(run.id, RunStatus.DONE)
    return run.id


def drawn_png(number: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (12, 9), (number, 80, 120)).save(target, "PNG")
    return target.getvalue()


def answered(dataset) -> Predictions:
    judged = [sample for sample in dataset.used() if sample.split is not Split.TRAIN]
    labels = np.array([dataset.classes.index(sample.label) for sample in judged])
    told = np.where(np.arange(len(judged)) % 3 == 0, 1 - labels, labels)
    likely = np.full((len(judged), 2), 0.1, np.float32)
    likely[np.arange(len(judged)), told] = 0.9
    return Predictions(
        paths=tuple(sample.path for sample in judged),
        sha256=tuple(sample.sha256 for sample in judged),
        splits=tuple(sample.split for sample in judged),
        labels=labels,
        probabilities=likely,
    )


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pictures that an explanation was asked for; the first cannot be read."""
    asked: list[str] = []

    def explain(desk: ReportDesk, run_id: str, picture: str, class_name: str):
        asked.append(picture)
        if len(asked) == 1:
            raise PictureError("Damaged.")
        return looked(seen()).explanation

    monkeypatch.setattr(ReportDesk, "explain", explain)
    return asked


def test_a_report_shows_mistakes_and_where_it_looked(studio, run_id, looks):
    page = studio.report_html(run_id)
    scores = studio.report(run_id).test
    wrong = scores.pictures - scores.correct
    assert "Bolts &amp; &lt;nuts&gt;" in page
    assert len(looks) == len(set(looks)) == 3 + min(3, wrong) + 1  # one more for the one that failed
    shown = page.count('src="data:image/jpeg;base64,')
    assert shown == min(wrong, 2 * 4) + 2 * (3 + min(3, wrong))


def test_without_pictures_no_network_is_loaded(studio, run_id, looks):
    page = studio.report_html(run_id, pictures=False)
    assert looks == []
    assert 'src="data:image/jpeg;base64' not in page


def test_a_picture_that_is_gone_is_left_out(studio, run_id, looks):
    """A disk that lost a picture must not cost the report."""
    lost = studio.mistakes(run_id)[0].sha256
    place = studio._workspace.paths.picture(lost)
    content = place.read_bytes()
    for size in (200, 360):
        studio._workspace.paths.thumbnail(lost, size).unlink(missing_ok=True)
    place.unlink()
    try:
        assert "What it gets wrong" in studio.report_html(run_id)
        assert lost not in looks
    finally:
        place.write_bytes(content)


def test_mistakes_are_shown_as_mistakes_whatever_they_cost(studio, run_id, looks):
    """Below "It takes bolt for nut" stood pictures that read "rightly bolt"."""
    studio.decide(run_id, Decision(costs=(Cost(actual="bolt", said="nut", cost=100.0),)))
    try:
        page, card = studio.report_html(run_id), studio.model_card(run_id)
    finally:
        studio.decide(run_id, Decision())
    assert "“nut”, 90 % sure; really “bolt”" in page
    assert "10 % sure" not in page
    assert all("as if every mistake cost the same" in told for told in (page, card))
    cost = studio.price(run_id, Decision(costs=(Cost(actual="bolt", said="nut", cost=100.0),)))
    missed = "test pictures of “bolt”, none is missed"
    assert all(what_it_costs(cost) in plain and missed in plain for plain in (page, card.replace("\\", "")))
    assert "What do mistakes cost?" not in studio.report_html(run_id, pictures=False)
    assert "as if every mistake cost the same" not in studio.model_card(run_id)


def test_further_tests_are_told_and_of_cross_checks_the_newest(studio, run_id):
    run = studio.run(run_id)
    predictions = studio._workspace.runs.predictions(run_id)
    later = replace(predictions, splits=(Split.TEST,) * len(predictions.paths))
    report = build_report(run_id, CLASSES, later)
    for number, turns in enumerate((None, 3, 4)):
        test = FurtherTest(
            id=f"{number:032x}",
            run_id=run_id,
            name=f"Dr Novak {number}",
            created_at=run.created_at + timedelta(days=number),
            pictures=len(later.paths),
            turns=turns,
        )
        studio._workspace.further_tests.add(test, report, later)
    try:
        page = studio.report_html(run_id, pictures=False)
        assert f"Further test 1 ({day(run.created_at)}): {headline(report.test)}" in page
        assert "Novak" not in page
        assert "4 models were trained for it" in page
        assert "3 models were trained" not in page
        kept = studio._workspace.paths.further_test(run_id, f"{0:032x}") / "report.json"
        kept.write_bytes(b"{}")
        assert "what was saved of this test is damaged" in studio.model_card(run_id)
    finally:
        for test in studio.further_tests(run_id):
            studio.delete_further_test(test.id)


def test_verdicts_are_told_without_who_gave_them(studio, run_id):
    assert "Whose mistakes" not in studio.report_html(run_id, pictures=False)
    missed = studio.mistakes(run_id)[0].sha256
    studio.judge(run_id, {missed: Judgement(kind=VerdictKind.MODEL_WRONG)}, reviewer="Zbigniew")
    try:
        page, card = studio.report_html(run_id, pictures=False), studio.model_card(run_id)
    finally:
        studio.undo_verdicts(run_id, reviewer="Zbigniew")
    for told in (page, card):
        assert "Whose mistakes are they?" in told
        assert "1 the model" in told
        assert "Zbigniew" not in told


def test_the_card_is_of_the_same_run(studio, run_id):
    card = studio.model_card(run_id)
    assert f"`{run_id}`" in card
    assert r"# Bolts \& \<nuts\>: Run 1" in card


def test_a_run_without_a_result_has_no_report(studio, run_id):
    run = studio.run(run_id)
    dataset = studio.dataset_of_run(run)
    waiting = studio._workspace.runs.create(
        run.project_id, dataset, config=TrainConfig(), preset=None, token="other"
    )
    with pytest.raises(RunError, match="has no result"):
        studio.report_html(waiting.id)
    with pytest.raises(RunError, match="does not exist any more"):
        studio.model_card("0" * 32)
