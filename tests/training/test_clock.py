"""The time left follows the pace, and never promises what nothing is known of."""

import pytest

from core.domain.run import Stage
from core.training.clock import ASIDE_SECONDS, FINE_TUNE_COST, Clock


class Watch:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def clock(watch: Watch, *, epochs: int = 0) -> Clock:
    return Clock(pictures=100, train_pictures=70, judged_pictures=30, fine_tune_epochs=epochs, now=watch)


def test_nothing_is_promised_before_anything_is_known(watch: Watch):
    assert clock(watch).rate(Stage.FEATURES, 0) is None
    assert clock(watch).seconds_left(Stage.FEATURES, 0) is None


def test_the_frozen_pass_tells_its_own_rest_and_the_evaluation(watch: Watch):
    told = clock(watch)
    told.rate(Stage.FEATURES, 0)
    watch.now += 9  # until the network is ready
    assert told.rate(Stage.FEATURES, 4) is None
    watch.now += 1.6
    assert told.rate(Stage.FEATURES, 20) == pytest.approx(10)
    assert told.seconds_left(Stage.FEATURES, 20) == pytest.approx(80 / 10 + 30 / 10 + ASIDE_SECONDS)


def test_fine_tuning_is_guessed_from_the_frozen_pass_until_it_runs(watch: Watch):
    told = clock(watch, epochs=2)
    told.rate(Stage.FEATURES, 10)
    watch.now += 9
    told.rate(Stage.FEATURES, 100)
    guessed = 2 * 70 / (10 / FINE_TUNE_COST)
    assert told.seconds_left(Stage.HEAD, 5) == pytest.approx(30 / 10 + guessed + ASIDE_SECONDS)
    told.rate(Stage.FINE_TUNE, 8)
    watch.now += 8
    told.rate(Stage.FINE_TUNE, 40)
    assert told.seconds_left(Stage.FINE_TUNE, 40) == pytest.approx(100 / 4 + 30 / 10)


def test_a_run_that_goes_on_is_timed_from_there(watch: Watch):
    """In epoch 15 of 20, soon after "Resume", 1,410 pictures per second were told for 10, and 5 s for 600."""
    told = Clock(pictures=1_000, train_pictures=1_000, judged_pictures=0, fine_tune_epochs=20, now=watch)
    told.rate(Stage.FINE_TUNE, 0)
    watch.now += 1
    assert told.rate(Stage.FINE_TUNE, 14_010) is None
    watch.now += 9
    assert told.rate(Stage.FINE_TUNE, 14_100) == 10
    assert told.seconds_left(Stage.FINE_TUNE, 14_100) == 590


def test_every_view_of_the_pictures_is_timed_alike(watch: Watch):
    told = clock(watch)
    told.rate(Stage.FEATURES, 20)
    watch.now += 8
    assert told.rate(Stage.FEATURES, 100) == 10
    told.rate(Stage.FEATURES, 0)  # the next view begins
    watch.now += 4
    assert told.rate(Stage.FEATURES, 16) == 10  # the pace of before
    watch.now += 4
    assert told.rate(Stage.FEATURES, 36) == 5


def test_the_share_done_never_falls(watch: Watch):
    told = clock(watch)
    assert told.share(None) == 0
    watch.now += 30
    assert told.share(30) == pytest.approx(0.5)
    assert told.share(300) == pytest.approx(0.5)
    watch.now += 60
    assert told.share(10) == pytest.approx(0.9)


def measured(stage: Stage, done: int) -> float:
    """100 s for 100 pictures of fine-tuning, and 10 s to judge."""
    return 110.0 - done if stage is Stage.FINE_TUNE else 10.0


def test_measured_costs_tell_the_time_from_the_beginning(watch: Watch):
    told = clock(watch, epochs=1)
    told.expect(measured)
    assert told.seconds_left(Stage.FINE_TUNE, 0) == 110


def test_measured_costs_are_set_right_by_the_pace(watch: Watch):
    told = clock(watch, epochs=1)
    told.expect(measured)
    told.seconds_left(Stage.FINE_TUNE, 0)
    watch.now += 2
    assert told.seconds_left(Stage.FINE_TUNE, 1) == 109  # too little is behind it to tell
    watch.now += 38
    assert told.seconds_left(Stage.FINE_TUNE, 20) == 180  # 40 s for what was to take 20
    watch.now += 1_000
    assert told.seconds_left(Stage.FINE_TUNE, 60) == 250  # no more than five times as slow


def test_a_run_that_is_taken_up_is_measured_from_there(watch: Watch):
    told = clock(watch, epochs=1)
    told.expect(measured)
    told.seconds_left(Stage.FINE_TUNE, 50)
    watch.now += 10
    assert told.seconds_left(Stage.FINE_TUNE, 60) == 50


def test_what_was_done_before_a_pause_is_no_pace(watch: Watch):
    """A stage is told as 0 of 0 first: all that was done before seemed to have taken a second."""
    told = clock(watch, epochs=1)
    told.expect(measured)
    told.seconds_left(Stage.PIXELS, 0)
    told.seconds_left(Stage.FINE_TUNE, 0)
    watch.now += 1
    assert told.seconds_left(Stage.FINE_TUNE, 70) == 40
    watch.now += 20
    assert told.seconds_left(Stage.FINE_TUNE, 80) == 60  # twice as slow as 30


def test_the_pace_of_one_stage_counts_in_the_next(watch: Watch):
    told = clock(watch, epochs=1)
    told.expect(lambda stage, done: 130.0 - done if stage is Stage.PIXELS else measured(stage, done))
    told.seconds_left(Stage.PIXELS, 1)
    watch.now += 38
    assert told.seconds_left(Stage.PIXELS, 20) == 220
    assert told.seconds_left(Stage.FINE_TUNE, 0) == 220


def test_time_spent_on_what_costs_do_not_tell_is_no_pace(watch: Watch):
    """Ways are tried for as long as the user wants; the training itself does not come closer meanwhile."""
    told = clock(watch, epochs=1)
    told.expect(lambda stage, done: 110.0 if stage is Stage.SEARCH else measured(stage, done))
    told.seconds_left(Stage.FINE_TUNE, 1)
    watch.now += 10
    told.seconds_left(Stage.FINE_TUNE, 11)
    for done in (1, 100, 200):
        watch.now += 100
        assert told.seconds_left(Stage.SEARCH, done) == 110


def test_other_settings_are_measured_anew(watch: Watch):
    told = clock(watch, epochs=1)
    told.expect(measured)
    told.seconds_left(Stage.FINE_TUNE, 0)
    watch.now += 50
    told.expect(lambda _stage, _done: 20.0)
    assert told.seconds_left(Stage.FINE_TUNE, 0) == 20
