"""The exact head says what scikit-learn says, and chooses as well."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.preprocessing import StandardScaler

from core.domain.choices import Output
from core.domain.errors import Cancelled, RunError
from core.training.head import PENALTIES, USUAL, LinearHead, cross_validated, fit_linear


def drawn(pictures: int, classes: int, features: int = 24, seed: int = 0, spread: float = 1.5):
    """Clouds around a centre per class: features (N, D), class indices (N,), one-hot targets (N, C)."""
    random = np.random.default_rng(seed)
    labels = np.arange(pictures) % classes
    centres = np.random.default_rng(99).normal(size=(classes, features))
    found = centres[labels] + spread * random.normal(size=(pictures, features))
    return (3 + 2 * found).astype(np.float32), labels, np.eye(classes, dtype=np.float32)[labels]


def said(head: LinearHead, features: np.ndarray) -> np.ndarray:
    logits = features @ head.weight.T + head.bias
    if logits.shape[1] == 1:
        return np.asarray(1 / (1 + np.exp(-logits)))
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def sklearn_says(features, labels, *, penalty: float, weights=None) -> np.ndarray:
    scaled = StandardScaler().fit_transform(features)
    fit = LogisticRegression(C=1 / penalty, tol=1e-8, max_iter=5000).fit(
        scaled, labels, sample_weight=weights
    )
    return np.asarray(fit.predict_proba(scaled))


@pytest.mark.parametrize("penalty", [0.5, 20.0])
@pytest.mark.parametrize("classes", [3, 5])
def test_several_classes_are_fitted_as_scikit_learn_does(classes, penalty):
    features, labels, targets = drawn(200, classes)
    head = fit_linear(features, targets, penalty=penalty)
    wanted = sklearn_says(features, labels, penalty=penalty)
    np.testing.assert_allclose(said(head, features), wanted, atol=0.01)
    assert head.weight.shape == (classes, 24)
    assert head.penalty == penalty
    assert head.accuracy is None


def test_one_output_for_two_classes_is_fitted_as_scikit_learn_does():
    features, labels, targets = drawn(150, 2)
    head = fit_linear(features, targets, penalty=5.0, output=Output.SIGMOID)
    assert head.weight.shape == (1, 24)
    assert head.bias.shape == (1,)
    wanted = sklearn_says(features, labels, penalty=5.0)[:, 1:]
    np.testing.assert_allclose(said(head, features), wanted, atol=0.01)


def test_two_outputs_say_the_same_as_one():
    features, _, targets = drawn(150, 2)
    one = fit_linear(features, targets, output=Output.SIGMOID)
    two = fit_linear(features, targets, output=Output.SOFTMAX)
    assert two.weight.shape == (2, 24)
    assert (two.penalty, two.accuracy) == (one.penalty, one.accuracy)
    np.testing.assert_allclose(said(two, features)[:, 1:], said(one, features), atol=1e-5)


def test_several_labels_are_a_yes_or_no_each():
    features, labels, _ = drawn(180, 3)
    targets = np.stack([labels == 0, labels != 1, features[:, 0] > 3], axis=1).astype(np.float32)
    head = fit_linear(features, targets, several=True, penalty=10.0)
    answers = 1 / (1 + np.exp(-(features @ head.weight.T + head.bias)))
    for output in range(3):
        wanted = sklearn_says(features, targets[:, output], penalty=10.0)[:, 1]
        np.testing.assert_allclose(answers[:, output], wanted, atol=0.01)


def test_two_labels_of_several_have_two_outputs_even_with_one_output_for_two_classes():
    features, labels, _ = drawn(60, 3)
    targets = np.stack([labels == 0, labels < 2], axis=1).astype(np.float32)
    head = fit_linear(features, targets, several=True, penalty=1.0, output=Output.SIGMOID)
    assert head.weight.shape == (2, 24)


def test_weights_count_as_in_scikit_learn_and_only_by_their_shares():
    features, labels, targets = drawn(200, 3)
    weights = np.where(labels == 0, 3.0, 1.0)
    head = fit_linear(features, targets, penalty=10.0, weights=weights)
    wanted = sklearn_says(features, labels, penalty=10.0, weights=weights / weights.mean())
    np.testing.assert_allclose(said(head, features), wanted, atol=0.01)
    tripled = fit_linear(features, targets, penalty=10.0, weights=3 * weights)
    np.testing.assert_allclose(tripled.weight, head.weight, atol=1e-4)


def test_soft_targets_are_learnt_as_they_are():
    """Logits of a fit to 0.9 and 0.1 end at 0.9 and 0.1, where those of a fit to ones and zeros go on."""
    targets = np.array([[0.9, 0.1], [0.1, 0.9]] * 20, dtype=np.float32)
    features = np.array([[1.0], [-1.0]] * 20, dtype=np.float32)
    head = fit_linear(features, targets, penalty=1e-3)
    np.testing.assert_allclose(said(head, features), targets, atol=0.01)


def test_the_penalty_chosen_is_as_good_as_scikit_learns_on_digits():
    pictures = load_digits()
    features, labels = pictures.data.astype(np.float32), pictures.target
    order = np.random.default_rng(0).permutation(len(features))
    learnt, asked = order[:600], order[600:]
    head = fit_linear(features[learnt], np.eye(10, dtype=np.float32)[labels[learnt]])
    right = (said(head, features[asked]).argmax(axis=1) == labels[asked]).mean()
    scale = StandardScaler().fit(features[learnt])
    peer = LogisticRegressionCV(
        Cs=[1 / penalty for penalty in PENALTIES],
        cv=5,
        max_iter=2000,
        l1_ratios=(0,),
        use_legacy_attributes=False,
        scoring="accuracy",
    ).fit(scale.transform(features[learnt]), labels[learnt])
    assert right >= peer.score(scale.transform(features[asked]), labels[asked]) - 0.005
    assert head.accuracy == pytest.approx(right, abs=0.03)


def test_noise_is_held_back_more_than_what_tells():
    features, labels, targets = drawn(200, 4, spread=0.3)
    noise = np.random.default_rng(1).permutation(labels)
    clear = fit_linear(features, targets)
    unclear = fit_linear(features, np.eye(4, dtype=np.float32)[noise])
    assert clear.penalty < unclear.penalty
    assert clear.accuracy is not None
    assert clear.accuracy > 0.95
    assert unclear.accuracy is not None
    assert unclear.accuracy < 0.4


def test_same_input_and_seed_give_the_same_bits():
    features, _, targets = drawn(150, 3)
    one, two = (fit_linear(features, targets, seed=5) for _ in range(2))
    assert one.weight.tobytes() == two.weight.tobytes()
    assert one.bias.tobytes() == two.bias.tobytes()
    assert one.penalty == two.penalty


def test_views_of_a_picture_are_never_asked_about_by_fits_that_learnt_from_another_view():
    """Labels that say nothing are learnt by heart, and look well known as soon as a twin is asked about."""
    random = np.random.default_rng(0)
    once = random.normal(size=(80, 200)).astype(np.float32)
    features, labels = np.repeat(once, 5, axis=0), np.repeat(random.integers(0, 2, 80), 5)
    targets, picture = np.eye(2, dtype=np.float32)[labels], np.repeat(np.arange(80), 5)
    together = cross_validated(features, targets, groups=picture, penalty=1.0)
    apart = cross_validated(features, targets, penalty=1.0)
    assert together is not None
    assert apart is not None
    assert together.accuracy < 0.7
    assert apart.accuracy > 0.95


def test_out_of_fold_probabilities_belong_to_every_picture_and_sum_to_one():
    features, labels, targets = drawn(120, 3, spread=0.5)
    found = cross_validated(features, targets)
    assert found is not None
    assert found.probabilities.shape == (120, 3)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-5)
    assert (found.probabilities.argmax(axis=1) == labels).mean() == found.accuracy
    assert found.penalty in PENALTIES


def test_a_wrong_label_is_doubted_by_those_who_did_not_learn_it():
    features, labels, targets = drawn(120, 3, spread=0.3)
    targets[7] = np.roll(targets[7], 1)
    found = cross_validated(features, targets)
    assert found is not None
    assert found.probabilities[7, labels[7]] > 0.9


def test_many_pictures_are_all_answered_though_some_are_enough_to_choose_by(monkeypatch):
    monkeypatch.setattr("core.training.head.LEAST_LOOKED_AT", 100)
    monkeypatch.setattr("core.training.head.MOST_ANSWERS", 300)
    features, labels, targets = drawn(400, 3, spread=0.5)
    found = cross_validated(features, targets)
    assert found is not None
    assert (found.probabilities.argmax(axis=1) == labels).mean() > 0.95
    assert fit_linear(features, targets).penalty == found.penalty


def test_accuracy_with_several_labels_asks_for_all_of_them():
    features, labels, _ = drawn(150, 3, spread=0.3)
    targets = np.stack([labels == 0, labels < 2], axis=1).astype(np.float32)
    found = cross_validated(features, targets, several=True)
    assert found is not None
    right = ((found.probabilities >= 0.5) == (targets >= 0.5)).all(axis=1)
    assert found.accuracy == right.mean()


def test_pictures_of_one_group_alone_take_the_usual_penalty():
    features, _, targets = drawn(40, 2)
    head = fit_linear(features, targets, groups=np.zeros(40))
    assert head.penalty == USUAL
    assert head.accuracy is None
    assert cross_validated(features, targets, groups=np.zeros(40)) is None


def test_a_constant_feature_is_left_out():
    features, _, targets = drawn(90, 3)
    features[:, 4] = 0.1
    features[:, 5] = 0.0
    head = fit_linear(features, targets)
    assert not head.weight[:, 4:6].any()
    assert np.isfinite(head.weight).all()


def test_features_may_be_half_precision_and_read_only():
    features, labels, targets = drawn(90, 3, spread=0.3)
    half = features.astype(np.float16)
    half.flags.writeable = False
    head = fit_linear(half, targets)
    assert (said(head, features).argmax(axis=1) == labels).mean() > 0.95


def test_features_that_are_not_numbers_are_named():
    features, _, targets = drawn(30, 3)
    features[3, 2] = np.nan
    with pytest.raises(RunError, match="not a number"):
        fit_linear(features, targets)


def test_the_features_given_are_not_changed():
    features, _, targets = drawn(30, 3)
    before = features.copy()
    fit_linear(features, targets, penalty=1.0)
    np.testing.assert_array_equal(features, before)


def test_it_stops_when_asked():
    features, _, targets = drawn(60, 3)
    with pytest.raises(Cancelled):
        fit_linear(features, targets, stopped=lambda: True)
