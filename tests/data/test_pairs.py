"""Very many pairs are thinned, and nothing that is asked of them changes."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.groups import Linked
from core.data.pairs import Forest, Pairs

PICTURES = 40
LABELS = ["ab"[n % 2] for n in range(PICTURES)]


def all_pairs(seed=0):
    """Return every pair of the pictures, with doubts of which some are equal and some are none."""
    first, second = np.triu_indices(PICTURES, 1)
    doubt = np.random.default_rng(seed).integers(0, 20, len(first)) / 20
    return Pairs(rows=np.stack([first, second], axis=1).astype(np.int64), doubt=doubt)


def added(forest, pairs, part=100):
    for start in range(0, len(pairs), part):
        here = np.arange(len(pairs))
        forest.add(pairs.where((here >= start) & (here < start + part)))
    return forest.pairs()


def series(pairs, allowed, *, across=None):
    """Return which pictures are connected by pairs of at most so much doubt, inside classes or across."""
    linked = Linked(PICTURES)
    for (a, b), doubt in zip(pairs.rows.tolist(), pairs.doubt.tolist(), strict=True):
        if doubt < allowed and across in (None, LABELS[a] != LABELS[b]):
            linked.link(a, b)
    return linked.members()


def test_pairs_that_are_not_too_many_are_told_as_they_are():
    pairs = all_pairs()
    shuffled = np.random.default_rng(1).permutation(len(pairs))
    found = added(Forest(LABELS), Pairs(rows=pairs.rows[shuffled], doubt=pairs.doubt[shuffled]))
    np.testing.assert_array_equal(found.rows, pairs.rows)
    np.testing.assert_array_equal(found.doubt, pairs.doubt)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("across", [None, True, False])
@pytest.mark.parametrize("allowed", [0.01, 0.06, 0.2, 0.6, 1.0])
def test_thinned_pairs_connect_the_same_pictures(seed, across, allowed):
    whole = all_pairs(seed)
    thinned = added(Forest(LABELS, held=200, told=50), whole)
    assert len(thinned) < 2 * PICTURES < len(whole)
    assert series(thinned, allowed, across=across) == series(whole, allowed, across=across)


def test_thinned_pairs_are_among_the_given_ones_with_their_own_doubt():
    whole = all_pairs()
    given = dict(zip(map(tuple, whole.rows.tolist()), whole.doubt.tolist(), strict=True))
    thinned = added(Forest(LABELS, held=200, told=50), whole)
    kept = dict(zip(map(tuple, thinned.rows.tolist()), thinned.doubt.tolist(), strict=True))
    assert all(given[pair] == doubt for pair, doubt in kept.items())
    assert list(kept) == sorted(kept)


def test_no_pairs_are_none():
    found = Forest(LABELS).pairs()
    assert (found.rows.shape, found.doubt.shape) == ((0, 2), (0,))
