"""The captions under the curves: which ranges there are, and what the dots mean."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def panel(positives: int) -> str:
    """Return all captions of a test of 119 pictures with so many of the first class."""

    def script(positives: int) -> None:
        from dataclasses import replace

        import numpy as np

        from core.evaluation.report import build_report
        from tests.evaluation.made import answered
        from ui.components import curves_panel

        told = answered([(int(row % 7 > 0 or row >= 7 * positives), 1) for row in range(119)], 2)
        likely = np.linspace(0.99, 0.01, 119)
        told = replace(told, probabilities=np.stack([likely, 1 - likely], axis=1).astype(np.float32))
        curves_panel.show(build_report("r", ("owl", "ant"), told).test, key="x")

    at = AppTest.from_function(script, args=(positives,))
    at.session_state["curves_kind"] = "Precision and recall"
    at.run()
    assert not at.exception, [e.message for e in at.exception]
    return " ".join(caption.value for caption in at.caption)


def test_a_missing_range_is_explained():
    assert "Fewer than five pictures or series of a class tell too little for a range" in panel(4)
    assert "Fewer than five" not in panel(5)
