"""What the Review page asks for: the lists of pictures, verdicts on them, and what is told of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from core.domain.dataset import Split
from core.domain.errors import AppError
from core.domain.report import Answer
from core.domain.review import Judgement, LabelCheck, Verdict
from core.domain.run import Run
from core.evaluation.budget_words import ENOUGH
from ui import review_items, state
from ui.components import verdict_bar
from ui.filed import Filed, Filing
from ui.review_items import Item
from ui.services import open_studio
from ui.words import count, esc


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The pictures that are walked through, in their order, and which of them are listed together."""

    run_id: str
    order: tuple[str, ...]  # content hashes
    page: int  # pictures at once
    page_key: str
    filed: Mapping[str, Filed] = field(default_factory=dict)  # what became of them since the run


def several(run_id: str) -> bool:
    """Whether the pictures of a run may show several classes."""
    return open_studio().report(run_id).test.several


def mistakes(run: Run) -> tuple[Item, ...]:
    """Return the wrong answers on test and validation pictures, the surest first."""
    studio = open_studio()
    answers = [
        (answer, split)
        for split in (Split.TEST, Split.VALIDATION)
        for answer in studio.mistakes(run.id, split)
    ]
    answers.sort(key=lambda told: -told[0].confidence)
    return _of_answers(run, answers)


def rights(run: Run) -> tuple[Item, ...]:
    """Return right answers on test pictures drawn by lot, always the same ones."""
    drawn = open_studio().right_sample(run.id, ENOUGH)
    return _of_answers(run, [(answer, Split.TEST) for answer in drawn])


def label_check(run_id: str) -> LabelCheck | None:
    """Return the labels that are probably wrong, or None where they have to be looked for first."""
    return open_studio().label_check(run_id)


def doubtful(run: Run, check: LabelCheck) -> tuple[Item, ...]:
    """Return the pictures whose labels are probably wrong, the most doubtful first."""
    filing, said = Filing(run), _said(run.id)
    known = {
        answer.sha256: answer
        for split in (Split.TEST, Split.VALIDATION)
        for answer in open_studio().answers(run.id, split)
    }
    return tuple(
        Item(
            sha256=one.sha256,
            path=one.path,
            split=one.split,
            labels=one.given,
            other=one.suggested,
            sure=one.score,
            group=_group(filing, one.sha256),
            answer=known.get(one.sha256),
            issue=one,
            verdicts=tuple(said.get(one.sha256, ())),
            filed=filing.of(one.sha256, one.given),
        )
        for one in check.likely
    )


def answer_of(run_id: str, item: Item) -> Answer:
    """Return the run's answer to a picture; one that it learnt from is asked about now."""
    if item.answer is not None:
        return item.answer
    likely = _likely(run_id, item.sha256)
    many = several(run_id)
    return Answer(
        path=item.path,
        label=item.labels[0] if item.labels else None,
        predicted=likely[0][0],
        confidence=likely[0][1],
        sha256=item.sha256,
        labels=item.labels if many else (),
        named=tuple(name for name, share in likely if share >= 0.5) if many else (),
        several=many,
    )


def reviewers(run_id: str) -> tuple[str, ...]:
    """Return who has said something about the run's pictures."""
    return tuple(dict.fromkeys(one.reviewer for one in open_studio().verdicts(run_id)))


def new_names(run_id: str) -> tuple[str, ...]:
    """Return the names of new classes that were said."""
    return tuple(dict.fromkeys(name for one in open_studio().verdicts(run_id) for name in one.labels))


def judged_before(found: Sequence[Verdict]) -> str:
    """Return what was said beside other runs and holds for these pictures, in sentences."""
    names = filter(None, dict.fromkeys(one.reviewer for one in found))
    by = f" by {named}" if (named := ", ".join(names)) else ""
    pictures = len({one.sha256 for one in found})
    were = "was" if pictures == 1 else "were"
    return (
        f"{count(pictures, 'picture')} {were} judged{by} when another model of this project was "
        "reviewed. What was said there holds here, too."
    )


# What clicks do --------------------------------------------------------------------------------------


def say(
    shown: Shown,
    pictures: Sequence[str],
    judgement: Judgement,
    *,
    ticked: bool = False,
    fields: Sequence[str] = (),
) -> None:
    """Keep a verdict on these pictures, and open the next one that nobody has looked at.

    Who says the same again, as by a key pressed twice, has said it once.

    ``fields`` are those of ticked pictures, to be emptied then.
    """
    try:
        known, reviewer = _said(shown.run_id), state.author()
        new = [
            sha256
            for sha256 in pictures
            if not _repeated(known.get(sha256, ()), judgement, reviewer, shown.filed.get(sha256))
        ]
        if new:
            open_studio().judge(shown.run_id, dict.fromkeys(new, judgement), reviewer=reviewer)
    except AppError as problem:
        state.warn(str(problem))
        return
    if ticked:
        state.take_ticks_away()
        state.clear(fields)
    seen = _seen(shown)
    behind = state.looked_at(shown.run_id) if ticked else pictures[0]
    look(shown, review_items.next_unseen(shown.order, seen, after=behind))


def take_over(run_id: str) -> None:
    """Take over what was said of a run's pictures beside other runs, and tell how much it was."""
    try:
        number = open_studio().take_over_verdicts(run_id)
    except AppError as problem:
        state.warn(str(problem))
        return
    state.tell(f"{count(number, 'verdict')} taken over. Each reviewer can undo his or her own.")


def look(shown: Shown, sha256: str | None) -> None:
    """Show this picture large, and the part of the list where it is."""
    if sha256 is None:
        return
    state.look_at(shown.run_id, sha256)
    if sha256 in shown.order and len(shown.order) > shown.page:
        state.write(shown.page_key, shown.order.index(sha256) // shown.page + 1)


def step(shown: Shown, current: str | None, by: int) -> None:
    """Show the picture before or behind the current one."""
    place = shown.order.index(current) + by if current in shown.order else 0
    if 0 <= place < len(shown.order):
        look(shown, shown.order[place])


def skip(shown: Shown, current: str | None) -> None:
    """Show the next picture that nobody has looked at."""
    look(shown, review_items.next_unseen(shown.order, _seen(shown), after=current))


def undo(shown: Shown) -> None:
    """Take back what this reviewer said last, and show that picture."""
    _turn(shown, back=True)


def redo(shown: Shown) -> None:
    """Say again what this reviewer took back last, and show that picture."""
    _turn(shown, back=False)


def _turn(shown: Shown, *, back: bool) -> None:
    before = {one.id: one.sha256 for one in open_studio().verdicts(shown.run_id)}
    turn = open_studio().undo_verdicts if back else open_studio().redo_verdicts
    number = turn(shown.run_id, reviewer=state.author())
    if not number:
        what = "taken back" if back else "said again"
        whose = f" of {esc(state.author())}" if state.author() else ""
        st.toast(f"There is nothing{whose} to be {what}.", icon=":material/info:")
        return
    after = {one.id: one.sha256 for one in open_studio().verdicts(shown.run_id)}
    changed = {before.get(one) or after.get(one) for one in before.keys() ^ after.keys()}
    look(shown, next((sha256 for sha256 in shown.order if sha256 in changed), None))
    told = f"{'Taken back' if back else 'Said again'}: {count(number, 'verdict')}."
    stay = [filed for sha256, filed in shown.filed.items() if sha256 in changed] if back else []
    st.toast(" ".join((told, *_what_stays(stay))), icon=":material/undo:")


def _what_stays(filed: Sequence[Filed]) -> tuple[str, ...]:
    """Return that pictures whose verdicts were taken back stay as they were changed since."""
    differ = [one for one in filed if one.differs]
    if not differ:
        return ()
    if len(differ) == 1:
        return (f"The picture stays {differ[0].words}.",)
    return (f"{len(differ):,} of these pictures stay as they were changed since.",)


# What lies behind ------------------------------------------------------------------------------------


def _of_answers(run: Run, answers: Sequence[tuple[Answer, Split]]) -> tuple[Item, ...]:
    filing, said = Filing(run), _said(run.id)
    return tuple(_of_answer(answer, split, filing, said.get(answer.sha256, ())) for answer, split in answers)


def _of_answer(answer: Answer, split: Split, filing: Filing, verdicts: Sequence[Verdict]) -> Item:
    labels = answer.labels if answer.several else (answer.label,) if answer.label else ()
    return Item(
        sha256=answer.sha256,
        path=answer.path,
        split=split,
        labels=labels,
        other=answer.named if answer.several else (answer.predicted,),
        sure=answer.confidence,
        group=_group(filing, answer.sha256),
        answer=answer,
        verdicts=tuple(verdicts),
        filed=filing.of(answer.sha256, labels),
    )


def _group(filing: Filing, sha256: str) -> str | None:
    sample = filing.sample(sha256)
    return sample.group if sample else None


def _said(run_id: str) -> Mapping[str, Sequence[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for one in open_studio().verdicts(run_id):
        found.setdefault(one.sha256, []).append(one)
    return found


def _seen(shown: Shown) -> set[str]:
    """Return the pictures that somebody has judged, or filed otherwise since."""
    return {*_said(shown.run_id), *(sha256 for sha256, filed in shown.filed.items() if filed.differs)}


def _repeated(known: Sequence[Verdict], judgement: Judgement, reviewer: str, filed: Filed | None) -> bool:
    """Return whether this reviewer's verdict, of which there is one at most, already says so.

    It does not where the picture was changed after it: said again, it is about the picture as it is by now.
    """
    changed_at = filed.changed_at if filed else None
    return any(
        one.reviewer == reviewer
        and one.judgement == judgement
        and (changed_at is None or one.moment > changed_at)
        for one in known
    )


@st.cache_resource(max_entries=256, show_spinner=False)
def _likely(run_id: str, sha256: str) -> tuple[tuple[str, float], ...]:
    """Return the most likely classes of a picture; they never change."""
    return tuple((one.class_name, one.probability) for one in open_studio().likely(run_id, sha256))


def with_verdict(items: Sequence[Item]) -> int:
    """Return on how many of the pictures somebody has said something."""
    return sum(item.judged for item in items)


def about(run: Run, items: Sequence[Item], *, ticked: bool) -> verdict_bar.About:
    """Return what verdicts on these pictures can say."""
    first = items[0]
    mine = next((one for one in reversed(first.verdicts) if one.reviewer == state.author()), None)
    return verdict_bar.About(
        pictures=len(items),
        given=first.labels if len({item.labels for item in items}) == 1 else (),
        classes=open_studio().classes_to_say(run.id),
        offered=new_names(run.id),
        suggested=review_items.suggestion(items),
        several=several(run.id),
        mistakes=all(item.mistake for item in items),
        rights=not any(item.mistake for item in items),
        note=mine.note if mine and not ticked else "",
        ticked=ticked,
    )
