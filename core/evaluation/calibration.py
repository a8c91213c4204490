"""How sure the model is, and whether it is right as often as that."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.stats import chi2

from core.domain.report import Calibration, ReliabilityBin, Sureness
from core.evaluation.intervals import chance_of_share, wilson_of_series

BINS = 10
LEAST = 1e-7  # probabilities nearer to 0 or 1 than this are float32's rounding
_LUCK = float(chi2.ppf(0.95, 1))
_BOUNDS = (np.log(0.05), np.log(20.0))  # of the temperature's logarithm

Shares = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


def fit_temperature(
    probabilities: Shares, actual: Marks, *, several: bool, independent: float = 1.0
) -> float:
    """Return by what to divide the logits, so that these pictures' true classes become likeliest.

    C. Guo and others, On calibration of modern neural networks, 2017. ``probabilities`` and ``actual`` are
    (N, C). The order of the classes stays, and so every answer. It is 1 where no picture was answered
    wrongly, for then nothing tells how far to trust the model less; and where it would explain these
    pictures no better than luck does (likelihood ratio test): fitted to few pictures, it does harm.
    ``independent`` is the share of the pictures that are not of a series already counted.
    """
    wrong = (probabilities >= 0.5) != actual if several else ~actual[_first(probabilities)]
    if not len(actual) or not wrong.any():
        return 1.0

    def loss(logarithm: float) -> float:
        toned = cooled(probabilities, float(np.exp(logarithm)), several=several)
        return _log_loss(toned, actual, several=several)

    found = minimize_scalar(loss, bounds=_BOUNDS, method="bounded", options={"xatol": 1e-4})
    gained = 2 * independent * len(actual) * (loss(0.0) - found.fun)  # with several, each picture as one
    return float(np.exp(found.x)) if gained > _LUCK else 1.0


def cooled(probabilities: Shares, temperature: float, *, several: bool) -> Shares:
    """Return the probabilities with the logits divided by ``temperature``, (N, C)."""
    if temperature == 1.0:
        return probabilities
    likely = np.clip(probabilities.astype(np.float64), LEAST, 1 - LEAST if several else 1.0)
    if several:
        odds = (likely / (1 - likely)) ** (1 / temperature)
        return np.asarray(odds / (1 + odds), dtype=np.float32)
    logits = np.log(likely) / temperature
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)


def calibration(
    probabilities: Shares,
    actual: Marks,
    *,
    temperature: float,
    several: bool,
    groups: npt.NDArray[np.int64] | None = None,
) -> Calibration | None:
    """Return how sure these answers are before and after, None without pictures; arrays are (N, C)."""
    if not len(actual):
        return None
    after = cooled(probabilities, temperature, several=several)
    return Calibration(
        temperature=temperature,
        before=sureness(probabilities, actual, several=several, groups=groups),
        after=sureness(after, actual, several=several, groups=groups),
    )


def sureness(
    probabilities: Shares,
    actual: Marks,
    *,
    several: bool,
    groups: npt.NDArray[np.int64] | None = None,
) -> Sureness:
    """Return how often answers are right that are about equally sure, in ten bins of equal width.

    The error is that of M. P. Naeini and others, Obtaining well calibrated probabilities using Bayesian
    binning, 2015: the distance between both, weighted by the answers of each bin. Even of a model that is
    right as often as it is sure it is above 0, the more so the fewer the answers: what is more than luck is
    told by the chances. The yes and no to the classes of one picture count as a series.
    """
    sure, right = _answers(probabilities, actual, several=several)
    every = groups
    if several:
        every = np.repeat(np.arange(len(actual)) if groups is None else groups, actual.shape[1])
    places = np.minimum((sure * BINS).astype(np.intp), BINS - 1)
    bins = [_bin(place, places == place, sure, right, every) for place in np.unique(places).tolist()]
    error = sum(one.answers * abs(one.sure - one.right.value) for one in bins) / len(sure)
    return Sureness(
        answers=len(sure),
        error=float(error),
        log_loss=_log_loss(probabilities, actual, several=several),
        bins=tuple(bins),
        pictures=len(actual),
        chance=chance_of_share(right, every, expected=float(sure.mean())),
    )


def _bin(
    place: int, among: Marks, sure: Floats, right: Marks, groups: npt.NDArray[np.int64] | None
) -> ReliabilityBin:
    those = None if groups is None else groups[among]
    share, expected = wilson_of_series(right[among], those), float(sure[among].mean())
    if share is None:
        raise ValueError("a bin without answers")
    return ReliabilityBin(
        low=place / BINS,
        high=(place + 1) / BINS,
        answers=int(among.sum()),
        sure=expected,
        right=share,
        chance=chance_of_share(right[among], those, expected=expected),
    )


def _answers(probabilities: Shares, actual: Marks, *, several: bool) -> tuple[Floats, Marks]:
    """Return how sure each answer is, and whether it is right; with several classes a yes or no for each."""
    likely = probabilities.astype(np.float64)
    if several:
        said = likely >= 0.5
        return np.where(said, likely, 1 - likely).ravel(), (said == actual).ravel()
    first = _first(probabilities)
    return likely[first], actual[first]


def _first(probabilities: Shares) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    return np.arange(len(probabilities)), probabilities.argmax(axis=1)


def _log_loss(probabilities: Shares, actual: Marks, *, several: bool) -> float:
    likely = np.clip(probabilities.astype(np.float64), LEAST, 1 - LEAST)
    if several:
        return float(-np.log(np.where(actual, likely, 1 - likely)).mean())
    return float(-np.log(likely[actual]).mean())
