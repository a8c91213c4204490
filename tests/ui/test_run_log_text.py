"""The log of a run as text: everything that is known of it."""

from __future__ import annotations

from dataclasses import fields, replace

from core.domain.config import TrainConfig
from core.domain.run import Stage, StageSeconds
from tests.ui.fake_studio import FakeStudio
from ui.run_log_text import lines_of, whole_log


def test_each_line_has_its_time():
    studio = FakeStudio("done")
    first, second = lines_of(studio.log_of("r2")).splitlines()
    assert first.endswith("  Begun on 2 CPU cores.")
    assert second.endswith("  The batch was halved: 16 pictures.")
    assert first[:4] == "2025"


def test_the_whole_log_names_every_setting_version_stage_and_epoch():
    studio = FakeStudio("done")
    run = replace(
        studio.runs_[0],
        versions=(("torch", "2.14"), ("openvino", "2026.4")),
        stage_seconds=(StageSeconds(stage=Stage.HEAD, seconds=1.25),),
    )
    text = whole_log(run, studio.log_of("r2"), backbone="EfficientNet-Lite0")
    for field in fields(TrainConfig):
        assert f"  {field.name} = {getattr(run.config, field.name)}" in text
    for said in (
        "Run 2 (r2), done",
        "torch 2.14, openvino 2026.4",
        "  head 1.25",
        "stopped early, kept epoch 15",
    ):
        assert said in text
    assert text.count("\n  ") >= len(fields(TrainConfig)) + len(run.history)
    assert "The batch was halved" in text
    assert text.endswith("\n")
