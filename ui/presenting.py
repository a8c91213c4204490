"""Presenter mode: pictures with known answers, an audience that guesses first, and the model after it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import streamlit as st

from core.domain.dataset import Split
from core.domain.game import Game, Phase, standing
from core.domain.report import Answer
from core.domain.run import Run
from ui import results, state, thumbnails, tiles
from ui.components import gallery, presenter
from ui.words import count

MOST = 20  # pictures of a game
_SURPRISE = 8


def switch() -> bool:
    """Draw the switch of presenter mode, which stands in the address, and return it."""
    return st.toggle(
        "Presenter mode",
        key=state.PRESENT,
        bind="query-params",
        help="Large, and without the menu: people say first what a picture shows, then the model does.",
    )


def show(run: Run) -> None:
    """Draw the game as it stands, or the choice of its pictures."""
    presenter.frame()
    answers = {one.sha256: one for one in results.ruled_answers(run.id, Split.TEST)}
    with st.container(key="presenter"):
        game = state.game()
        if game is None or game.run_id != run.id or not set(game.pictures) <= set(answers):
            _pick(run, tuple(answers.values()))
        else:
            _play(game, answers, results.report(run.id).classes)


def _pick(run: Run, answers: Sequence[Answer]) -> None:
    st.header("Who is better: you, or the model?", anchor=False)
    if not answers:
        st.markdown("This run has no test pictures to play with.")
        return
    st.markdown("Pictures that the model has never seen. You say first what each one shows.")
    st.button(
        "Surprise me",
        key="surprise",
        type="primary",
        icon=":material/shuffle:",
        on_click=_begin,
        args=(run.id, mixed(answers, _SURPRISE, random.Random())),  # noqa: S311 - a game, no secret
        help="Some that the model gets right, some wrong, some of which it is not sure.",
    )
    with st.expander("Or pick the pictures yourself", icon=":material/checklist:", on_change="rerun") as pick:
        if pick.open:
            picked = gallery.show(
                tiles.of_answers(answers), key=f"pick_{run.id}", label="Test pictures", empty="", choose=True
            )
            chosen = tuple(tile.sha256 for tile in picked.chosen)
            if len(chosen) > MOST:
                st.caption(f"The first {MOST} are taken.")
            st.button(
                f"Play with {count(min(MOST, len(chosen)), 'picture')}",
                key="play_picked",
                disabled=not chosen,
                on_click=_begin,
                args=(run.id, chosen[:MOST]),
            )


def mixed(answers: Sequence[Answer], number: int, chance: random.Random) -> tuple[str, ...]:
    """Return about half pictures that are answered rightly, and wrong and unsure ones, in a drawn order."""
    unsure = [one.sha256 for one in answers if one.doubt]
    wrong = [one.sha256 for one in answers if not one.doubt and not one.right]
    right = [one.sha256 for one in answers if not one.doubt and one.right]
    for group in (unsure, wrong, right):
        chance.shuffle(group)
    chosen = [*unsure[: number // 4], *wrong[: number // 4]]
    rest = [*right, *wrong[number // 4 :], *unsure[number // 4 :]]
    chosen += rest[: number - len(chosen)]
    chance.shuffle(chosen)
    return tuple(chosen)


def _play(game: Game, answers: Mapping[str, Answer], classes: Sequence[str]) -> None:
    score = standing(game, answers)
    if game.phase is Phase.END:
        presenter.end(score, again=_again)
        return
    sha256 = game.pictures[game.at]
    picture = thumbnails.uri(sha256, thumbnails.LARGE)
    number = f"Picture {game.at + 1} of {len(game.pictures)}"
    st.progress((game.at + 1) / len(game.pictures), text=number)
    if game.phase is Phase.ASK:
        presenter.ask(picture, number, classes, vote=_vote, key=f"vote_{game.at}")
        presenter.running(score)
    else:
        presenter.reveal(
            picture,
            answers[sha256],
            vote=game.votes[game.at],
            score=score,
            last=game.at + 1 == len(game.pictures),
            go_on=_next,
        )
    st.button("End the game", key="end_game", type="tertiary", on_click=_again)


def _begin(run_id: str, pictures: tuple[str, ...]) -> None:
    state.play(Game(run_id=run_id, pictures=pictures))


def _vote(class_name: str | None) -> None:
    if game := state.game():
        state.play(game.voted(class_name))


def _next() -> None:
    if game := state.game():
        state.play(game.next())


def _again() -> None:
    state.play(None)
