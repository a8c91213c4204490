"""Try it: new pictures and what the model says, a folder as a table, and the game with an audience."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data.archive import FoundFile
from core.domain.dataset import Split
from core.domain.decision import Cost
from core.domain.errors import StaleError
from core.domain.game import Game, Phase, majority, standing
from core.domain.report import Answer, Doubt
from core.domain.run import JobKind, Progress, Stage
from core.domain.trying import Source
from core.evaluation.answer_words import how_sure, who_won
from core.sharing.sorted_pictures import answer_table
from tests.pages.conftest import Screen, text_of
from tests.ui.fake_share import package
from tests.ui.fake_studio import FakeStudio
from tests.ui.fake_try import checked_alike
from ui import explaining, presenting, results, services, thumbnails, try_desk
from ui.components import batch_table
from ui.words import esc


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    studio = FakeStudio("done")
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", studio)
    monkeypatch.setitem(services._HOLDER.__dict__, "drawn", set())
    for cached in (thumbnails.kept_uri, results.report, explaining._explained, explaining._alike):
        cached.clear()
    return Screen(studio)


def png(seed: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (seed * 40 % 255, 90, 120)).save(out, "PNG")
    return out.getvalue()


def upload(screen: Screen, *files: tuple[str, bytes]) -> AppTest:
    at = screen.open("try_it")
    for name, data in files:
        at.file_uploader[0].upload(name, data)
    at.run()
    assert not at.exception, [e.message for e in at.exception]
    return at


def test_one_picture_is_answered_with_its_reasons(screen):
    at = upload(screen, ("<b>new</b>.png", png()))
    told = text_of(at)
    assert [head.value for head in (*at.subheader, *at.header)] == ["What it says", "bolt"]
    assert "93 % sure: quite sure" in told
    assert "Where the model looked for **bolt**" in told
    assert "Most alike among what it learnt from" in told
    assert "<b>new</b>" not in told
    at.button(key="forget_trial").click().run()
    assert not at.subheader
    assert screen.studio.trials_ == {}


def test_several_are_answered_and_a_cut_off_file_is_told_by_name(screen):
    at = upload(
        screen,
        ("good.png", png()),
        ("IMG_1.png", png()[:70]),
        ("unsure.png", png(1)),
        ("odd.png", png(2)),
    )
    told = text_of(at)
    assert f"**{esc('IMG_1.png')}**" in at.error[0].value
    heads = [head.value for head in at.header]
    assert heads == ["bolt", "Not sure", "Unlike anything it learnt from"]
    assert "Its best guess: **bolt**, 41 % sure: little more than a guess" in told
    assert "The rule by which it answers:" in told
    assert "Where the model looked" not in told, "only once it is asked for"


def test_a_wrong_answer_becomes_a_picture_of_the_project(screen):
    at = upload(screen, ("new.png", png()))
    box = next(box for box in at.selectbox if box.label == "It really is ...")
    assert box.options == ["bolt, renamed", "gear", "nut", "washer"], "as the project calls them by now"
    box.set_value("washer").run()
    next(button for button in at.button if button.label == "Add it to this project").click().run()
    assert not at.exception
    assert screen.studio.imported == [("p1", "tried", "r2", "new.png", "washer")]
    assert "Sent to this project as **washer**" in text_of(at)


def test_a_picture_that_is_there_already_is_not_told_as_sent(screen):
    """It was told as sent under its new class, while it stayed in the project as it had been."""
    screen.studio.refused_ = StaleError("It is in the project already, as “nut”.")
    at = upload(screen, ("new.png", png()))
    next(box for box in at.selectbox if box.label == "It really is ...").set_value("washer").run()
    next(button for button in at.button if button.label == "Add it to this project").click().run()
    assert "as “nut”" in at.warning[0].value
    assert "Sent to this project" not in text_of(at)


def test_very_many_pictures_are_a_job(screen, monkeypatch):
    monkeypatch.setattr(try_desk, "AT_ONCE", 1)
    at = upload(screen, ("a.png", png()), ("b.png", png(1)))
    assert screen.studio.asked == [("r2", (None, ("a.png", "b.png"), "2 pictures"))]
    assert at.button(key="stop_import").label == "Stop answering"


def test_a_zip_among_the_pictures_is_taken_for_what_it_is(screen):
    upload(screen, ("New.ZIP", b"PK"))
    ((run_id, (source, names, name)),) = screen.studio.asked
    assert (run_id, names, name) == ("r2", (), "New.ZIP")
    assert source.read_bytes() == b"PK"


def test_a_job_under_way_is_followed_and_can_be_stopped(screen):
    screen.studio._job(JobKind.ANSWER, Progress(stage=Stage.ANSWER, done=3, total=9), job_id="a1")
    at = screen.open("try_it")
    at.button(key="stop_import").click().run()
    assert screen.studio.stopped == ["a1"]
    assert "Stopping keeps the answers there are." in text_of(at)


def test_a_folder_on_this_computer_is_answered(screen, tmp_path, monkeypatch):
    monkeypatch.setattr("ui.components.server_folder.allowed", lambda: True)
    at = screen.open("try_it", try_way="here")
    at.text_input(key="try_folder_path").set_value(str(tmp_path))
    at.button(key="try_this_folder").click().run()
    assert not at.exception
    assert screen.studio.asked == [("r2", (tmp_path, (), tmp_path.name))]


def test_a_row_is_opened_whatever_its_file_is_called(screen, tmp_path):
    """A key made of a file's name broke on two underscores, which part the identities of components."""
    (tmp_path / "a__b.png").write_bytes(png())
    (one,) = checked_alike([FoundFile(name="a__b.png", location=tmp_path / "a__b.png")], tmp_path)
    screen.studio.have_batch([one])
    at = screen.open("try_it", batch_a1_table_1={"selection": {"rows": [0], "columns": [], "cells": []}})
    assert not at.exception
    assert "Where the model looked for **bolt**" in text_of(at)


def batch_of(studio: FakeStudio, folder: Path, **more: object) -> None:
    files = []
    for name in ("=a.png", "unsure.png", "cut.png"):
        (folder / name).write_bytes(png()[:70] if name == "cut.png" else png(len(name)))
        files.append(FoundFile(name=name, location=folder / name))
    studio.have_batch(checked_alike(files, folder), **more)


def test_a_batch_is_a_table_with_small_pictures(screen, tmp_path):
    batch_of(screen.studio, tmp_path, found=5, class_folders=("bolt",))
    at = screen.open("try_it")
    told = text_of(at)
    rows = at.dataframe[0].value
    assert list(rows["File"]) == ["=a.png", "unsure.png", "cut.png"]
    assert list(rows["Answer"]) == ["bolt", "bolt", ""]
    assert list(rows["How sure"])[:2] == [93, 41]
    assert list(rows["Told"])[:2] == ["Answered", "Not sure"]
    assert rows["Picture"][0].startswith("data:image/jpeg;base64,")
    assert esc("You stopped it: 2 were not looked at.") in told
    assert "Test it further" in told
    at.button_group(key="batch_a1_outcome").set_value("Not sure").run()
    assert list(at.dataframe[0].value["File"]) == ["unsure.png"]
    at.button(key="forget_batch").click().run()
    assert not at.dataframe


def test_the_table_opens_in_a_spreadsheet_without_running_anything(screen, tmp_path):
    batch_of(screen.studio, tmp_path)
    lines = answer_table(screen.studio.batch_.tried).decode("utf-8-sig").splitlines()
    assert lines[:3] == [
        "file,answer,confidence,doubt,problem",
        "'=a.png,bolt,0.9300,,",
        "unsure.png,bolt,0.4100,not sure,",
    ]
    assert lines[3].startswith("cut.png,,,,")


def test_of_several_classes_it_is_told_how_sure_all_of_them_are(screen, tmp_path):
    """Beside "nothing that it knows" stood how likely the likeliest class is."""
    batch_of(screen.studio, tmp_path)
    one = screen.studio.batch_.tried[0]
    nothing = replace(one.answer, confidence=0.03, named=(), several=True, sure=0.96)
    _, line = answer_table([replace(one, answer=nothing)]).decode("utf-8-sig").splitlines()
    assert line == "'=a.png,,0.9600,,"
    assert batch_table._columns([replace(one, answer=nothing)], lambda _: "")["How sure"] == [96]


def test_a_bar_in_the_name_of_a_class_is_told_from_one_between_two_classes(screen, tmp_path):
    batch_of(screen.studio, tmp_path)
    one = screen.studio.batch_.tried[0]
    named = replace(one.answer, named=("a|b", "c"), labels=("c",), several=True)
    _, line = answer_table([replace(one, answer=named)]).decode("utf-8-sig").splitlines()
    assert line.split(",")[1] == r"a\|b|c"


def test_an_audience_plays_against_the_model(screen):
    answers = screen.studio.answers("r2", Split.TEST)
    right = next(one for one in answers if one.right and not one.doubt)
    wrong = next(one for one in answers if not one.right)
    at = screen.open("try_it", present=True, game=Game(run_id="r2", pictures=(right.sha256, wrong.sha256)))
    assert "What is this?" in text_of(at)
    at.button(key=f"vote_0_say_{screen.studio.classes.index(right.label)}").click().run()
    assert f"It is {esc(right.label)}" in text_of(at)
    assert "People 1 : 1 Model, of 1" in text_of(at)
    at.button(key="next_picture").click().run()
    at.toggle(key="count_hands").set_value(True).run()
    assert at.button(key="vote_1_show").disabled
    at.number_input(key=f"vote_1_hands_{screen.studio.classes.index(wrong.label)}").set_value(7).run()
    at.button(key="vote_1_show").click().run()
    at.button(key="next_picture").click().run()
    assert not at.exception
    assert "The people win: right on 2 of 2 pictures; the model was right on 1." in text_of(at)
    at.button(key="play_again").click().run()
    assert "Who is better: you, or the model?" in text_of(at)


def test_the_audience_plays_against_the_rule_that_the_model_answers_by(screen):
    """Where a mistake costs very much, the model never says the other class."""
    costs = (Cost(actual="bolt", said="gear", cost=1_000.0),)
    screen.studio.rules["r2"] = screen.studio.rule("r2", most_wrong=None, costs=costs)
    told = screen.studio.answers("r2", Split.TEST)
    gear = next(one for one in told if one.predicted == "gear" and not one.doubt)
    at = screen.open("try_it", present=True, game=Game(run_id="r2", pictures=(gear.sha256,)))
    at.button(key="vote_0_pass").click().run()
    assert "Model: **" in text_of(at)
    assert "Model: **gear**" not in text_of(at)


def test_surprise_me_begins_with_pictures_of_all_kinds(screen):
    at = screen.open("try_it", present=True)
    at.button(key="surprise").click().run()
    assert not at.exception
    assert "What is this?" in text_of(at)


def told(name: str, *, right: bool = True, doubt: Doubt | None = None) -> Answer:
    said = "owl" if right else "cat"
    return Answer(path=name, label="owl", predicted=said, confidence=0.9, sha256=name, doubt=doubt)


def test_a_mix_holds_right_wrong_and_unsure_ones():
    answers = [told(f"right {n}") for n in range(20)]
    answers += [told(f"wrong {n}", right=False) for n in range(3)]
    answers += [told(f"unsure {n}", doubt=Doubt.NOT_SURE) for n in range(3)]
    chance = random.Random(1)  # noqa: S311 - a game, no secret
    kinds = [name.split()[0] for name in presenting.mixed(answers, 8, chance)]
    assert [kinds.count(kind) for kind in ("right", "wrong", "unsure")] == [4, 2, 2]
    assert len(presenting.mixed(answers[:3], 8, chance)) == 3


def test_the_score_counts_what_was_revealed():
    answers = {"a": told("a"), "b": told("b", right=False), "c": told("c", doubt=Doubt.UNLIKE)}
    game = Game(run_id="r", pictures=("a", "b", "c")).voted("cat")
    assert game.voted("owl") == game, "one vote a picture"
    score = standing(game, answers)
    assert (score.people, score.model, score.of) == (0, 1, 1)
    game = game.next().voted("owl").next().voted(None)
    score = standing(game, answers)
    assert (score.people, score.model, score.of) == (1, 1, 3)
    assert game.next().phase is Phase.END
    assert who_won(score) == "A draw: people and the model were both right on 1 of 3 pictures."


@pytest.mark.parametrize(
    ("hands", "winner"), [({"a": 2, "b": 1}, "a"), ({"a": 2, "b": 2}, None), ({"a": 0}, None), ({}, None)]
)
def test_the_most_hands_decide(hands, winner):
    assert majority(hands) == winner


def test_how_sure_is_told_in_words():
    sure = [how_sure(replace(told("a"), confidence=value)) for value in (0.99, 0.9, 0.7, 0.55, 0.3)]
    expected = ["almost certain", "quite sure", "fairly sure", "not very sure", "little more than a guess"]
    assert sure == expected


@pytest.fixture
def packaged(screen: Screen) -> Screen:
    """The same, with a model that somebody else trained."""
    screen.studio.kept = (package(),)
    return screen


ELSEWHERE = Source(id="k1", packaged=True)


def test_a_model_from_elsewhere_is_asked_beside_the_runs(packaged):
    """A package that was brought in could be listed and removed, but never asked anything."""
    at = packaged.open("try_it")
    assert at.selectbox(key="run").value == "r2"
    at.button_group(key="model_side").set_value("elsewhere").run()
    assert not at.exception
    assert at.selectbox(key="package").options == ["Run 7, Other parts"]
    told = text_of(at).replace("\\", "").replace("\u2060", "")
    assert "It knows 2 classes: bolt, nut." in told
    assert "right on 93 % of 60 pictures that it had never seen (89 to 96 %)" in told
    assert "no presenter mode" in told
    assert not at.toggle
    at.file_uploader[0].upload("new.png", png())
    at.run()
    assert not at.exception
    assert packaged.studio.asked_of == [ELSEWHERE]
    assert [head.value for head in at.header] == ["bolt"]
    assert not [box for box in at.expander if box.label == "Why this answer"]
    assert not [button for button in at.button if button.label == "Add it to this project"]


def test_a_zip_for_a_model_from_elsewhere_lies_in_a_place_of_its_own(packaged):
    at = packaged.open("try_it", model_side="elsewhere")
    at.file_uploader[0].upload("new.zip", b"PK")
    at.run()
    assert packaged.studio.asked[0][0] == "k1"
    assert [job.project_id for job in packaged.studio.jobs_] == ["k1"]
    assert at.button(key="stop_import").label == "Stop answering"
    at.button_group(key="model_side").set_value("own").run()
    assert not [button for button in at.button if button.key == "stop_import"]


def test_what_a_model_from_elsewhere_answered_is_a_table(packaged, tmp_path):
    batch_of(packaged.studio, tmp_path, source=ELSEWHERE, class_folders=("bolt",))
    at = packaged.open("try_it", model_side="elsewhere")
    assert list(at.dataframe[0].value["Answer"]) == ["bolt", "bolt", ""]
    told = text_of(at)
    assert "Answered by Run 7 in" in told
    assert "right answers are not counted" in told
    assert "Evaluate" not in told


@pytest.mark.parametrize("state", ["empty", "data"])
def test_a_model_from_elsewhere_needs_no_model_of_ones_own(visit, state):
    screen = visit(state)
    screen.studio.kept = (package(),)
    at = screen.open("try_it")
    assert at.selectbox(key="package").value == "k1"
    assert not [one for one in at.get("button_group") if one.key == "model_side"]


def test_watching_what_a_model_from_elsewhere_answers_leads_to_it(packaged):
    packaged.studio._job(JobKind.ANSWER, Progress(stage=Stage.ANSWER, done=3, total=9), place="k1")
    at = packaged.open("home")
    at.button(key="open_job").click().run()
    assert at.title[0].value == "Will it work on a picture it has never seen?"
    assert at.selectbox(key="package").value == "k1"
    assert at.selectbox(key="project").value == "p1"
