"""How a model should answer: what the visitor wishes, what follows from it, and keeping it."""

from __future__ import annotations

import streamlit as st

from core.domain.decision import Cost, Decision
from core.evaluation import overlooking_words
from core.evaluation.decision_words import (
    how_firm,
    named_from,
    summary,
    what_it_costs,
    what_it_does,
    whose_answers,
)
from core.evaluation.overlooking import with_cost
from ui import tiles
from ui.components import class_costs, cost_table, gallery, seldom_missed, wish_panel
from ui.components.seldom_missed import MustNotMiss
from ui.services import open_studio
from ui.words import esc


def of_run(run_id: str, classes: tuple[str, ...], *, several: bool) -> None:
    """Draw the choices about "not sure" and the cost of mistakes, and what they lead to."""
    studio = open_studio()
    kept = studio.decision(run_id)
    st.subheader("When should it rather say “not sure”?", anchor=False)
    known = studio.knows_unlike(run_id)
    wish = wish_panel.show(kept, can_tell_unlike=known, key=run_id)
    place = st.container()
    st.subheader("What do mistakes cost?", anchor=False)
    wanted, beside = seldom_missed.show(classes, key=run_id), st.container()
    costs = _class_costs(run_id, classes, kept) if several else _costs(run_id, classes, kept)
    if wanted:
        with beside:
            costs = _seldom_missed(run_id, classes, costs, wanted, unlike=wish.unlike, several=several)
    decision = studio.rule(run_id, most_wrong=wish.most_wrong, costs=costs, unlike=wish.unlike)
    prospect = studio.prospect(run_id, decision)
    with place:
        wish_panel.outcome(prospect, does=what_it_does(prospect), firm=how_firm(prospect), key=run_id)
    if costs:
        _price(run_id, decision)
    _keep(run_id, decision, kept)


def _seldom_missed(
    run_id: str,
    classes: tuple[str, ...],
    costs: tuple[Cost, ...],
    wanted: MustNotMiss,
    *,
    unlike: bool,
    several: bool,
) -> tuple[Cost, ...]:
    """Draw what a class that must not be overlooked leads to; return the costs that see to it."""
    studio = open_studio()
    before = studio.rule(run_id, most_wrong=None, costs=costs, unlike=unlike)
    found = studio.seldom_missed(run_id, before, name=wanted.name, most_missed=wanted.most_missed)
    if found.cost is None:
        st.markdown(esc(overlooking_words.how_firm(found)))
        return costs
    minded = with_cost(costs, classes, wanted.name, found.cost, several=several)
    after = studio.rule(run_id, most_wrong=None, costs=minded, unlike=unlike)
    outcomes = [studio.detected(run_id, rule, wanted.name) for rule in (before, after)]
    st.markdown(f"**{esc(overlooking_words.what_it_does(wanted.name, *outcomes))}**")
    st.markdown(esc(overlooking_words.how_firm(found)))
    return minded


def which_answers(run_id: str) -> str:
    """Return of which answers scores and pictures are, where the model answers otherwise; else empty."""
    return whose_answers(open_studio().decision(run_id))


def _costs(run_id: str, classes: tuple[str, ...], kept: Decision) -> tuple[Cost, ...]:
    st.markdown(
        "Write down the mistakes that are worse than others; all others cost 1. For instance: when it really "
        f"is “{esc(classes[0])}”, and the model says “{esc(classes[-1])}”, it costs 50."
    )
    return cost_table.show(classes, kept.costs, key=run_id)


def _class_costs(run_id: str, classes: tuple[str, ...], kept: Decision) -> tuple[Cost, ...]:
    st.markdown(
        "Each class is a yes or no of its own. Write down what it costs to overlook one, and to name one "
        f"that is not there. For instance: overlooking “{esc(classes[0])}” costs 9; then it is named already "
        "where the model takes it to be likely at 10 %."
    )
    costs = class_costs.show(classes, kept.costs, key=run_id)
    if costs:
        st.caption(esc(named_from(costs, classes)))
    return costs


def _price(run_id: str, decision: Decision) -> None:
    price = open_studio().price(run_id, decision)
    if price is None:
        return
    st.markdown(
        f"**{what_it_costs(price)}**", help="Every test picture counts, answered or left to a person."
    )
    if price.changed:
        gallery.show(
            tiles.of_answers(open_studio().changed(run_id, decision)),
            key=f"changed_{run_id}",
            label="Pictures that are answered otherwise",
            empty="",
        )


def _keep(run_id: str, decision: Decision, kept: Decision) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="keep_rule"):
        if decision == kept:
            st.markdown(f"This is how the model answers now. {esc(summary(kept))}")
            return
        st.markdown(f"So far: {esc(summary(kept))} New: {esc(summary(decision))}")
        st.button(
            "Answer like this from now on",
            type="primary",
            key=f"keep_rule_{run_id}",
            on_click=_kept,
            args=(run_id, decision),
            help="The rule goes along with the model: to new pictures here, to the command line, and into "
            "what is exported. The scores and pictures of this page stay: they are of all its answers, as if "
            "every mistake cost the same.",
        )


def _kept(run_id: str, decision: Decision) -> None:
    open_studio().decide(run_id, decision)
    st.toast("The model answers by the new rule from now on.", icon=":material/check_circle:")
