"""Whether the later run is better: the verdict, and both scores with their error bars."""

from __future__ import annotations

import streamlit as st

from core.domain.comparison import Comparison, Judged
from ui import comparing
from ui.charts import pair
from ui.words import GLOSSARY, esc, percent, short, spread

_LUCK = (
    "Pictures that both runs got right, or both wrong, say nothing here. Among the others, a difference by "
    "luck alone would fall like tossed coins; that is what is reckoned (McNemar's exact test). "
    "Pictures of one series fall together: one coin is tossed for all of them."
)
_RANGE = (
    "The true difference lies in this range 19 times out of 20. As both runs answered the same pictures, it "
    "is mostly narrower than the two error bars suggest (Newcombe's interval for paired shares)."
)


def show(comparison: Comparison) -> None:
    """Draw the verdict, a card for each run and one for the difference, and both scores on one axis."""
    with st.container(border=True, key="verdict"):
        st.header(esc(comparing.in_words(comparison)), anchor=False, help=_LUCK)
        st.markdown(f"Difference: {esc(comparing.difference_in_words(comparison))}", help=_RANGE)
        if series := comparing.series_in_words(comparison):
            st.caption(esc(series))
    grid = st.grid(2, min_column_width=220)
    for title, one in (("Before", comparison.before), ("After", comparison.after)):
        grid.metric(
            f"{title}: {esc(short(one.name, 30))}",
            percent(one.accuracy.value, digits=1),
            delta=f"{spread(one.accuracy)} · {one.correct:,} of {comparison.pictures:,}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=GLOSSARY["exact match" if comparison.several else "accuracy"],
        )
    st.plotly_chart(
        pair.scores(comparison),
        key=f"pair_scores_{comparison.before.run_id}_{comparison.after.run_id}",
        config={"displayModeBar": False},
        alt=f"{_told(comparison.before)}; {_told(comparison.after)}",
    )


def _told(one: Judged) -> str:
    return f"{one.name}: {percent(one.accuracy.value, digits=1)} right, {spread(one.accuracy)}"
