"""Where it is worse: a sentence, the score of each kind of picture, and a kind to look at."""

from __future__ import annotations

import streamlit as st

from core.domain.slices import FEWEST, FEWEST_SERIES, Slice, SliceReport
from core.evaluation.slice_words import name_of, verdict
from ui.charts import slices
from ui.words import count, esc, percent

_HOW = (
    "Each kind of picture is compared with all the others (Fisher's exact test). Who looks often enough "
    "finds something by luck: so the more kinds there are, the more it takes to stand out (Holm's "
    "correction). Bars are 95 % intervals. Pictures of one series are answered alike, and count for fewer."
)


def show(report: SliceReport, *, key: str) -> Slice | None:
    """Draw the scores by kind of picture; return the kind whose pictures are to be shown."""
    st.markdown(f"**{esc(verdict(report))}**", help=_HOW)
    if not report.slices:
        return None
    st.caption(
        f"What is compared is measured in the picture or its file, or stands in further columns of the table "
        f"of labels; not what the picture shows. Kinds with fewer than {FEWEST} pictures, or of fewer than "
        f"{FEWEST_SERIES} series where pictures come in series, have no verdict."
    )
    _chart(report, key=key)
    with st.expander("All kinds in a table", icon=":material/table:"):
        _table(report, key=key)
    return _picked(report, key=key)


def _chart(report: SliceReport, *, key: str) -> None:
    st.plotly_chart(
        slices.accuracy_by_slice(report),
        key=f"slices_{key}",
        config={"displayModeBar": False},
        alt=f"Share answered rightly by kind of picture. {verdict(report)}",
    )
    hidden = len(report.slices) - len(slices.drawn(report))
    if hidden:
        st.caption(f"{count(hidden, 'kind')} with better scores not drawn; the table has all.")


def _table(report: SliceReport, *, key: str) -> None:
    share = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        slices.table(report),
        hide_index=True,
        column_config={
            "Pictures that are": st.column_config.TextColumn(width="medium"),
            "Right": share,
            "From": share,
            "To": share,
            "Others right": share,
            "From its classes": st.column_config.NumberColumn(
                format="percent",
                help="What would be expected if only its classes mattered: how often they are recognised on "
                "the other pictures.",
            ),
            "p": st.column_config.NumberColumn(
                format="%.3f",
                help="How often luck alone would make such a difference, after the correction for all looks.",
            ),
        },
        key=f"slices_table_{key}",
        alt=f"Scores of {count(len(report.slices), 'kind')} of pictures",
    )


def _picked(report: SliceReport, *, key: str) -> Slice | None:
    worst = report.worst
    place = next((i for i, one in enumerate(report.slices) if one is worst), None)
    chosen = st.selectbox(
        "Show the pictures of",
        range(len(report.slices)),
        index=place,
        format_func=lambda i: _option(report.slices[i]),
        placeholder="Choose a kind of picture",
        key=f"slice_{key}",
    )
    return None if chosen is None else report.slices[chosen]


def _option(one: Slice) -> str:
    right = percent(one.accuracy.value) if one.accuracy else "none"
    return f"{slices.title_of(one)}: {name_of(one)} ({count(one.pictures, 'picture')}, {right} right)"
