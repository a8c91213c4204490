"""A report about a trained model as one file of HTML: no network, no server, and it prints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from core.domain.dataset import Split
from core.domain.report import Answer, ClassScore
from core.domain.report_contents import Look, ReportContents, Shown
from core.evaluation.decision_words import how_firm, summary, what_it_does, whose_answers
from core.evaluation.doubt_words import doubts
from core.evaluation.explain_words import what_covering_tells
from core.evaluation.rounding import of_100
from core.evaluation.slice_words import verdict as slices_verdict
from core.evaluation.sure_words import verdict as sure_verdict
from core.evaluation.sure_words import what_changed
from core.evaluation.words import headline
from core.sharing import report_evidence, report_figures, report_tables, report_words
from core.sharing.finding_words import findings
from core.sharing.heat_picture import RAMP, as_address, with_heat
from core.sharing.report_figures import Figure
from core.sharing.report_words import NO_FIGURE, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """A picture as the page shows it."""

    address: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A class in the table: figures in words."""

    name: str
    learnt: str
    tested: str
    f1: str
    precision: str
    recall: str


def as_html(contents: ReportContents) -> str:
    """Return the report. Every name is escaped; nothing in it is fetched from anywhere."""
    test = contents.report.test
    calibration = contents.report.test_calibration
    figures, counts = _figures(contents), contents.dataset.counts()
    return (
        _environment()
        .get_template("report.html")
        .render(
            contents=contents,
            words=report_words,
            test=test,
            headline=headline(test),
            doubts=doubts(contents.dataset),
            findings=findings(contents.dataset),
            figures=figures,
            drawing=_as_script(figures),
            plotly=Markup(_plotly()) if figures else "",  # noqa: S704 - the library's own file
            rows=[_row(one, counts[one.name][Split.TRAIN]) for one in test.per_class],
            mistakes=[(one.words, [_small(shown) for shown in one.pictures]) for one in contents.mistakes],
            exam=report_evidence.fair_exam(contents.dataset),
            elsewhere=report_evidence.elsewhere(contents),
            whose_mistakes=report_evidence.whose_mistakes(contents.budget),
            costs=report_evidence.what_mistakes_cost(contents),
            confusion_table=report_tables.confusion(test),
            sure=_how_sure(contents),
            sure_table=report_tables.reliability(calibration.after) if calibration else None,
            whose=whose_answers(contents.prospect.decision),
            rule=[
                summary(contents.prospect.decision),
                how_firm(contents.prospect),
                what_it_does(contents.prospect),
            ],
            looks=[_looked(look) for look in contents.looks],
            ramp=RAMP,
            slices=slices_verdict(contents.slices),
            splits=tuple(Split),
            counts=counts,
            most_cells=report_figures.MOST_CELLS,
            most_bars=report_figures.MOST_BARS,
        )
    )


def _how_sure(contents: ReportContents) -> list[str]:
    calibration = contents.report.test_calibration
    if calibration is None:
        return []
    return [
        sure_verdict(calibration.after, several=contents.report.test.several),
        what_changed(calibration),
    ]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("core.sharing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda shown: plain(shown) if type(shown) is str else shown,
    )


def _plotly() -> str:
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def _as_script(figures: dict[str, Figure]) -> Markup:
    """Return the figures as JSON in which nothing can end the script that it stands in."""
    text = json.dumps(figures, ensure_ascii=True, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - has no letter that HTML would read


def _figures(contents: ReportContents) -> dict[str, Figure]:
    """Return the figures that there is something to draw for, by their place on the page."""
    test, calibration = contents.report.test, contents.report.test_calibration
    found = {
        "confusion": report_figures.confusion(test),
        "f1": report_figures.f1_bars(test.per_class),
        "reliability": report_figures.reliability(calibration.after) if calibration else None,
        "answered": report_figures.answered_or_wrong(contents.prospect),
    }
    return {place: figure for place, figure in found.items() if figure is not None}


def _row(score: ClassScore, learnt: int) -> _Row:
    return _Row(
        name=score.name,
        learnt=f"{learnt:,}",
        tested=f"{score.support:,}",
        f1=report_words.figure(score.f1, score.f1_interval),
        precision=report_words.figure(score.precision, score.precision_interval),
        recall=report_words.figure(score.recall, score.recall_interval),
    )


def _small(shown: Shown) -> _Picture:
    return _Picture(address=as_address(shown.jpeg), caption=_caption(shown.answer))


def _looked(look: Look) -> tuple[_Picture, _Picture, str]:
    """Return a picture, the same with heat, and what the heat is worth."""
    found, shown = look.explanation, look.picture
    hot = _Picture(
        address=as_address(with_heat(shown.jpeg, found.heat, seen=found.seen)),
        caption=f"where it looked for “{found.class_name}”",
    )
    return _small(shown), hot, what_covering_tells(found)


def _caption(answer: Answer) -> str:
    sure = f"{of_100(answer.confidence)} % sure"
    if answer.several:
        said = report_words.listed(answer.named) or "nothing"
        return f"said {said}; really {report_words.listed(answer.labels) or NO_FIGURE}"
    doubt = f" ({answer.doubt})" if answer.doubt else ""
    if answer.right:
        return f"rightly “{answer.predicted}”, {sure}{doubt}"
    return f"“{answer.predicted}”, {sure}{doubt}; really “{answer.label}”"
