"""Configure: presets, every setting, one start."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Issue, IssueKind, Severity
from core.domain.errors import RunError
from core.domain.outlook import Outdated
from core.domain.run import JobKind, Progress, Stage
from core.domain.setting import settings_of
from tests.pages.conftest import ROOT, text_of
from tests.ui.fake_results import TWO_MINUTES, outlook_of
from ui import navigation
from ui.components import settings_form
from ui.words import esc

FORM = "d1_balanced_efficientnet_lite0"


def test_every_setting_has_its_place_in_the_form():
    settings = settings_of(TrainConfig)
    placed = [name for names in settings_form.groups(settings).values() for name in names]
    assert sorted([*placed, *settings_form.ELSEWHERE]) == sorted(settings)


def test_starting_hands_over_the_preset_and_goes_to_train(visit):
    screen = visit("data")
    at = screen.open("configure")
    at.button(key="choose_quick").click().run()
    at.button(key="start").click().run()
    config, preset, _ = screen.studio.started[0]
    assert (preset, config.fine_tune_blocks) == (Preset.QUICK, 0)
    assert at.title[0].value == "How is it going?"


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ((), None),
        ((JobKind.LABELS, JobKind.LOOK, JobKind.MAP, JobKind.RATES), None),
        ((JobKind.TEST,), "this run shares the computer with it"),
        ((JobKind.LABELS, JobKind.TEST, JobKind.TRAIN), "this run will wait for its turn"),
    ],
)
def test_a_run_is_told_to_wait_for_trainings_alone(visit, kinds, told):
    """It was told to wait for imports and for a label check, which the start of a run stops."""
    screen = visit("data")
    for kind in kinds:
        screen.studio._job(kind, Progress(stage=Stage.FEATURES, done=1, total=9), job_id=kind)
    words = text_of(screen.open("configure"))
    assert ("on this computer; this run" in words) == bool(told)
    assert (told or "") in words


def test_changed_settings_are_no_preset_any_more(visit):
    screen = visit("data")
    at = screen.open("configure")
    at.number_input(key=f"{FORM}_seed").set_value(7).run()
    at.button(key="start").click().run()
    config, preset, _ = screen.studio.started[0]
    assert (config.seed, preset) == (7, None)


def test_the_summary_follows_the_settings(visit):
    at = visit("data").open("configure")
    at.number_input(key=f"{FORM}_head_epochs").set_value(77).run()
    assert "77 epochs" in text_of(at)


def test_a_finding_that_forbids_training_locks_configure(visit):
    """The Pictures page closed the way on, but Configure, opened from the menu, started the run."""
    screen = visit("data")
    forbids = Issue(
        kind=IssueKind.LEAK, severity=Severity.BLOCKS, message="Half of it is the same.", hint="Mend that."
    )
    screen.studio.dataset_ = replace(screen.studio.dataset_, issues=(forbids,))
    at = screen.open("configure")
    assert "start" not in {button.key for button in at.button}
    assert esc("Half of it is the same. Mend that.") in text_of(at)


def test_the_menu_shows_the_lock_of_pictures_that_cannot_be_trained_on(visit):
    (summary,) = visit("data").studio.summaries()
    icons = [navigation._icon(navigation.STEPS[1], summary, blocked=blocked) for blocked in (False, True)]
    assert icons == [":material/tune:", navigation.LOCK]


def test_settings_that_contradict_each_other_stop_the_start(visit):
    at = visit("data").open("configure")
    at.number_input(key=f"{FORM}_fine_tune_epochs").set_value(0).run()
    assert at.button(key="start").disabled
    assert "for 0 epochs" in at.warning[0].value


def test_no_more_blocks_can_learn_than_the_network_has(visit):
    at = visit("data").open("configure")
    assert at.number_input(key=f"{FORM}_fine_tune_blocks").max == 10


def test_a_backbone_that_must_be_fetched_says_how_much(visit):
    at = visit("data").open("configure")
    at.selectbox(key="backbone_efficientnet_lite0_0").set_value("resnet50").run()
    assert "the first use downloads 98 MB" in text_of(at)


def test_a_second_click_carries_the_token_of_the_first(visit, monkeypatch):
    """A click that fails half-way keeps its token: clicking again must not start a second run."""
    screen = visit("data")
    at = screen.open("configure")
    real, tokens = screen.studio.start_run, []

    def failing_once(project_id, config, *, preset, token):
        tokens.append(token)
        if len(tokens) == 1:
            raise RunError("The database is busy.", hint="Try again.")
        return real(project_id, config, preset=preset, token=token)

    monkeypatch.setattr(screen.studio, "start_run", failing_once)
    at.button(key="start").click().run()
    assert "Try again" in at.error[0].value
    at.button(key="start").click().run()
    assert tokens[0] == tokens[1]
    assert "start_token" not in at.session_state


def test_settings_are_kept_and_taken_up_again(visit):
    screen = visit("data")
    at = screen.open("configure")
    at.number_input(key=f"{FORM}_seed").set_value(7).run()
    at.text_input(key="settings_name").set_value("Lucky").run()
    at.button(key="settings_keep").click().run()
    (kept,) = screen.studio.sets_
    assert (kept.name, kept.config.seed) == ("Lucky", 7)
    fresh = screen.open("configure")
    fresh.selectbox(key="shelf_choice").set_value("Kept: Lucky").run()
    fresh.button(key="shelf_take").click().run()
    fresh.button(key="start").click().run()
    config, preset, _ = screen.studio.started[-1]
    assert (config.seed, preset) == (7, None)


def test_kept_settings_can_be_thrown_away_but_those_of_a_run_cannot(visit):
    """What was kept once stood in the list for ever."""
    screen = visit("done")
    for name in ("Lucky", "Slow"):
        screen.studio.keep_settings(name, TrainConfig())
    at = screen.open("configure")
    assert at.button(key="shelf_bin").disabled
    run = next(option for option in at.selectbox(key="shelf_choice").options if "Kept" not in option)
    at.selectbox(key="shelf_choice").set_value(run).run()
    assert at.button(key="shelf_bin").disabled
    at.selectbox(key="shelf_choice").set_value("Kept: Lucky").run()
    at.button(key="shelf_bin").click().run()
    assert [kept.name for kept in screen.studio.sets_] == ["Slow"]
    assert "Kept: Lucky" not in at.selectbox(key="shelf_choice").options
    assert at.selectbox(key="shelf_choice").value is None
    assert [toast.value for toast in at.toast] == ["The settings “Lucky” were thrown away."]


def test_looks_ahead_by_itself_once(visit):
    screen = visit("data")
    screen.open("configure")
    assert screen.studio.look_job is not None
    screen.studio.look_job = replace(screen.studio.look_job, id="kept")
    screen.open("configure")
    assert screen.studio.look_job.id == "kept"


def test_what_looking_ahead_would_tell_is_said_until_it_was_told(visit):
    screen = visit("data")
    at = screen.open("configure")
    at.run()  # the look that began by itself has ended with nothing told
    assert "found out from your own pictures, in about a minute" in text_of(at)
    assert at.button(key="look_ahead").label == "Look ahead"
    screen.studio.outlook_ = outlook_of("efficientnet_lite0", "EfficientNet-Lite0")
    assert "in about a minute" not in text_of(at.run())


@pytest.mark.parametrize(
    ("outdated", "told"), [(Outdated.MACHINE, "on another computer"), (Outdated.BACKBONES, "Not the same")]
)
def test_what_is_outdated_is_looked_at_again_and_can_be(visit, outdated, told):
    screen = visit("data")
    known = outlook_of("efficientnet_lite0", "EfficientNet-Lite0")
    screen.studio.outlook_, screen.studio.outdated_ = replace(known, complete=False), outdated
    at = screen.open("configure")
    assert screen.studio.look_job is not None  # by itself
    screen.studio.look_job = replace(screen.studio.look_job, id="ended")
    assert told in text_of(at.run())
    button = at.button(key="look_ahead")
    assert button.label == "Look again"
    button.click().run()
    assert screen.studio.look_job.id == "look"


def test_what_to_expect_stands_on_the_cards_and_above_the_start(visit):
    screen = visit("data")
    screen.studio.outlook_ = outlook_of("efficientnet_lite0", "EfficientNet-Lite0")
    text = text_of(screen.open("configure"))
    assert "Expect about 91 to 96 of 100 right" in text.replace("\\", "")
    assert "It will most often take" in text
    assert "the only backbone that is ready" in text


def test_no_limit_is_a_choice_that_can_be_kept_for_a_visit(visit):
    """None, kept by Streamlit, would come back as nothing chosen, and the box would be empty."""
    limit = visit("data").open("configure").selectbox(key="minutes")
    assert limit.value is not None
    assert limit.options[limit.index] == "As long as it takes"


def test_a_time_limit_shortens_the_plan_and_minutes_are_told(visit):
    screen = visit("data")
    screen.studio.costs_ = TWO_MINUTES
    at = screen.open("configure")
    assert "1 to 3 minutes" in text_of(at)
    at.selectbox(key="minutes").set_value(5).run()
    at.button(key="start").click().run()
    config, preset, _ = screen.studio.started[0]
    assert (config.fine_tune_epochs, preset) == (2, Preset.BALANCED)


def _finding_out(screen, monkeypatch, **found):
    """Let the plan be another one from now on, as after a look ahead."""
    real = screen.studio.plan
    monkeypatch.setattr(screen.studio, "plan", lambda *args, **more: replace(real(*args, **more), **found))


def test_what_a_look_ahead_finds_out_is_what_is_started(visit, monkeypatch):
    screen = visit("data")
    at = screen.open("configure")
    _finding_out(screen, monkeypatch, mirror=True, batch_size=8)
    at.run()
    at.button(key="start").click().run()
    config, preset, _ = screen.studio.started[0]
    assert (config.mirror, config.batch_size, preset) == (True, 8, Preset.BALANCED)


def test_changes_stay_when_the_plan_becomes_another_one(visit, monkeypatch):
    screen = visit("data")
    at = screen.open("configure")
    at.number_input(key=f"{FORM}_seed").set_value(7).run()
    _finding_out(screen, monkeypatch, mirror=True)
    at.run()
    at.run()
    assert "You have changed: Seed." in text_of(at)
    at.button(key="start").click().run()
    config, preset, _ = screen.studio.started[0]
    assert (config.seed, config.mirror, preset) == (7, True, None)


def test_changes_stay_for_a_visit_and_can_be_taken_back(visit):
    at = visit("data").open("configure")
    at.number_input(key=f"{FORM}_seed").set_value(7).run()
    at.switch_page(str(ROOT / "pages" / "upload.py")).run()
    at.switch_page(str(ROOT / "pages" / "configure.py")).run()
    assert "You have changed: Seed." in text_of(at)
    at.button(key="back_to_preset").click().run()
    assert "You have changed" not in text_of(at)
    assert at.number_input(key=f"{FORM}_1_seed").value == TrainConfig().seed


def test_a_time_limit_holds_for_settings_that_were_taken_up(visit):
    screen = visit("data")
    screen.studio.costs_ = TWO_MINUTES
    at = screen.open("configure")
    at.session_state["own_settings"] = ("p1", screen.studio.plan(Preset.BALANCED, "p1"), 1)
    at.run()
    assert "taken up instead of the preset" in text_of(at)
    at.selectbox(key="minutes").set_value(5).run()
    at.button(key="start").click().run()
    assert screen.studio.started[0][0].fine_tune_epochs == 2


def test_settings_taken_up_in_another_project_are_not_those_of_this_one(visit):
    screen = visit("data")
    other = replace(screen.studio.plan(Preset.BALANCED, "p1"), seed=7)
    at = screen.open("configure", own_settings=("p2", other, 1))
    at.button(key="start").click().run()
    config, preset, _ = screen.studio.started[0]
    assert (config.seed, preset) == (TrainConfig().seed, Preset.BALANCED)


def test_a_good_rate_is_looked_for_and_used(visit):
    screen = visit("data")
    at = screen.open("configure")
    at.session_state["advanced"] = True
    at.run()
    at.button(key="range_test_fine_tune_learning_rate").click().run()
    assert "A rate of" in text_of(at)
    at.button(key="range_use_fine_tune_learning_rate").click().run()
    at.button(key="start").click().run()
    config, preset, _ = screen.studio.started[-1]
    assert (config.fine_tune_learning_rate, preset) == (2e-4, None)
