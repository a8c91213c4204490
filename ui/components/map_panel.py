"""The picture map: what lies where, and which pictures were marked on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from core.domain.picture_map import MapPoint, PictureMap
from ui.charts import picture_map
from ui.charts.picture_map import By
from ui.words import count, esc

_WRONG = "answered wrongly"
_HOW = (
    "Drawn by t-SNE, which keeps neighbours together. How far apart two groups lie, how large a group is and "
    "what is left or right mean nothing."
)


def show(found: PictureMap, *, key: str) -> tuple[MapPoint, ...]:
    """Draw the map; return the pictures that were marked, or else chosen from the list."""
    st.markdown(
        "Pictures that look alike to the network lie close together; a picture among those of another class "
        "may have a wrong label.",
        help=_HOW,
    )
    st.caption(esc(_about(found)))
    by = st.segmented_control(
        "Colour by", list(By), default=By.CLASS, required=True, key=f"map_colour_{key}", width="stretch"
    )
    event = st.plotly_chart(
        picture_map.scatter(found.points, by or By.CLASS),
        on_select="rerun",
        selection_mode=("lasso", "box"),  # while one can draw, Streamlit takes no clicks
        key=f"map_{key}_{(by or By.CLASS).name}",  # what was marked belongs to one drawing
        config={"displaylogo": False, "scrollZoom": False},
        alt=f"Map of {count(len(found.points), 'picture')} in {count(len(found.classes), 'class')}",
    )
    marked = _marked(event, found)
    chosen = _listed(found, key=key)
    if marked:
        st.caption(f"{count(len(marked), 'picture')} marked on the map:")
    return marked or chosen


def _about(found: PictureMap) -> str:
    shown = len(found.points)
    sample = f" {shown:,} of {found.pictures:,} pictures, drawn by lot." if shown < found.pictures else ""
    several = " A picture of several classes has the colour of its first." if found.several else ""
    return (
        f"As {found.backbone} sees them, before it learnt your classes.{sample}{several} "
        "Draw around pictures to see them below."
    )


def _marked(event: object, found: PictureMap) -> tuple[MapPoint, ...]:
    """Return the marked pictures, in the order of the map; double marks count once."""
    try:
        marks = event["selection"]["points"]  # type: ignore[index]  # Streamlit types it as a plain object
        places = {_place(mark["customdata"]) for mark in marks}
    except (KeyError, TypeError, ValueError, IndexError):
        return ()
    return tuple(point for place, point in enumerate(found.points) if place in places)


def _place(custom: int | Sequence[int]) -> int:
    return int(custom) if isinstance(custom, int) else int(custom[0])


def _listed(found: PictureMap, *, key: str) -> tuple[MapPoint, ...]:
    """Draw a list for those who cannot draw around pictures."""
    wrong = tuple(point for point in found.points if not point.right)
    tally = Counter(point.label for point in found.points)
    labels = [name for name in found.classes if tally[name]]
    chosen = st.selectbox(
        "Or choose them here",
        range(-1, len(labels)),
        index=None,
        format_func=lambda i: (
            f"{_WRONG} ({len(wrong):,})" if i < 0 else f"really {labels[i]} ({tally[labels[i]]:,})"
        ),
        placeholder="Choose pictures",
        key=f"map_list_{key}",
    )
    if chosen is None:
        return ()
    return wrong if chosen < 0 else tuple(p for p in found.points if p.label == labels[chosen])
