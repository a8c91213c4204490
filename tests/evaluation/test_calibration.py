import numpy as np
import pytest

from core.evaluation.calibration import calibration, cooled, fit_temperature, sureness
from tests.evaluation import made


def softmax(logits):
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


def told(temperature, *, pictures=4_000, classes=4):
    """Answers of a model that is right as often as it says, but for a factor on its logits."""
    chance = np.random.default_rng(1)
    logits = chance.normal(scale=2, size=(pictures, classes))
    labels = np.array([chance.choice(classes, p=row / row.sum()) for row in softmax(logits).astype(float)])
    return softmax(logits * temperature), labels[:, None] == np.arange(classes)


@pytest.mark.parametrize("temperature", [0.5, 3.0])
def test_finds_by_how_much_a_model_is_too_sure(temperature):
    probabilities, actual = told(temperature)

    assert fit_temperature(probabilities, actual, several=False) == pytest.approx(temperature, rel=0.08)


def test_what_luck_explains_as_well_is_left_alone():
    """A temperature fitted to 60 pictures made how sure a head is worse on test pictures, not better."""
    assert fit_temperature(*told(1.0), several=False) == 1.0
    probabilities, actual = told(1.15, pictures=60)
    assert fit_temperature(probabilities, actual, several=False) == 1.0


def test_pictures_of_series_tell_less():
    probabilities, actual = told(1.5, pictures=200)
    assert fit_temperature(probabilities, actual, several=False) > 1.2
    assert fit_temperature(probabilities, actual, several=False, independent=0.05) == 1.0


def test_finds_it_for_several_classes_to_a_picture():
    chance = np.random.default_rng(2)
    logits = chance.normal(scale=2, size=(3_000, 3))
    actual = chance.random(logits.shape) < 1 / (1 + np.exp(-logits))
    probabilities = (1 / (1 + np.exp(-2 * logits))).astype(np.float32)

    assert fit_temperature(probabilities, actual, several=True) == pytest.approx(2.0, rel=0.08)


@pytest.mark.parametrize("several", [False, True])
def test_cooling_changes_no_answer(several):
    predictions = (made.drawn_several if several else made.drawn)(200, 4)
    before = predictions.probabilities
    after = cooled(before, 2.5, several=several)

    assert (after.argmax(axis=1) == before.argmax(axis=1)).all()
    assert ((after >= 0.5) == (before >= 0.5)).all() or not several
    assert np.abs(after - 0.5).max() < np.abs(before - 0.5).max()
    assert cooled(before, 1.0, several=several) is before


def test_a_perfect_validation_leaves_the_model_as_it_is():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8]], dtype=np.float32)

    assert fit_temperature(probabilities, np.eye(2, dtype=bool), several=False) == 1.0
    assert fit_temperature(probabilities[:0], np.zeros((0, 2), dtype=bool), several=False) == 1.0


def test_the_error_is_what_one_counts_by_hand():
    """Two answers 0.95 sure, one right; two 0.65 sure, both right: (2 x 0.45 + 2 x 0.35) / 4."""
    probabilities = np.array([[0.95, 0.05], [0.95, 0.05], [0.35, 0.65], [0.35, 0.65]], dtype=np.float32)
    actual = np.array([[True, False], [False, True], [False, True], [False, True]])

    found = sureness(probabilities, actual, several=False)

    assert found.error == pytest.approx(0.4)
    assert [(one.low, one.answers, one.right.value) for one in found.bins] == [(0.6, 2, 1.0), (0.9, 2, 0.5)]
    assert found.log_loss == pytest.approx(-np.log([0.95, 0.05, 0.65, 0.65]).mean(), abs=1e-6)


def test_a_sure_answer_falls_into_the_last_bin():
    found = sureness(np.array([[1.0, 0.0]], dtype=np.float32), np.array([[True, False]]), several=False)

    assert [(one.low, one.high) for one in found.bins] == [(0.9, 1.0)]
    assert found.error == 0


def test_cooling_mends_the_error_of_a_model_that_is_too_sure():
    probabilities, actual = told(3.0)

    found = calibration(probabilities, actual, temperature=3.0, several=False)

    assert found.before.error > 0.1
    assert found.after.error < 0.02
    assert found.after.log_loss < found.before.log_loss


def test_without_pictures_there_is_nothing_to_tell():
    none = np.zeros((0, 2))
    assert calibration(none.astype(np.float32), none.astype(bool), temperature=1.0, several=False) is None
