"""What to expect, before anything is trained: the sentence, what would help, and how it was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import plotly.graph_objects as go  # type: ignore[import-untyped]
import streamlit as st

from core.domain.choices import Preset
from core.domain.forecast import Forecast
from core.domain.outlook import Outdated, Outlook
from core.domain.run import JobSnapshot
from core.evaluation.forecast_words import expectation, expected_confusions, more_pictures
from ui import sentences
from ui.charts.learning import learning_curve
from ui.words import esc

_OUTDATED: Final = {
    Outdated.MACHINE: "This was found out on another computer, or before this one was changed. How long a "
    "training takes here is not known until you look again.",
    Outdated.BACKBONES: "Not the same pretrained networks are ready as when this was found out. "
    "Look again to compare those that are.",
}
NEWS = 1 / 3  # share of a look ahead behind which there is something new to draw


def show(
    found: Outlook | None,
    forecast: Forecast | None,
    preset: Preset,
    *,
    job: Callable[[], JobSnapshot | None],
    outdated: Outdated | None = None,
) -> bool:
    """Draw what is known, and how the look ahead goes on; return whether to look again.

    ``job`` is asked for the look under way, each second while there is one; then the page is drawn anew.
    """
    with st.container(border=True, key="outlook"):
        st.markdown("**What to expect**")
        if told := _sentences(found, forecast, preset):
            st.markdown("  \n".join(map(esc, told)))
        now = job()
        going = now is not None and now.status.active
        if going:
            _follow(job)
        if forecast and forecast.curve:
            with st.expander("How much more pictures would help", icon=":material/show_chart:"):
                _curve(learning_curve(forecast.curve), forecast)
        if going or (found and found.complete):
            return False
        if now is not None and now.error:
            st.caption(esc(f"{now.error} {now.hint}".strip()))
        if not told:
            st.caption(
                "How good it may get, how long each choice takes, and what would help: "
                "found out from your own pictures, in about a minute."
            )
        elif outdated is not None:
            st.caption(_OUTDATED[outdated])
        label = "Look again" if told else "Look ahead"
        return st.button(label, key="look_ahead", icon=":material/query_stats:")


def _sentences(found: Outlook | None, forecast: Forecast | None, preset: Preset) -> tuple[str, ...]:
    if found is None or forecast is None:
        return ()
    reason = (found.recommendation.reason,) if found.recommendation else ()
    return (
        expectation(forecast, preset),
        *expected_confusions(forecast),
        *more_pictures(forecast),
        *reason,
    )


def _follow(job: Callable[[], JobSnapshot | None]) -> None:
    before = _share(job())

    @st.fragment(run_every=1.0)
    def follow() -> None:
        now = job()
        if now is None or not now.status.active:
            st.rerun()
        if _share(now) - before > NEWS:
            st.rerun()
        st.progress(sentences.fraction(now.progress), text=esc(sentences.about_progress(now.progress)))

    follow()


def _share(job: JobSnapshot | None) -> float:
    return (job.progress.share or 0.0) if job and job.progress else 0.0


def _curve(figure: go.Figure, forecast: Forecast) -> None:
    st.caption(
        esc(
            f"Heads that learnt from a part of your {forecast.pictures:,} pictures, judged on the others. "
            "The dashed line goes on as such curves usually do; it is no promise."
        )
    )
    st.plotly_chart(figure, key="learning_curve", config={"displayModeBar": False})
