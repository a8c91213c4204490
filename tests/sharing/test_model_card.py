"""The model card: its head is YAML, its headings are the established ones, its figures have ranges."""

from __future__ import annotations

from dataclasses import replace

import yaml

from core.domain.dataset import Split
from core.sharing.model_card import as_card
from core.sharing.report_words import figure
from tests.evaluation.made import drawn
from tests.sharing.made_report import contents

HEADINGS = [
    "## Model Details",
    "## Uses",
    "### Direct Use",
    "### Out-of-Scope Use",
    "## Bias, Risks, and Limitations",
    "### Ethical Considerations",
    "## How to Get Started with the Model",
    "## Training Details",
    "### Training Data",
    "### Training Procedure",
    "## Evaluation",
    "### Testing Data, Factors & Metrics",
    "### Results",
    "### How sure it is",
    "### When it declines to answer",
    "## Technical Specifications",
    "## Model Card Contact",
]


def head_of(card: str) -> dict[str, object]:
    return yaml.safe_load(card.split("---\n")[1])


def test_the_head_says_figures_and_gives_no_licence_in_the_owner_s_place():
    """It put the whole model, learnt from the owner's pictures, under the licence of its backbone."""
    made = contents()
    head = head_of(as_card(made))
    assert head["license"] == "other"
    assert "**Licence of the backbone's weights:** BSD-3-Clause." in as_card(made)
    assert head["pipeline_tag"] == "image-classification"
    assert head["tags"] == ["image-classification", "sightsmith", "mobilenet_v3_small"]
    accuracy, f1 = head["model-index"][0]["results"][0]["metrics"]
    assert accuracy["value"] == round(made.report.test.accuracy.value, 4)
    assert f1["value"] == round(made.report.test.macro_f1, 4)


def test_without_test_pictures_the_head_has_no_figures():
    told = drawn(30, 3)
    head = head_of(as_card(contents(replace(told, splits=(Split.VALIDATION,) * 30))))
    assert "model-index" not in head


def test_the_headings_are_those_of_the_established_form():
    assert [line for line in as_card(contents()).splitlines() if line.startswith("##")] == HEADINGS


def test_each_class_stands_with_its_range():
    made = contents()
    one = made.report.test.per_class[0]
    row = next(line for line in as_card(made).splitlines() if line.startswith(f"| bolt | {one.support} |"))
    assert figure(one.f1, one.f1_interval) in row
    assert "to" in row


def test_names_are_text_to_markdown_and_yaml():
    hostile = ("a | b", "<script>", "# x: *y*\n- z")
    made = contents(classes=hostile)
    card = as_card(replace(made, project=replace(made.project, name='"]: &x !!y\n---\nz')))
    assert head_of(card)["model-index"][0]["results"][0]["dataset"]["name"] == '"]: &x !!y --- z'
    assert r"a \| b" in card
    assert r"\<script\>" in card
    assert r"\# x: \*y\* - z" in card
    assert [line for line in card.splitlines() if line.startswith("##")] == HEADINGS
