"""The report: whole in one file, honest, safe to show, and without pictures where none are wanted."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from core.domain.dataset import Issue, IssueKind, Severity, Split
from core.domain.decision import Cost, Decision
from core.domain.edit import Probe, SplitCheck
from core.domain.further_test import LEARNT_FROM, FurtherTest
from core.domain.report import Answer
from core.domain.report_contents import JudgedAgain, Missed
from core.domain.review import Judgement, VerdictKind
from core.domain.slices import Origin, Trait
from core.evaluation.decision_words import what_it_costs
from core.evaluation.error_budget import Opinions, error_budget, rightness
from core.evaluation.overlooking import detected, with_cost
from core.evaluation.prospect import price, prospect, rule_for
from core.evaluation.report import build_report
from core.evaluation.words import headline
from core.sharing.model_card import as_card
from core.sharing.report_html import _caption, as_html
from core.sharing.report_words import NO_FIGURE, share
from tests.evaluation.made import drawn, drawn_several
from tests.sharing.made_report import contents
from tests.store.made import NOON
from ui.words import GLOSSARY

HOSTILE = ("</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"&\u202e\x00{{ 7*7 }}')


class Read(HTMLParser):
    """What a browser would make of the page, scripts apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def attributes(self, name: str) -> list[str]:
        return [found[name] or "" for _, found in self.tags if name in found]


def plainly(written: str) -> str:
    """Return what one reads of a report or a card."""
    return Read(written).text if written.startswith("<!doctype") else re.sub(r"\\(.)", r"\1", written)


@pytest.fixture(scope="module")
def read() -> Read:
    return Read(as_html(contents(pictures=True)))


def test_the_result_stands_in_it_with_its_range(read):
    made = contents()
    accuracy = made.report.test.accuracy
    assert headline(made.report.test) in read.text
    assert f"{accuracy.value * 100:.1f} % (" in read.text
    assert "It tells 3 kinds of pictures apart: bolt, nut and washer." in read.text


@pytest.mark.parametrize("written", [as_html, as_card])
def test_a_leak_stands_beside_the_score(written):
    """A model that had seen its test pictures was told to be right on 98 of 100, with "leak" at the end."""
    made = contents()
    leak = Issue(
        kind=IssueKind.LEAK,
        severity=Severity.WARNS,
        message="8 pictures are in more than one split.",
        consequence="The score is better than the truth.",
    )
    page = written(replace(made, dataset=replace(made.dataset, issues=(leak,))))
    place = page.index("8 pictures are in more than one split")
    assert "may be too good." in page[place - 80 : place]
    assert page.index("Evaluation") < place if written is as_card else place < page.index("How good it is")
    assert "may be too good." not in written(made)


@pytest.mark.parametrize("written", [as_html, as_card])
def test_it_is_told_whether_the_exam_was_fair(written):
    """In the app one read that a plain split would have told 98 of 100; whoever got the report did not."""
    made = contents()
    check = SplitCheck(
        series=2,
        pictures=5,
        leaked=1,
        pairs=(),
        plain=Probe(accuracy=0.98, low=0.95, high=0.99),
        honest=Probe(accuracy=0.91, low=0.85, high=0.95),
    )
    page = plainly(written(replace(made, dataset=replace(made.dataset, split_check=check))))
    assert "Was it a fair exam?" in page
    assert "were divided by lot" in page
    assert "judged on 1 picture whose twin" in page
    assert "A plain split would have told 98 of 100; honest is 91 (85 to 95). That is told by a small" in page
    assert ("98 of 100 (95 to 99)" in page) is (written is as_html)
    assert "quick model" not in plainly(written(made))
    untested = replace(made.dataset, samples=made.dataset.used(Split.TRAIN))
    assert "a fair exam" not in plainly(written(replace(made, dataset=untested)))


@pytest.mark.parametrize("written", [as_html, as_card])
def test_further_tests_stand_beside_its_own(written):
    """A model that did clearly worse on later pictures was reported by its first, better score alone."""
    made = contents()
    later = FurtherTest(
        id="t",
        run_id="r",
        name="Dr Novak.zip",
        created_at=NOON,
        pictures=80,
        left_out=(("a.png", LEARNT_FROM), ("b.png", "It is broken."), ("c.png", "It is broken.")),
        unknown_classes=("rivet",),
    )
    worse = build_report("r", made.report.classes, drawn(120, 3, seed=3, skill=0.0)).test
    tests = (JudgedAgain(test=later, scores=worse), JudgedAgain(test=replace(later, id="u"), scores=None))
    page = plainly(written(replace(made, further=tests, pictures=True)))
    private = plainly(written(replace(made, further=tests, pictures=False)))
    for told in (page, private):
        assert "Does it hold elsewhere?" in told
        assert f"(1 March 2026): {headline(worse)} That is clearly worse than its own test" in told
        assert "percentage points against its own test" in told
        assert (
            "Left out: 1 picture that it had learnt from and 2 other files that could not be judged." in told
        )
        assert "1 class there is unknown to the model." in told
        assert "what was saved of this test is damaged, so it says nothing." in told
    assert "“Dr Novak.zip” (1 March" in page
    assert "Novak" not in private
    assert "Further test 2 (1 March" in private
    assert (f"Further test 1 80 {share(worse.accuracy)} Further test 2 {NO_FIGURE}" in private) is (
        written is as_html
    )
    assert "elsewhere" not in plainly(written(made))


@pytest.mark.parametrize("written", [as_html, as_card])
def test_a_cross_check_is_told(written):
    made = contents()
    turns = FurtherTest(
        id="t", run_id="r", name="All pictures in turn", created_at=NOON, pictures=80, turns=5
    )
    scores = build_report("r", made.report.classes, drawn(300, 3, seed=3, skill=0.0)).test
    page = plainly(written(replace(made, further=(JudgedAgain(test=turns, scores=scores),))))
    assert "Was the test a lucky draw?" in page
    assert "Its own test was a lucky draw: the settings are rather this good." in page
    assert "5 models were trained for it with the same settings, each judged on pictures it had not" in page


@pytest.mark.parametrize("written", [as_html, as_card])
def test_a_cross_check_of_unseen_origins_is_told(written):
    made = contents()
    turns = FurtherTest(
        id="t",
        run_id="r",
        name="Each “hospital” unseen",
        created_at=NOON,
        pictures=80,
        turns=3,
        unseen=Origin(trait=Trait.COLUMN, column="hospital"),
        origins=3,
    )
    scores = build_report("r", made.report.classes, drawn(300, 3, seed=3, skill=0.0)).test
    page = plainly(written(replace(made, further=(JudgedAgain(test=turns, scores=scores),))))
    assert "Does it hold elsewhere?" in page
    assert "Each “hospital” unseen (" in page
    assert "For a new “hospital” it is clearly worse than its own test promised" in page
    assert "each judged on pictures from a “hospital” of which it had seen nothing" in page


@pytest.mark.parametrize("written", [as_html, as_card])
def test_it_is_told_whose_the_mistakes_are(written):
    made, told = contents(), drawn(90, 3, skill=2.5)
    wrong = [sha for sha, right in rightness(told).items() if not right and int(sha, 16) % 3]
    agreed = {
        wrong[0]: Judgement(kind=VerdictKind.MODEL_WRONG),
        wrong[1]: Judgement(kind=VerdictKind.BAD_PHOTO),
    }
    budget = error_budget(told, made.report.classes, Opinions(agreed=agreed))
    page = plainly(written(replace(made, budget=budget)))
    assert f"Whose mistakes are they?{'' if written is as_html else '**'} People looked at answers" in page
    assert f"{len(wrong)} mistakes: 1 bad photo, 1 the model's; {len(wrong) - 2} not looked at yet." in page
    assert "That is too friendly: only mistakes were looked at" in page
    table = "The model is wrong 1 Nobody could tell from such a photo 1 Not looked at yet"
    assert (table in page) is (written is as_html)
    untouched = error_budget(told, made.report.classes, Opinions(agreed={}))
    assert "Whose mistakes" not in plainly(written(replace(made, budget=untouched)))
    assert "Whose mistakes" not in plainly(written(made))


@pytest.mark.parametrize("written", [as_html, as_card])
def test_what_mistakes_cost_is_told(written):
    made, told = contents(), drawn(90, 3, skill=2.5)
    classes = made.report.classes
    rule = rule_for(told, classes, temperature=1.0, costs=with_cost((), classes, "bolt", 20.0, several=False))
    before, after = (detected(one, told, classes, "bolt") for one in (Decision(), rule))
    cost = price(rule, told, classes)
    page = plainly(
        written(
            replace(
                made,
                prospect=prospect(rule, told, classes),
                price=cost,
                missed=(Missed(name="bolt", before=before, after=after),),
            )
        )
    )
    assert "What do mistakes cost?" in page
    assert what_it_costs(cost) in page
    assert f"Of the {after.pictures} test pictures of “bolt”, " in page
    assert "A picture that it leaves to a person" not in page  # it leaves none
    assert ("And the model says It costs bolt anything else 20" in page) is (written is as_html)
    assert "What do mistakes cost?" not in plainly(written(made))


def test_of_very_many_costs_the_highest_are_listed():
    made = contents()
    costs = tuple(Cost(actual="bolt", said=f"k{n}", cost=float(n + 2)) for n in range(14))
    found = Read(as_html(replace(made, prospect=replace(made.prospect, decision=Decision(costs=costs)))))
    assert "Listed are the 12 highest of 14 costs." in found.text
    assert "bolt k2 4" in found.text
    assert "bolt k1 3" not in found.text


def test_a_range_is_told_for_what_it_is(read):
    """It promised that another test would fall into it 19 times out of 20: that holds of about 17."""
    assert "the true figure, for endlessly many pictures like these, lies in such a range 19" in read.text
    assert GLOSSARY["interval"].split(", lies")[0].casefold() in read.text.casefold()


def test_a_wrong_answer_is_never_told_to_be_quite_sure():
    answer = Answer(path="1.jpg", label="nut", predicted="bolt", confidence=0.996)
    assert _caption(answer) == "“bolt”, 99 % sure; really “nut”"


def test_all_it_promises_is_told(read):
    for heading in (
        "How good it is",
        "What it gets wrong",
        "Kinds of pictures on which it is worse",
        "How sure it is",
        "When it does not answer",
        "Where it looks",
        "What it cannot do",
        "What it learnt from",
        "How it was made",
    ):
        assert heading in read.text
    for fact in ("f" * 64, "BSD-3-Clause", "torch 2.0", "1 March 2026", "Sightsmith 1.2.3", "A. Person"):
        assert fact in read.text
    assert "still warns of: blurred pictures. It also noted: pictures that are nearly the same." in read.text


def test_nothing_is_fetched_from_anywhere():
    page = as_html(contents(pictures=True))
    found = Read(page)
    assert "default-src 'none'" in found.attributes("content")[1]
    assert not found.attributes("href")
    assert all(source.startswith("data:image/jpeg;base64,") for source in found.attributes("src"))
    assert not re.search(r"@import|url\(", page[: page.index("<body>")])
    assert len(page.encode()) < 10_000_000


def test_the_figures_are_those_of_the_report(read):
    test = contents().report.test
    figures = json.loads(read.scripts[1])
    assert set(figures) == {"confusion", "f1", "reliability", "answered"}
    cells = figures["confusion"]["data"][0]["text"]
    assert sum(int(cell or 0) for row in cells for cell in row) == test.pictures
    assert sorted(figures["f1"]["data"][0]["x"]) == sorted(round(one.f1, 4) for one in test.per_class)


def test_what_it_is_for_and_who_answers_for_it_is_told():
    made = contents()
    assert "Who answers for it: not stated" in Read(as_html(made)).text
    assert as_card(made).endswith("## Model Card Contact\n\nNot stated.\n")
    project = replace(made.project, purpose="Sorts <parts>.", responsible="Ada, room 7")
    told = replace(made, project=project)
    said = Read(as_html(told)).text
    assert "What it is for: Sorts <parts>." in said
    assert "Who answers for it: Ada, room 7" in said
    assert "### Direct Use\n\nSorts \\<parts\\>." in as_card(told)
    assert as_card(told).endswith("## Model Card Contact\n\nAda, room 7\n")


def test_names_can_do_no_harm():
    made = contents(classes=HOSTILE)
    made = replace(made, project=replace(made.project, name=HOSTILE[0], credit=HOSTILE[1]))
    found = Read(as_html(made))
    assert len(found.scripts) == 3
    assert "img" not in {tag for tag, _ in found.tags}
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert "</script><script>alert(1)</script>" in found.text
    assert '"&\ufffd{{ 7*7 }}' in found.text  # shown, without what turns text around
    assert "<" not in found.scripts[1]


def test_without_pictures_it_shows_none_and_names_no_file():
    page = as_html(contents(pictures=False))
    assert "data:image" not in page.replace("img-src data:", "")[: page.index("<script>")]
    assert not Read(page).attributes("src")
    assert "secret.png" not in page
    assert "This report was asked for without pictures." in page


def test_pictures_say_what_was_answered_and_really_is(read):
    assert read.attributes("alt").count("“nut”, 93 % sure; really “bolt”") == 4  # three mistakes and a look
    assert "lowers how sure it is from 93 to 43 %" in read.text


def test_several_classes_have_no_confusion_but_all_else():
    found = Read(as_html(contents(drawn_several(90, 3))))
    assert "confusion" not in json.loads(found.scripts[1])
    assert "It says which of 3 things a picture shows" in found.text
    assert "Mean average precision" in found.text


def test_without_test_pictures_it_says_that_nobody_knows():
    told = drawn(30, 3)
    found = Read(as_html(contents(replace(told, splits=(Split.VALIDATION,) * 30))))
    assert "nobody can say yet how good it is" in found.text
    assert "There are no test pictures, so nobody knows." in found.text


def test_what_figures_show_is_there_without_them(read):
    """A viewer without scripts, and a screen reader, learnt nothing of three of the four figures."""
    made = contents()
    matrix = made.report.test.confusion
    row = " ".join(["washer", *map(str, matrix[2])])
    assert f"Really said bolt said nut said washer bolt {matrix[0][0]}" in read.text
    assert row in read.text
    best = made.report.test_calibration.after.bins[-1]
    assert f"90 to 100 % {best.answers} " in read.text
    labels = " ".join(read.attributes("aria-label"))
    assert made.mistakes[0].words in labels
    assert "On average it is" in labels
    assert "of 100 pictures" in labels
    assert "The tables and sentences say the same." in read.text


def test_very_many_classes_stay_readable_and_small():
    """A confusion matrix of 65 classes would be 4,225 cells that nobody can read."""
    classes = tuple(f"kind {number}" for number in range(65))
    page = as_html(contents(drawn(130, 65, skill=5.0), classes=classes))
    found = Read(page)
    assert "confusion" not in json.loads(found.scripts[1])
    assert "a table of what is taken for what cannot be read" in found.text
    assert "What is taken for what, most often first" in found.text
    assert len(page.encode()) < 10_000_000
    assert found.text.count("kind 64") >= 2


def test_a_perfect_model_still_gets_no_praise_without_bounds():
    told = drawn(90, 3)
    sure = np.full((90, 3), 0.05, np.float32)
    sure[np.arange(90), told.labels] = 0.9
    found = Read(as_html(contents(replace(told, probabilities=sure))))
    assert "It made no mistake on the test pictures. With more of them it would make some." in found.text
