"""What a rule for "not sure" does, and what mistakes cost, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.decision import Cost, Decision, Handled, Price, Prospect
from core.domain.report import THRESHOLD, Interval
from core.evaluation.deciding import thresholds


def summary(decision: Decision) -> str:
    """Return a rule in a sentence, as it is told wherever the model answers."""
    told = []
    if decision.most_wrong is not None:
        kind = "It promises" if decision.promised else "It aims"
        told.append(f"{kind} that of its answers at most {percent(decision.most_wrong)} are wrong.")
    if decision.farthest is not None:
        told.append("It says so when a picture is unlike anything it learnt from.")
    if decision.costs:
        told.append("It minds that some mistakes cost more than others.")
    return " ".join(told) or "It answers every picture, however unsure it is."


def whose_answers(decision: Decision) -> str:
    """Return of which answers scores and pictures are, where the rule may give others; else empty."""
    if not decision.costs:
        return ""
    return (
        "Scores and pictures here are of what the model takes to be likeliest, as if every mistake cost the "
        "same. Asked about new pictures it answers by its rule, which minds that some mistakes cost more "
        "than others."
    )


def what_it_does(prospect: Prospect) -> str:
    """Return how much is answered, and whether the promise held on pictures that it was not found on."""
    handled = prospect.test
    if not handled.pictures:
        return "There are no test pictures to try it on."
    left = handled.pictures - handled.answered
    if not handled.answered:
        return f"It answers none of the {handled.pictures:,} test pictures: all go to a person."
    told = (
        f"It answers {_of_100(handled.answered, handled.pictures)} of 100 pictures"
        + (f" and leaves {_of_100(left, handled.pictures)} to a person. " if left else ". ")
        + f"Of the {handled.answered:,} answers on test pictures {_wrong(handled)}."
    )
    return told + _kept(prospect.decision, handled)


def how_firm(prospect: Prospect) -> str:
    """Return how far the wish can be relied on: a promise, or an aim, and what could be promised."""
    decision, pictures = prospect.decision, prospect.validation.pictures
    if decision.most_wrong is None:
        return ""
    wish = percent(decision.most_wrong)
    if decision.promised:
        return (
            f"This is a promise: {pictures:,} validation pictures bear out, with 90 % confidence, that at "
            f"most {wish} of the answers are wrong."
        )
    if prospect.least_promise is None:
        could = "With so few, or with so many mistakes, nothing can be promised."
    else:
        could = f"The strictest promise they bear out is {percent(prospect.least_promise)}."
    return (
        f"This is an aim, not a promise: {pictures:,} validation pictures are not enough to bear out {wish}. "
        f"{could} More pictures would help."
    )


def what_it_costs(price: Price) -> str:
    """Return what mistakes cost per 1,000 pictures without and with minding costs."""
    told = f"Mistakes cost {_cost(price.before)} per 1,000 pictures when costs are not minded"
    if not price.changed:
        return f"{told}; minding them changes no answer."
    return (
        f"{told}, and {_cost(price.after)} when they are. {_changed(price.changed)} answered otherwise: "
        f"{price.better:,} rightly now, {price.worse:,} wrongly now."
    )


def named_from(costs: Sequence[Cost], classes: Sequence[str]) -> str:
    """Return from which probability on each of several classes is named, where costs change it."""
    changed = [
        f"{name} from {percent(float(least))}"
        for name, least in zip(classes, thresholds(costs, classes), strict=True)
        if least != THRESHOLD
    ]
    if not changed:
        return "Every class is named where the model takes it to be likely at 50 % or more, as without costs."
    rest = "" if len(changed) == len(classes) else "; every other class from 50 %"
    return f"By these costs the model names {', '.join(changed)}{rest}."


def percent(share: float) -> str:
    """Return a small share as "0.5 %" or "2 %"."""
    return f"{share * 100:.1f} %".replace(".0 %", " %")


def _kept(decision: Decision, handled: Handled) -> str:
    if decision.most_wrong is None or handled.wrong_share is None:
        return ""
    wish, share = decision.most_wrong, handled.wrong_share
    if share.value <= wish:
        return " So it held here."
    if share.low <= wish:
        return " That is more than wished, but it may be bad luck of these few pictures."
    if not decision.promised:
        return " That is clearly more than wished: an aim, which is no promise, often falls short."
    return (
        " That is clearly more than wished: these test pictures may be of another kind than the validation "
        "pictures."
    )


def _wrong(handled: Handled) -> str:
    share = handled.wrong_share
    if share is None:
        return "nothing is known"
    count = "none is wrong" if not handled.wrong else f"{handled.wrong:,} {_are(handled.wrong)} wrong"
    return f"{count} ({percent(share.value)}; in truth {percent(share.low)} to {percent(share.high)})"


def _changed(pictures: int) -> str:
    return "1 test picture is" if pictures == 1 else f"{pictures:,} test pictures are"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _of_100(part: int, whole: int) -> str:
    """Return how many of 100, never 0 or 100 unless it is none or all."""
    share = 100 * part / whole
    if 0 < share < 1:
        return "fewer than 1"
    if 99 < share < 100:
        return "more than 99"
    return f"{share:.0f}"


def _cost(cost: Interval) -> str:
    return f"{_round(cost.value)} ({_round(cost.low)} to {_round(cost.high)})"


def _round(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:,.1f}"
