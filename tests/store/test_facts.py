from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from core.domain.facts import PictureFacts
from core.settings import Settings
from core.store.workspace import Workspace

FACTS = PictureFacts(
    sha256="a" * 64,
    file_bytes=123_456,
    format="JPEG",
    width=640,
    height=480,
    difference_hash="0123456789abcdef",
    brightness=0.1,
    contrast=0.25,
    sharpness=812.5,
    mean_color=(0.1, 0.2, 0.3),
    border_color=(0.4, 0.5, 0.6),
    border_contrast=0.125,
    jpeg_quality=92,
    camera="Acme ü 1",
    taken_at=datetime(2026, 3, 1, 12, 30, 15),  # noqa: DTZ001  a camera's clock knows no zone
)


def test_keeps_every_fact_through_a_restart(workspace: Workspace, settings: Settings) -> None:
    drawn = replace(FACTS, sha256="b" * 64, jpeg_quality=None, taken_at=None)
    workspace.datasets.keep_facts([FACTS, drawn])
    workspace.close()
    with Workspace.open(settings) as again:
        assert again.datasets.facts([FACTS.sha256, drawn.sha256]) == {"a" * 64: FACTS, "b" * 64: drawn}


def test_a_picture_that_was_not_measured_is_missing(workspace: Workspace) -> None:
    workspace.datasets.keep_facts([FACTS])
    assert workspace.datasets.facts(["c" * 64, FACTS.sha256]).keys() == {FACTS.sha256}
    assert workspace.datasets.facts([]) == {}


def test_the_facts_of_one_picture_are_found(workspace: Workspace) -> None:
    workspace.datasets.keep_facts([FACTS])
    assert workspace.datasets.facts_of(FACTS.sha256) == FACTS
    assert workspace.datasets.facts_of("c" * 64) is None


def test_what_is_measured_again_replaces_what_was_known(workspace: Workspace) -> None:
    workspace.datasets.keep_facts([FACTS])
    workspace.datasets.keep_facts([replace(FACTS, brightness=0.9)])
    assert workspace.datasets.facts([FACTS.sha256])[FACTS.sha256].brightness == 0.9


def test_thousands_are_found_at_once(workspace: Workspace) -> None:
    many = [replace(FACTS, sha256=f"{number:064x}") for number in range(1_200)]
    workspace.datasets.keep_facts(many)
    assert len(workspace.datasets.facts([one.sha256 for one in many])) == 1_200
