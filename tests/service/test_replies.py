"""What the service says about one picture."""

from __future__ import annotations

from core.domain.report import Answer, Doubt
from core.service.replies import Predictions, reply
from core.sharing.predictor import FullAnswer


def told(likely: tuple[float, ...], **said: object) -> FullAnswer:
    answer = Answer(path="a.png", label=None, predicted="cat", confidence=max(likely), **said)
    return FullAnswer(answer=answer, probabilities=likely)


def test_one_class_is_as_sure_as_it_is_likely():
    found = reply("a.png", told((0.9, 0.1)), ("cat", "lamp"))
    assert (found.predicted, found.named, found.sure, found.confidence) == ("cat", None, 0.9, 0.9)


def test_where_nothing_is_found_no_class_is_predicted():
    """It said "cat", with a confidence of 0.03, about a picture in which it was sure of nothing."""
    nothing = told((0.03, 0.01), several=True, sure=0.9603, doubt=Doubt.UNLIKE)
    found = reply("a.png", nothing, ("cat", "lamp"))
    assert (found.predicted, found.named, found.sure, found.confidence) == (None, [], 0.9603, None)
    assert found.doubt == "unlike anything it learnt from"
    assert found.probabilities == {"cat": 0.03, "lamp": 0.01}


def test_the_example_is_a_reply():
    example = Predictions.model_config["json_schema_extra"]["example"]
    assert Predictions.model_validate(example).model_dump() == example
