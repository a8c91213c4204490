"""Two shares of the same pictures where these come in series: whole series are won and lost, not pictures."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2

import numpy as np
import numpy.typing as npt

from core.evaluation.paired import LUCK, pictures_needed

Counts = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What the later of two runs fixed and broke in each of S series; a single picture is one of its own."""

    pictures: Counts  # (S,)
    fixed: Counts  # (S,)
    broken: Counts  # (S,)

    @staticmethod
    def of(before: Marks, after: Marks, groups: Counts) -> Gains:
        """Return them from whether each picture (N,) was right; those of one series share a number."""
        places = np.unique(groups, return_inverse=True)[1]
        marks = (np.ones_like(before), after & ~before, before & ~after)
        pictures, fixed, broken = (np.bincount(places, weights=one).astype(np.int64) for one in marks)
        return Gains(pictures=pictures, fixed=fixed, broken=broken)

    @property
    def chance(self) -> float:
        """How often luck alone divides these series at least as unevenly: McNemar's test for series.

        Its statistic is the sum over series of fixed less broken: N. A. Obuchowski, On the comparison of
        correlated proportions for clustered data, 1998, as Z. Yang, X. Sun and J. W. Hardin, A note on the
        tests for clustered matched-pair binary data, 2010, write it. Instead of by chi squared, which takes
        many series, it is judged by what it would be with the two runs exchanged in any of the series, all
        counted: I. A. Canay, J. P. Romano and A. M. Shaikh, Randomization tests under an approximate symmetry
        assumption, 2017. Of single pictures it is McNemar's exact test.
        """
        apart = self.fixed - self.broken
        shares = _shares_of_sums(np.abs(apart[apart != 0]))
        sums = 2 * np.arange(len(shares)) - (len(shares) - 1)
        return min(1.0, float(shares[np.abs(sums) >= abs(apart.sum())].sum()))

    @property
    def design_effect(self) -> float:
        """How many of these pictures tell as much as one on its own, 1 or more.

        It is Obuchowski's variance of the difference over that of single pictures. Where none changed, or all
        alike, nothing can be told of it, and a series counts as one picture.
        """
        total, series = int(self.pictures.sum()), len(self.pictures)
        apart = self.fixed - self.broken
        share = float(apart.sum()) / total
        alone = (float((self.fixed + self.broken).sum()) / total - share**2) / total
        if alone <= 0 or series == 1:
            return total / series
        off = apart - share * self.pictures
        return max(1.0, float(series / (series - 1) * (off @ off) / total**2 / alone))

    @property
    def effective_pictures(self) -> float:
        """How many pictures on their own would tell as much of the difference, for a range of 95 %.

        Few series tell the design effect badly: they count for fewer by as much as Student's distribution is
        wider than the normal one. E. L. Korn and B. I. Graubard, Confidence intervals for proportions with
        small expected number of positive counts estimated from survey data, 1998.
        """
        from scipy.stats import norm, t

        series = len(self.pictures)
        if series == 1:
            return 1.0
        wider = float(t.ppf(0.975, series - 1) / norm.ppf(0.975))
        return float(self.pictures.sum()) / self.design_effect / wider**2

    @property
    def pictures_needed(self) -> int | None:
        """How many test pictures, in such series, would show such a difference to be more than luck.

        As for single pictures, times the design effect; but no fewer than make so many series change sides
        that they could not all do so by luck. None where as many were fixed as broken.
        """
        total, fixed, broken = (int(one.sum()) for one in (self.pictures, self.fixed, self.broken))
        alone = pictures_needed(fixed, broken, total)
        if alone is None:
            return None
        changed = np.count_nonzero(self.fixed != self.broken)
        return max(ceil(alone * self.design_effect), ceil(total * _FEWEST / changed))


_FEWEST = ceil(1 - log2(LUCK))  # series that change sides alike, of which luck does not make all do so


def _shares_of_sums(sizes: Counts) -> npt.NDArray[np.float64]:
    """Return how often each sum of the ``sizes`` comes up when all signs are tossed, from least to greatest.

    The sums go in steps of 2, as turning a sign over moves them by twice a size.
    """
    from scipy.stats import binom

    shares = np.ones(1)
    for size, often in zip(*np.unique(sizes, return_counts=True), strict=True):
        of_size = np.zeros(size * often + 1)
        of_size[::size] = binom.pmf(np.arange(often + 1), often, 0.5)
        shares = np.convolve(shares, of_size)
    return shares
