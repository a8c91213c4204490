"""A certificate says how an export did, and does not hold where it answers otherwise too often."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from core.domain.certificate import ExportKind
from core.domain.dataset import Split
from core.domain.report import Doubt
from core.evaluation.intervals import wilson, wilson_of_series
from core.sharing.certificate import Judged, certify
from core.sharing.trial import Reply, Trial


def judged(number: int, *, actual: str = "ash", named: str = "ash", doubt: Doubt | None = None) -> Judged:
    return Judged(
        path=f"{number}.png",
        actual=(actual,),
        named=(named,),
        doubt=doubt,
        probabilities=np.array([0.75, 0.25], np.float32),
    )


def reply(named: str = "ash", *, off: float = 0.0, ms: float = 5.0, doubt: str | None = None) -> Reply:
    return Reply(probabilities=(0.75 - off, 0.25 + off), named=(named,), ms=ms, doubt=doubt)


def trial(*replies: Reply) -> Trial:
    return Trial(runtime="some runtime 1.0", replies=replies)


def test_holds_where_all_is_answered_alike() -> None:
    here = [judged(n, actual="ash" if n else "oak") for n in range(4)]
    found = certify(ExportKind.ONNX, here, trial(*(reply(off=n / 8, ms=n) for n in range(4))), size=1234)
    assert (found.holds, found.agreeing, found.agreement, found.bytes) == (True, 4, 1.0, 1234)
    assert found.greatest_difference == pytest.approx(0.375)
    assert found.accuracy == wilson(3, 4)
    assert found.accuracy is not None
    assert found.accuracy.value == accuracy_score(["oak", "ash", "ash", "ash"], ["ash"] * 4)
    assert (found.median_ms, found.p95_ms) == (1.5, pytest.approx(2.85))
    assert found.why == "It answers all 4 test pictures as it does here."


@pytest.mark.parametrize(
    ("kind", "wrong", "holds"),
    [
        (ExportKind.ONNX, 1, True),
        (ExportKind.ONNX, 2, False),
        (ExportKind.ONNX_INT8, 4, True),
        (ExportKind.ONNX_INT8, 5, False),
    ],
)
def test_needs_more_of_exact_forms_than_of_8_bit_numbers(kind: ExportKind, wrong: int, holds: bool) -> None:
    replies = [reply("oak" if n < wrong else "ash") for n in range(200)]
    found = certify(kind, [judged(n) for n in range(200)], trial(*replies), size=1)
    assert found.holds is holds
    assert found.agreeing == 200 - wrong


def test_tells_in_words_how_many_pictures_differ_and_lists_which() -> None:
    replies = [reply("oak" if n < 5 else "ash") for n in range(100)]
    found = certify(ExportKind.ONNX, [judged(n) for n in range(100)], trial(*replies), size=1)
    assert found.why == (
        "Do not rely on it. It answers 5 of 100 test pictures otherwise than here. None of them may differ."
    )
    assert [one.path for one in found.differing] == [f"{n}.png" for n in range(5)]


def test_a_picture_that_cannot_be_read_there_is_one_that_differs() -> None:
    found = certify(
        ExportKind.OPENVINO, [judged(0), judged(1)], trial(Reply(error="OSError: broken"), reply()), size=1
    )
    assert (found.holds, found.agreeing) == (False, 1)
    assert found.differing[0].there == "cannot be read there (OSError: broken)"
    assert found.greatest_difference == 0.0


def test_counts_pictures_of_which_only_one_says_that_it_is_not_sure() -> None:
    here = [judged(0, doubt=Doubt.UNLIKE), judged(1, doubt=Doubt.NOT_SURE), judged(2)]
    found = certify(
        ExportKind.ONNX, here, trial(reply(doubt="unlike anything it learnt from"), reply(), reply()), size=1
    )
    assert found.doubts_differing == 1


def test_tells_in_words_where_being_not_sure_differs() -> None:
    """The differing doubts were counted and told nowhere: a file that never declines held without a word."""
    here = [judged(n, doubt=Doubt.NOT_SURE if n < 2 else None) for n in range(4)]
    alike = certify(ExportKind.ONNX, here, trial(*(reply() for _ in here)), size=1)
    assert alike.why == (
        "Do not rely on it. It answers all 4 test pictures as it does here. Whether it is “not sure”, or "
        "why, differs on 2 pictures. None of them may differ."
    )
    otherwise = certify(ExportKind.ONNX, here, trial(reply(), *(reply("oak") for _ in range(3))), size=1)
    assert otherwise.why.endswith(
        "otherwise than here. Whether it is “not sure”, or why, differs on 1 more. None of them may differ."
    )


def test_names_the_pictures_that_it_was_tried_on() -> None:
    replies = trial(*(reply("oak" if n else "ash") for n in range(2)))
    found = certify(ExportKind.ONNX, [judged(0), judged(1)], replies, size=1, split=Split.VALIDATION)
    assert found.split is Split.VALIDATION
    assert "It answers 1 of 2 validation pictures otherwise than here" in found.why


def test_nothing_is_certified_without_pictures() -> None:
    found = certify(ExportKind.ONNX, [], trial(), size=1)
    assert (found.holds, found.agreement, found.accuracy, found.median_ms) == (False, None, None, None)
    assert found.why.startswith("There are no test pictures")


def test_pictures_of_a_series_count_for_fewer() -> None:
    here = [replace(judged(n, actual="oak" if n < 4 else "ash"), series=f"s{n // 4}") for n in range(12)]
    found = certify(ExportKind.ONNX, here, trial(*(reply() for _ in range(12))), size=1)
    right = np.array([n >= 4 for n in range(12)])
    assert found.accuracy == wilson_of_series(right, np.arange(12) // 4)
    assert found.accuracy != wilson(8, 12)


@pytest.mark.parametrize(
    ("kind", "unsure", "holds"), [(ExportKind.ONNX_INT8, 4, True), (ExportKind.ONNX_INT8, 5, False)]
)
def test_does_not_hold_where_being_not_sure_differs_too_often(
    kind: ExportKind, unsure: int, holds: bool
) -> None:
    """A form that is sure of what is left to a person here passed, however often that was."""
    here = [judged(n, doubt=Doubt.NOT_SURE if n < unsure else None) for n in range(200)]
    found = certify(ExportKind.ONNX_INT8, here, trial(*(reply() for _ in here)), size=1)
    assert (found.holds, found.agreeing, found.alike) == (holds, 200, 200 - unsure)
    assert found.agreement == (200 - unsure) / 200
    told = "At most 4 of them may differ."
    assert found.why.endswith(f"Whether it is “not sure”, or why, differs on {unsure} pictures. {told}")
    assert (found.differing[0].here, found.differing[0].there) == ("ash (not sure)", "ash")


@pytest.mark.parametrize(
    ("at_a_limit", "off", "holds"), [(True, 0.0005, True), (True, 0.01, False), (False, 0.0005, False)]
)
def test_a_picture_at_the_limit_for_not_sure_may_differ_by_rounding(
    at_a_limit: bool, off: float, holds: bool
) -> None:
    """A limit is what some validation picture had: by its last digit alone a form must not be refused."""
    here = [replace(judged(0, doubt=Doubt.NOT_SURE), at_a_limit=at_a_limit), judged(1)]
    found = certify(ExportKind.ONNX, here, trial(reply(off=off), reply()), size=1)
    assert (found.holds, found.doubts_differing) == (holds, 1)
    told = "1 picture lies so close to the limit for “not sure” that rounding decides."
    assert (found.why == f"It answers all 2 test pictures as it does here. {told}") is holds


@pytest.mark.parametrize(("pictures", "told"), [(190, "None of them may differ."), (2500, None)])
def test_figures_never_read_as_enough_where_they_are_not(pictures: int, told: str | None) -> None:
    """One of 190 differing read "99.5% alike; 99.5% are needed" and failed; one of 2,500 read "100.0%"."""
    replies = trial(*(reply("ash" if n else "oak") for n in range(pictures)))
    found = certify(ExportKind.ONNX, [judged(n) for n in range(pictures)], replies, size=1)
    assert found.holds is (told is None)
    assert "%" not in found.why
    assert f"It answers 1 of {pictures:,} test pictures otherwise than here." in found.why
    assert found.why.endswith(told or "At most 12 of them may differ.")


def test_one_picture_is_told_as_one() -> None:
    assert certify(ExportKind.ONNX, [judged(0)], trial(reply()), size=1).why == (
        "It answers the one test picture as it does here."
    )
