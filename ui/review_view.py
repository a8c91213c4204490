"""The lists of a review, the picture that is looked at, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.domain.errors import AppError
from core.domain.review import LabelCheck
from core.domain.run import Run
from core.evaluation.budget_words import ENOUGH, budget_in_words, corrected_in_words
from ui import errors, explaining, review_desk, review_items, rule_desk, services, state
from ui.components import (
    error_budget_bar,
    label_check_progress,
    review_filters,
    review_list,
    review_progress,
    verdict_bar,
)
from ui.picture_words import about_facts, about_sample
from ui.review_desk import Shown
from ui.review_items import Item, Which
from ui.sentences import SPLITS
from ui.services import open_studio
from ui.words import count, esc, moment

# The list stands on the left of the picture; on a phone, where one is below the other, the picture is first.
_SIDES = "<style>.st-key-review_sides > * > [data-testid=stHorizontalBlock],"
_SIDES += ".st-key-review_sides > [data-testid=stHorizontalBlock] { flex-direction: row-reverse; }</style>"


def offer_earlier(run: Run) -> None:
    """Offer to take over what was said of these pictures when other runs were reviewed."""
    found = open_studio().earlier_verdicts(run.id)
    if not found:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="earlier_verdicts"):
        st.markdown(f":material/history: {esc(review_desk.judged_before(found))}", width="stretch")
        st.button(
            "Take it over",
            key=f"take_over_{run.id}",
            on_click=review_desk.take_over,
            args=(run.id,),
            help="Pictures that were moved, left out or brought back since are not among them.",
        )


def budget(run: Run) -> None:
    """Draw whose mistakes the mistakes on test pictures are, and offer what would make that fair."""
    found = open_studio().error_budget(run.id)
    error_budget_bar.show(found, told=budget_in_words(found), corrected=corrected_in_words(found), key=run.id)
    if found.counts and found.sampled < ENOUGH:
        st.button(
            f"Look at {ENOUGH} right answers, drawn by lot",
            key="to_rights",
            icon=":material/casino:",
            on_click=state.write,
            args=(_list_key(run), Which.RIGHT),
            help="Who looks at mistakes only can only find that the model was right after all.",
        )


def show(run: Run) -> None:
    """Draw the choice of a list, and the list that was chosen with the picture that is looked at."""
    which = st.segmented_control(
        "What to look at",
        list(Which),
        default=Which.MISTAKES,
        required=True,
        key=_list_key(run),
        label_visibility="collapsed",
    )
    if told := rule_desk.which_answers(run.id):
        st.caption(esc(told))
    items = _items(run, which or Which.MISTAKES)
    if items is None:
        return
    if not items:
        st.info(_EMPTY[which or Which.MISTAKES], icon=":material/check_circle:")
        return
    key = f"review_{run.id}_{(which or Which.MISTAKES).name.casefold()}"
    kept = review_items.kept(items, review_filters.show(items, key=key))
    if not kept:
        st.info("No picture of this list is like that. Choose other filters.", icon=":material/filter_list:")
        return
    _walk(run, items, kept, key=key)


def _walk(run: Run, items: Sequence[Item], kept: Sequence[Item], *, key: str) -> None:
    """Draw the progress, the list and the picture; ``kept`` are those of ``items`` that filters leave."""
    shown = Shown(
        run_id=run.id,
        order=tuple(item.sha256 for item in kept),
        page=review_list.PAGE,
        page_key=review_list.page_key(key),
        filed={item.sha256: item.filed for item in kept if item.filed is not None},
    )
    current = _current(run, kept)
    ways = review_progress.Ways(
        step=partial(review_desk.step, shown, current.sha256),
        skip=partial(review_desk.skip, shown, current.sha256),
        undo=partial(review_desk.undo, shown),
        redo=partial(review_desk.redo, shown),
    )
    review_progress.show(review_desk.with_verdict(items), len(items), ways)
    st.html(_SIDES)
    with st.container(key="review_sides"):
        large, small = st.columns([3, 2], gap="medium")
    with large:  # what keys are about comes first, and the slowest last
        _judge(run, shown, current, review_list.ticked(kept, key=key), key=key)
        _about(current)
        explained = st.container()
    with small:
        review_list.show(
            kept,
            current=current.sha256,
            label="Pictures to judge",
            key=key,
            look=partial(state.look_at, run.id),
        )
    with explained:
        _explain(run, current)


def _judge(run: Run, shown: Shown, current: Item, ticked: Sequence[Item], *, key: str) -> None:
    """Draw the verdicts, which are about all ticked pictures or the one that is looked at.

    What one run, list and reviewer suggest or noted stays out of the fields of another.
    """
    pictures = ticked or [current]
    about = review_desk.about(run, pictures, ticked=bool(ticked))
    name = "ticked" if ticked else "_".join((current.sha256[:16], key, state.author()))
    say = partial(review_desk.say, shown, [item.sha256 for item in pictures], ticked=bool(ticked))
    verdict_bar.show(about, say=partial(say, fields=verdict_bar.keys(about, name)), key=name)


def _explain(run: Run, item: Item) -> None:
    try:
        explaining.of_picture(run.id, review_desk.answer_of(run.id, item), key="review_picture")
    except AppError as problem:
        errors.show(problem)


def _about(item: Item) -> None:
    """Draw what is known of the picture: file, size, what it is used for, and what was said of it."""
    sample = item.filed.now if item.filed else None
    measured = services.facts_of(item.sha256)
    facts = [*(about_sample(sample) if sample else ()), *(about_facts(measured) if measured else ())]
    labelled = ", ".join(item.labels) or "none of the classes"
    said = " ".join(item.tile.details[:1])
    st.markdown(f"**{esc(item.path)}**, labelled **{esc(labelled)}**. {esc(said)}")
    st.caption(esc(". ".join([f"Used for: {SPLITS[item.split]}", *facts]) + "."))
    if item.filed is not None and item.filed.differs:
        words, back = item.filed.words, item.filed.way_back(item.verdicts, mistake=item.mistake)
        st.markdown(f":material/edit: {words[0].upper()}{words[1:]}. {back}".rstrip())
    for one in item.verdicts:
        names = f": {', '.join(one.labels)}" if one.labels else ""
        note = f" “{one.note}”" if one.note else ""
        who = one.reviewer or "Somebody"
        st.markdown(
            f":material/rate_review: {esc(who)}, {esc(moment(one.moment))}: "
            f"**{esc(review_items.MARKS[one.kind] + names)}**{esc(note)}"
        )
    if item.disputed:
        st.warning("Reviewers differ on this picture.", icon=":material/compare_arrows:")


def _current(run: Run, kept: Sequence[Item]) -> Item:
    """Return the picture that is looked at: the chosen one, or the first that nobody has looked at."""
    chosen = next((item for item in kept if item.sha256 == state.looked_at(run.id)), None)
    return chosen or next((item for item in kept if not item.judged), kept[0])


def _items(run: Run, which: Which) -> tuple[Item, ...] | None:
    """Return the pictures of a list, or None where they have to be found first, which is drawn."""
    if which is Which.MISTAKES:
        return review_desk.mistakes(run)
    if which is Which.RIGHT:
        return review_desk.rights(run)
    check = review_desk.label_check(run.id)
    if check is None:
        _check_labels(run)
        return None
    st.caption(esc(_told(check)))
    return review_desk.doubtful(run, check)


def _check_labels(run: Run) -> None:
    """Begin by itself where nothing else is under way, and tell how far it is."""
    under_way = partial(open_studio().label_check_under_way, run.id)
    busy = services.work_before_a_run() is not None
    if under_way() is None and not busy:
        open_studio().check_labels(run.id)
    if label_check_progress.show(under_way, busy=busy, key=run.id):
        open_studio().check_labels(run.id)
        st.rerun()


def _told(check: LabelCheck) -> str:
    """Return how doubtful labels were found, in a sentence."""
    share = (
        ""
        if check.wrong_share is None
        else f" About {100 * check.wrong_share:.1f} % of all labels seem wrong."
    )
    untold = f" {count(check.untold, 'picture')} could not be judged." if check.untold else ""
    return (
        f"All {check.pictures:,} labels were judged by models that did not learn from them.{share}{untold} "
        "A doubtful label is a hint to look, no proof."
    )


_EMPTY = {
    Which.MISTAKES: "The model made no mistake on validation and test pictures. Look at the doubtful labels.",
    Which.DOUBTFUL: "No label looks wrong.",
    Which.RIGHT: "No test picture was answered rightly.",
}


def _list_key(run: Run) -> str:
    return f"review_list_of_{run.id}"
