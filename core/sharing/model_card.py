"""A model card: Markdown with a head in YAML, as it lies beside published models.

The headings are those of Hugging Face's template, which follows Mitchell et al., Model Cards for Model
Reporting (2019).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Final

from core.domain.dataset import Split
from core.domain.report import ClassScore
from core.domain.report_contents import ReportContents
from core.evaluation.decision_words import how_firm, summary, what_it_does, whose_answers
from core.evaluation.doubt_words import doubts
from core.evaluation.slice_words import verdict as slices_verdict
from core.evaluation.sure_words import verdict as sure_verdict
from core.evaluation.sure_words import what_changed
from core.evaluation.words import headline
from core.sharing import report_evidence, report_words
from core.sharing.finding_words import findings
from core.sharing.report_evidence import Evidence
from core.sharing.report_words import NO_FIGURE, plain

_MARKED: Final = re.compile(r"([\\`*_{}\[\]#|<>~$&!])")
_NOT_STATED: Final = "Not stated."


def as_card(contents: ReportContents) -> str:
    """Return the model card. Names are escaped for Markdown, and quoted in the head."""
    parts = (
        _head(contents),
        f"# {_safe(contents.project.name)}: {_safe(contents.run.name)}",
        _safe(f"{report_words.what_it_does(contents)} {headline(contents.report.test)}"),
        *_details(contents),
        *_uses(contents),
        *_limits(contents),
        *_training(contents),
        *_evaluation(contents),
        *_technical(contents),
    )
    return "\n\n".join(parts) + "\n"


def _head(contents: ReportContents) -> str:
    """Return the YAML. A JSON string is a YAML string, whatever letters it holds."""
    test = contents.report.test
    lines = [
        "---",
        "license: other",  # only the model's owner can give one: see below
        "library_name: sightsmith",
        "pipeline_tag: image-classification",
        "tags:",
        *(f"- {_quoted(tag)}" for tag in ("image-classification", "sightsmith", contents.backbone.key)),
        "metrics:",
        "- accuracy",
        "- f1",
    ]
    measured = (("accuracy", test.accuracy.value if test.accuracy else None), ("f1", test.macro_f1))
    results = [line for kind, value in measured if value is not None for line in _result(kind, value)]
    if results:
        lines += ["model-index:", f"- name: {_quoted(contents.run.name)}", "  results:"]
        lines += ["  - task:", "      type: image-classification", "    dataset:"]
        lines += [f"      name: {_quoted(contents.project.name)}", "      type: custom", "      split: test"]
        lines += ["    metrics:", *results]
    return "\n".join([*lines, "---"])


def _result(kind: str, value: float) -> tuple[str, ...]:
    name = "Macro F1" if kind == "f1" else "Accuracy"
    return f"    - type: {kind}", f"      name: {name}", f"      value: {value:.4f}"


def _details(contents: ReportContents) -> Iterable[str]:
    run, backbone = contents.run, contents.backbone
    several = contents.report.test.several
    task = "one or several classes per picture" if several else "exactly one class per picture"
    yield "## Model Details"
    yield _list(
        f"**Made by:** the owner of the project “{_safe(contents.project.name)}”, with Sightsmith",
        f"**Date:** {report_words.day(run.finished_at)}",
        f"**Type:** image classifier, {task}, {len(contents.report.classes)} classes",
        f"**Finetuned from:** {_safe(backbone.title)} (`{backbone.key}`), pretrained on ImageNet"
        if run.config.pretrained
        else f"**Architecture:** {_safe(backbone.title)} (`{backbone.key}`), learnt from nothing",
        f"**Licence of the backbone's weights:** {backbone.licence}. The licence of this model as a whole "
        "also depends on its pictures; its owner has to say.",
    )


def _uses(contents: ReportContents) -> Iterable[str]:
    yield "## Uses"
    yield "### Direct Use"
    if contents.project.purpose:
        yield _safe(contents.project.purpose)
    yield (
        "To say for pictures like those it was tested on which class they show, with a person to look at "
        "what it is not sure of."
    )
    yield "### Out-of-Scope Use"
    yield (
        "Pictures of other things or of another kind than it learnt from. Decisions about people, their "
        "health, safety or rights, without a person who decides and without a test of one's own."
    )


def _limits(contents: ReportContents) -> Iterable[str]:
    yield "## Bias, Risks, and Limitations"
    yield _list(*(_safe(sentence) for sentence in report_words.limits(contents)))
    yield f"Kinds of pictures: {_safe(slices_verdict(contents.slices))}"
    yield "### Ethical Considerations"
    yield (
        "Who or what is in the pictures, and whether they agreed, was not examined. Frequent kinds of "
        "pictures weigh more in what was learnt than rare ones."
    )
    yield "## How to Get Started with the Model"
    yield "```bash\nsightsmith predict MODEL.sightsmith PICTURE\nsightsmith serve MODEL.sightsmith\n```"


def _training(contents: ReportContents) -> Iterable[str]:
    dataset = contents.dataset
    yield "## Training Details"
    yield "### Training Data"
    rows = [
        (_safe(name), *(f"{by_split[split]:,}" for split in Split))
        for name, by_split in dataset.counts().items()
    ]
    yield _table(("Class", "Train", "Validation", "Test"), rows)
    yield _list(
        f"**Pictures:** {len(dataset.used()):,}, version {dataset.version} of the data set",
        f"**Fingerprint:** `{contents.run.dataset_fingerprint}`",
        f"**Source:** {_safe(contents.project.credit) or _NOT_STATED}",
        f"**Check:** {_safe(findings(dataset))}",
    )
    yield "### Training Procedure"
    yield _safe(contents.settings_in_words)


def _evaluation(contents: ReportContents) -> Iterable[str]:
    report, prospect = contents.report, contents.prospect
    test, calibration = report.test, report.test_calibration
    yield "## Evaluation"
    yield "### Testing Data, Factors & Metrics"
    series = f", {test.groups:,} series and single pictures," if test.groups is not None else ""
    yield (
        f"{test.pictures:,} test pictures{series} that were never learnt from. Ranges hold with 95 % "
        "confidence. Every picture counts, also those on which the model would say that it is not sure."
    )
    if whose := whose_answers(prospect.decision):
        yield _safe(whose)
    for doubt in doubts(contents.dataset):
        yield f"**These figures may be too good.** {_safe(doubt)}"
    yield from _told(report_evidence.fair_exam(contents.dataset))
    yield "### Results"
    yield _table(("Figure", "Value (range)"), _figures(contents))
    yield _table(
        ("Class", "Test pictures", "Precision", "Recall", "F1"), [_class_row(one) for one in test.per_class]
    )
    yield from _told(report_evidence.elsewhere(contents))
    if contents.mistakes:
        yield "Most frequent mistakes:"
        yield _list(*(_safe(one.words) for one in contents.mistakes))
    yield from _told(report_evidence.whose_mistakes(contents.budget))
    yield "### How sure it is"
    yield (
        _safe(f"{sure_verdict(calibration.after, several=test.several)} {what_changed(calibration)}")
        if calibration
        else "Not measured."
    )
    yield "### When it declines to answer"
    told = (summary(prospect.decision), how_firm(prospect), what_it_does(prospect))
    yield _safe(" ".join(filter(None, told)))
    yield from _told(report_evidence.what_mistakes_cost(contents))


def _told(evidence: Evidence | None) -> Iterable[str]:
    if evidence is not None:
        yield f"**{evidence.question}** {_safe(' '.join(evidence.sentences))}"


def _figures(contents: ReportContents) -> list[tuple[str, str]]:
    test = contents.report.test
    rows = [
        (
            "Accuracy (exactly the right classes)" if test.several else "Accuracy",
            report_words.share(test.accuracy),
        ),
        ("Macro F1", report_words.figure(test.macro_f1, test.macro_f1_interval)),
    ]
    if test.several:
        rows.append(("Micro F1", report_words.figure(test.micro_f1)))
        rows.append(("Mean average precision", report_words.figure(test.mean_average_precision)))
    return rows


def _class_row(score: ClassScore) -> tuple[str, ...]:
    return (
        _safe(score.name),
        f"{score.support:,}",
        report_words.figure(score.precision, score.precision_interval),
        report_words.figure(score.recall, score.recall_interval),
        report_words.figure(score.f1, score.f1_interval),
    )


def _technical(contents: ReportContents) -> Iterable[str]:
    run = contents.run
    yield "## Technical Specifications"
    versions = (f"{package} {version}" for package, version in run.versions)
    yield _list(
        f"**Trained on:** {_safe(run.device) or _NOT_STATED}",
        f"**Software:** {', '.join((f'Sightsmith {contents.version}', *versions))}",
        f"**Run:** `{run.id}`",
        f"**Card written:** {report_words.day(contents.created_at)}",
    )
    yield "## Model Card Contact"
    yield _safe(contents.project.responsible) or _NOT_STATED


def _list(*lines: str) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(cell or NO_FIGURE for cell in line)} |" for line in lines)


def _safe(text: str) -> str:
    """Return text on one line that Markdown takes as it is, HTML included."""
    return _MARKED.sub(r"\\\1", plain(text))


def _quoted(text: str) -> str:
    return json.dumps(plain(text), ensure_ascii=False)
