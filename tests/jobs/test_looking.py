"""The doctor looks at every picture once, and shares what it saw with trainings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from core.data.parallel import ignore_progress, never
from core.data.pixels import stored_pixels
from core.domain.config import TrainConfig
from core.domain.errors import Cancelled, WeightsError
from core.jobs import looking
from core.jobs.looking import look, stored_look
from core.models.preprocessing import preprocessing_for
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.features import feature_key, kept_features, stored_features

SPEC = spec_of("efficientnet_lite0")
HOW = preprocessing_for(SPEC, TrainConfig(image_size=SPEC.image_size))


class Eyes:
    """A stand-in for the backbone: mean colours; counts how often it was built and what it saw."""

    def __init__(self) -> None:
        self.built = self.batches = 0

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        self.batches += 1
        return images.mean(axis=(1, 2), dtype=np.float32)

    def build(self, *_args: object) -> Eyes:
        self.built += 1
        return self


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, home=tmp_path)


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    with Workspace.open(settings) as opened:
        yield opened


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch) -> Eyes:
    made = Eyes()
    monkeypatch.setattr(looking.Eyes, "engine", made.build)
    return made


@pytest.fixture
def hashes(workspace: Workspace) -> list[str]:
    """Forty flat pictures; the red of each is its position."""
    names = [f"{number:064x}" for number in range(40)]
    for number, name in enumerate(names):
        path = workspace.paths.picture(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (30, 20), (number, 5, 9)).save(path, "PNG")
    return names


@pytest.fixture
def looked(workspace: Workspace, settings: Settings) -> Callable[[list[str]], npt.NDArray[np.float32]]:
    def look_at(hashes: list[str]) -> npt.NDArray[np.float32]:
        found = look(workspace, settings, hashes, progress=ignore_progress, stopped=never)
        assert found is not None
        return found[:]

    return look_at


def test_every_picture_is_looked_at_once(workspace, eyes, hashes, looked):
    assert stored_look(workspace, hashes) is None
    first = looked(hashes[:30])
    assert (eyes.built, eyes.batches) == (1, 2)
    np.testing.assert_allclose(first[:, 0], range(30))
    assert (looked(hashes[:30][::-1]) == first[::-1]).all()
    assert eyes.built == 1
    assert stored_look(workspace, hashes[3:7]) is not None


def test_adding_ten_pictures_looks_at_ten(workspace, eyes, hashes, looked):
    looked(hashes[:30])
    for name in hashes[:30]:
        workspace.paths.picture(name).unlink()
    features = looked([*hashes[35:], *hashes[:35]])
    assert eyes.batches == 3
    np.testing.assert_allclose(features[:, 0], [*range(35, 40), *range(35)])


def test_a_training_finds_what_the_doctor_saw(workspace, eyes, hashes, looked):
    looked(hashes)
    for name in hashes:
        workspace.paths.picture(name).unlink()
    paths = workspace.paths
    pixels = stored_pixels(hashes, paths.picture, HOW, folder=paths.cache("pixels"))
    key = feature_key(SPEC.key, SPEC.weights_sha256, HOW)
    assert pixels.shape == (40, 224, 224, 3)
    assert kept_features(hashes, folder=paths.cache("features"), key=key) is not None


def test_the_doctor_finds_what_a_training_saw(workspace, eyes, hashes, looked):
    paths = workspace.paths
    pixels = np.zeros((40, 4, 4, 3), np.uint8)
    key = feature_key(SPEC.key, SPEC.weights_sha256, HOW)
    stored_features(eyes.build, pixels, hashes, folder=paths.cache("features"), key=key)
    eyes.built = 0
    assert (looked(hashes) == 0).all()
    assert eyes.built == 0


def test_progress_goes_up_to_the_end(workspace, settings, eyes, hashes):
    told: list[tuple[int, int]] = []
    look(workspace, settings, hashes, progress=lambda *now: told.append(now), stopped=never)
    assert told[-1] == (40, 40)
    assert told == sorted(told)


def test_ends_when_asked_to(workspace, settings, eyes, hashes):
    with pytest.raises(Cancelled):
        look(workspace, settings, hashes, progress=ignore_progress, stopped=lambda: eyes.batches > 0)
    assert eyes.batches == 1


def test_without_pictures_there_is_nothing_to_see(workspace, settings, eyes):
    assert look(workspace, settings, [], progress=ignore_progress, stopped=never) is None
    assert stored_look(workspace, []) is None
    assert eyes.built == 0


@pytest.mark.parametrize(
    "problem", [WeightsError("gone", hint="none"), OSError(28, "No space left on device")]
)
def test_a_backbone_that_cannot_be_used_is_no_reason_to_end(
    workspace, settings, hashes, problem, monkeypatch, caplog
):
    def fail(*_args: object) -> None:
        raise problem

    monkeypatch.setattr(looking.Eyes, "engine", fail)
    assert look(workspace, settings, hashes, progress=ignore_progress, stopped=never) is None
    assert "goes on without features" in caplog.text


def test_the_network_that_looks_is_the_one_prepared_ahead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        looking, "prepare_backbone", lambda *given, **named: asked.append((*given, *named.values()))
    )
    settings = Settings.from_environment({}, home=tmp_path)
    workspace = Workspace.open(settings)
    looking.prepare_eyes(workspace, settings)
    workspace.close()
    assert asked == [(SPEC, HOW, workspace.paths.cache("engines"), settings.weights)]
