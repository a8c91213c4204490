"""Two runs side by side: the verdict, what was done differently, the pictures, the curves."""

from __future__ import annotations

import streamlit as st

from core.domain.comparison import Comparison
from ui import pair_tiles, results
from ui.components import gallery, pair_verdict, roc_overlay, setting_changes


def show(comparison: Comparison) -> None:
    """Draw everything that is known about the two runs."""
    names = comparison.before.name, comparison.after.name
    key = f"{comparison.before.run_id}_{comparison.after.run_id}"
    pair_verdict.show(comparison)
    setting_changes.show(comparison.settings, key=key)
    _pictures(comparison, key=key)
    before, after = (
        results.report(one.run_id).test.roc if one.roc is None else one.roc
        for one in (comparison.before, comparison.after)
    )
    roc_overlay.show(before, after, names=names, key=key)


def _pictures(comparison: Comparison, *, key: str) -> None:
    st.subheader("The pictures behind it", anchor=False)
    lists = {
        "Fixed": (comparison.fixed, "No picture that was wrong before is right now."),
        "Broken": (comparison.broken, "No picture that was right before is wrong now."),
        "Still wrong": (comparison.still_wrong, "No picture is wrong both times."),
    }
    titles = [f"{name} ({len(pairs):,})" for name, (pairs, _) in lists.items()]
    tabs = st.tabs(titles, key=f"changes_tabs_{key}", on_change="rerun")
    for tab, (name, (pairs, empty)) in zip(tabs, lists.items(), strict=True):
        if tab.open:
            with tab:
                gallery.show(
                    pair_tiles.of_pairs(pairs, comparison),
                    key=f"{name.replace(' ', '_').casefold()}_{key}",
                    label=f"{name}: pictures with both answers",
                    empty=empty,
                )
