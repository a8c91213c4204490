"""One further test: its score beside the run's own, and which files were left out and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.domain.further_test import FurtherTest
from core.domain.report import Scores
from core.domain.slices import Origin, Slice
from ui import further_desk, results
from ui.words import count, esc, moment, percent, spread

_MOST_ORIGINS = 8  # in a table that is not scrolled
_MOST = 4  # reasons, and classes, told beside the figures; the table has all


def show(
    test: FurtherTest,
    *,
    own: Scores,
    further: Scores,
    by_origin: Sequence[Slice],
    delete: Callable[[str], None],
) -> None:
    """Draw the test's result; ``own`` is the run's score on its own test pictures."""
    with st.container(border=True, key=f"further_{test.id}", gap="small"):
        _title(test, delete)
        st.markdown(esc(results.headline(further)))
        verdict, apart = further_desk.against_own(own, further, test)
        told = "These pictures" if test.turns is None else test.name
        if verdict:
            st.markdown(f"**{esc(verdict)}** {esc(apart)}")
        st.caption(f"{told}: {_figures(further)}  \nThe own test pictures of the run: {_figures(own)}")
        if test.unseen is not None and by_origin:
            _by_origin(test.unseen, by_origin)
        _left_out(test)


def _by_origin(origin: Origin, slices: Sequence[Slice]) -> None:
    st.dataframe(
        {
            (origin.column or origin.name.capitalize()): [one.value for one in slices],
            "Right": [percent(one.accuracy.value) if one.accuracy else "" for one in slices],
            "Range": [spread(one.accuracy) if one.accuracy else "" for one in slices],
            "Pictures": [one.pictures for one in slices],
        },
        hide_index=True,
        height="content" if len(slices) <= _MOST_ORIGINS else 318,
        alt=f"How many pictures of each {origin.name} were answered rightly, the worst first.",
    )
    st.caption(
        "The worst first; the range is the 95 % interval. Which differ by more than luck is told by “Where "
        "it is worse”, once this test is chosen there under “Judged on”."
    )


def _title(test: FurtherTest, delete: Callable[[str], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{esc(test.name)}** {esc(moment(test.created_at))}", width="stretch")
        st.button(
            ":material/delete:",
            key=f"delete_further_{test.id}",
            type="tertiary",
            help="Delete this further test. The run and its own result stay as they are.",
            on_click=delete,
            args=(test.id,),
        )


def _figures(scores: Scores) -> str:
    share = scores.accuracy
    if share is None:
        return "none"
    words = "exactly right" if scores.several else "right"
    told = (
        f"{percent(share.value, digits=1)} {words} ({spread(share)}) of {count(scores.pictures, 'picture')}"
    )
    return esc(told)


def _left_out(test: FurtherTest) -> None:
    if not test.left_out:
        return
    learnt = test.learnt_from
    lines = []
    if learnt:
        verb = "was" if learnt == 1 else "were"
        lines.append(
            f"{learnt:,} of these pictures {verb} learnt from: they say nothing about new ones, "
            "and were left out."
        )
    reasons = list(test.reasons.items())
    lines += [f"{count(files, 'file')} left out. {reason}" for reason, files in reasons[:_MOST]]
    if rest := sum(files for _, files in reasons[_MOST:]):
        lines.append(f"{count(rest, 'further file')} left out for other reasons.")
    if test.unknown_classes:
        lines.append(_unknown(test.unknown_classes))
    st.markdown("\n".join(f"- {esc(line)}" for line in lines))
    files = st.popover("Which files?", key=f"left_out_{test.id}", on_change="rerun")
    if files.open:
        with files:
            st.dataframe(
                {"File": [file for file, _ in test.left_out], "Why": [why for _, why in test.left_out]},
                width=600,  # pixels; a popover grows with it
                hide_index=True,
                alt="Every file that was left out, and why.",
            )


def _unknown(names: Sequence[str]) -> str:
    """Return what can be done about classes that the run does not know."""
    if len(names) == 1:
        return (
            f"“{names[0]}” is no class of this run. If its pictures show one of the run's classes, give the "
            "folder, or the label, the name of that class and test again."
        )
    told, more = ", ".join(f"“{name}”" for name in names[:_MOST]), len(names) - _MOST
    return (
        f"{told}{f' and {more:,} more' if more > 0 else ''} are no classes of this run. If their pictures "
        "show the run's classes, give the folders, or the labels, the names of those and test again."
    )
