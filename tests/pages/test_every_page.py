"""Each page, in each state that a project can be in, says what it should and never breaks."""

from __future__ import annotations

import pytest

from tests.pages.conftest import text_of
from tests.ui.fake_studio import OF_PICTURES, STATES
from ui.words import esc

TITLES = {
    "home": "What would you like to teach the computer?",
    "upload": "Are these pictures fit to learn from?",
    "configure": "How should it learn?",
    "train": "How is it going?",
    "evaluate": "How good is it, honestly?",
    "review": "Which pictures are wrong, and why?",
    "compare": "Is the new one better?",
    "try_it": "Will it work on a picture it has never seen?",
    "share": "How do others use it?",
}
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "**strong** _it_ `code`",
    ":red[x] :material/home: :smile:",
    "$a^2$ [link](http://x.example)",
    "=HYPERLINK(1)",
)


EVERYWHERE = [
    (page, state) for page in TITLES for state in STATES if page == "upload" or state not in OF_PICTURES
]


@pytest.mark.parametrize(("page", "state"), EVERYWHERE)
def test_draws_in_every_state(visit, page, state):
    at = visit(state).open(page)
    expected = TITLES[page]
    if state == "empty" and page != "home":
        assert "Choose a project first" in text_of(at)
    else:
        assert at.title[0].value == expected


@pytest.mark.parametrize(
    ("page", "state", "sentence"),
    [
        ("home", "empty", "Try it with sample pictures"),
        ("home", "data", "Ready to train"),
        ("home", "done", "95 % right"),
        ("home", "training", "Training now"),
        ("upload", "project", "has no pictures yet"),
        ("upload", "import failed", "protected by a password"),
        ("upload", "data", "222 pictures in 4 classes; 2 things to look at."),
        ("upload", "doctored", "11 pictures of 5 series lie both in your train and in your test folder."),
        ("upload", "doctored", "The computer learns blur as if it were a mark of the class."),
        ("upload", "edited", "Moved 3 pictures to “washer”"),
        ("upload", "untrainable", "Telling apart needs at least two"),
        ("configure", "project", "This needs pictures first"),
        ("configure", "importing", "The pictures are still being read"),
        ("configure", "untrainable", "These pictures cannot be trained on yet"),
        ("configure", "data", "A new last layer learns for up to 40 epochs"),
        ("train", "data", "Nothing has been trained yet"),
        ("train", "waiting", "The curves appear here after the first epoch."),
        ("train", "training", "training goes on"),
        ("train", "done", "Training has finished. The best epoch was 15; that one was kept."),
        ("train", "stopped", "You stopped this training run."),
        ("train", "discarded", "You discarded this training run; nothing of it was kept."),
        ("train", "failed", "The disk is full: 0.2 GB free, 1.1 GB needed."),
        ("train", "interrupted", "Sightsmith was closed while this run was training"),
        ("evaluate", "data", "There is nothing to judge yet"),
        ("evaluate", "done", "Right on about"),
        ("evaluate", "training", "Right on about"),
        ("compare", "data", "There is nothing to judge yet"),
        ("compare", "training", "A second result is needed"),
        ("compare", "done", "The pictures behind it"),
    ],
)
def test_says_what_matters(visit, page, state, sentence):
    said = text_of(visit(state).open(page))
    assert sentence in said or esc(sentence) in said


@pytest.mark.parametrize("page", TITLES)
def test_hostile_names_are_shown_literally(visit, page):
    at = visit("done", classes=HOSTILE, name=HOSTILE[0]).open(page)
    raw = "\n".join(str(e.value) for kind in ("markdown", "caption", "header") for e in getattr(at, kind))
    assert not [name for name in HOSTILE if name in raw]


@pytest.mark.parametrize("classes", [("good", "bad"), tuple(f"species {i}" for i in range(40))])
@pytest.mark.parametrize("page", ["upload", "evaluate"])
def test_two_classes_and_forty(visit, page, classes):
    visit("done", classes=classes, per_class=6).open(page)


def test_a_link_to_a_project_that_is_gone_leads_home(visit):
    at = visit("done").open("evaluate", project="No such project")
    assert "Choose a project first" in text_of(at)


def test_a_problem_is_told_in_words_with_its_hint(visit, monkeypatch):
    from core.domain.errors import StoreError

    screen = visit("done")

    def broken():
        raise StoreError("The workspace cannot be read.", hint="Check the folder.")

    monkeypatch.setattr(screen.studio, "summaries", broken)
    at = screen.at.run()
    assert not at.exception
    assert "Check the folder" in at.error[0].value
