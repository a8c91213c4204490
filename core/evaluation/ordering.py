"""An order of classes in which those that are taken for each other stand side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

_MOST_EXACT = 80  # classes; the best order of more takes too long


def confused_together(confusion: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return class indices so that classes often confused are neighbours, the worst of them first.

    Classes are joined step by step, the most confused ones first (average linkage), and the tree's leaves
    are turned so that neighbours are as alike as can be: Z. Bar-Joseph and others, Fast optimal leaf ordering
    for hierarchical clustering, 2001. ``confusion``: rows actual, columns predicted.
    """
    counts = np.asarray(confusion, dtype=np.float64)
    classes = len(counts)
    if classes < 3:
        return tuple(range(classes))
    support = np.maximum(1.0, counts.sum(axis=1, keepdims=True))
    shares = counts / support
    between = shares + shares.T
    np.fill_diagonal(between, 0.0)
    apart = squareform(between.max() - between, checks=False)
    tree = linkage(apart, method="average")
    if classes <= _MOST_EXACT:
        tree = optimal_leaf_ordering(tree, apart)
    order = leaves_list(tree)
    wrong = between.sum(axis=1)
    if wrong[order[: classes // 2]].sum() < wrong[order[(classes + 1) // 2 :]].sum():
        order = order[::-1]
    return tuple(order.tolist())
