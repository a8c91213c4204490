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
    watch.now += 2
    assert told.rate(Stage.FEATURES, 20) == 10
    assert told.seconds_left(Stage.FEATURES, 20) == pytest.approx(80 / 10 + 30 / 10 + ASIDE_SECONDS)


def test_fine_tuning_is_guessed_from_the_frozen_pass_until_it_runs(watch: Watch):
    told = clock(watch, epochs=2)
    told.rate(Stage.FEATURES, 0)
    watch.now += 10
    told.rate(Stage.FEATURES, 100)
    guessed = 2 * 70 / (10 / FINE_TUNE_COST)
    assert told.seconds_left(Stage.HEAD, 5) == pytest.approx(30 / 10 + guessed + ASIDE_SECONDS)
    told.rate(Stage.FINE_TUNE, 0)
    watch.now += 10
    told.rate(Stage.FINE_TUNE, 40)
    assert told.seconds_left(Stage.FINE_TUNE, 40) == pytest.approx(100 / 4 + 30 / 10)


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


def test_other_settings_are_measured_anew(watch: Watch):
    told = clock(watch, epochs=1)
    told.expect(measured)
    told.seconds_left(Stage.FINE_TUNE, 0)
    watch.now += 50
    told.expect(lambda _stage, _done: 20.0)
    assert told.seconds_left(Stage.FINE_TUNE, 0) == 20
