"""A package gives back the very model that was packed, and anything else in its place is refused."""

from __future__ import annotations

import hashlib
import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch

from core.domain.choices import Output
from core.domain.config import TrainConfig
from core.domain.decision import Cost, Decision, Memory
from core.domain.errors import PackageError
from core.domain.package import Network, PackageInfo
from core.domain.report import ClassScore, Interval
from core.models.surgery import build_classifier, export_weights, preprocessing_for
from core.models.zoo import spec_of
from core.sharing import package
from core.sharing.package import INFO, MANIFEST, MEMORY, WEIGHTS, read_info, read_package, write_package
from core.sharing.package_checks import check_info

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SPEC = spec_of("mobilenet_v3_small")

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def info() -> PackageInfo:
    return PackageInfo(
        name="Run 1",
        project="Leaves",
        network=Network(backbone=SPEC.key, hidden_units=0, dropout=0.2, output=Output.SOFTMAX, several=False),
        backbone=SPEC.title,
        licence=SPEC.licence,
        preprocessing=preprocessing_for(SPEC, TrainConfig(image_size=64)),
        classes=("ash", "oak", "Ökö"),
        decision=Decision(
            temperature=1.5, farthest=0.4, least_sure=0.6, costs=(Cost(actual="ash", said="oak", cost=5),)
        ),
        dataset_fingerprint="f" * 64,
        learnt_from=60,
        tested_on=20,
        accuracy=Interval(value=0.9, low=0.7, high=0.97),
        per_class=(ClassScore(name="ash", support=7, predicted=7, precision=1.0, recall=1.0, f1=1.0),),
        trained_at=NOW,
        created_at=NOW,
        versions=(("torch", "2.14.1"),),
    )


@pytest.fixture(scope="module")
def memory() -> Memory:
    random = np.random.default_rng(0)
    features = random.normal(size=(4, SPEC.features)).astype(np.float16)
    return Memory(
        features=features, sha256=tuple(f"{n:064x}" for n in range(4)), labels=np.array([0, 1, 2, 2])
    )


@pytest.fixture(scope="module")
def weights(info: PackageInfo) -> bytes:
    model = build_classifier(
        SPEC, None, preprocessing=info.preprocessing, classes=3, hidden_units=0, dropout=0.2, seed=0
    )
    return safetensors.torch.save(export_weights(model))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, info: PackageInfo, weights: bytes, memory: Memory) -> Path:
    target = tmp_path_factory.mktemp("packages") / "leaves.sightsmith"
    write_package(target, info, weights=weights, memory=memory)
    return target


@pytest.fixture
def forged(good: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write a package with other parts, whose manifest is right about them unless it is changed too."""

    def forge(
        change: Callable[[Parts], None] = lambda parts: None,
        *,
        manifest: Callable[[dict[str, Any]], None] = lambda listed: None,
        compression: int = zipfile.ZIP_STORED,
    ) -> Path:
        with zipfile.ZipFile(good) as archive:
            parts = {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}
        change(parts)
        members = [
            {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in parts.items()
        ]
        listed: dict[str, Any] = {"layout": 1, "members": members}
        manifest(listed)
        target = tmp_path / "forged.sightsmith"
        with zipfile.ZipFile(target, "w", compression) as archive:
            for name, content in (parts | {MANIFEST: json.dumps(listed).encode()}).items():
                archive.writestr(name, content)
        return target

    return forge


def test_gives_back_the_very_model(good: Path, info: PackageInfo, weights: bytes, memory: Memory) -> None:
    found = read_package(good)
    assert found.info == info == read_info(good)
    assert found.model.weights == weights
    assert found.model.decision == info.decision
    assert found.model.memory is not None
    assert found.model.memory.sha256 == memory.sha256
    assert np.array_equal(found.model.memory.features, memory.features)


def test_the_same_model_gives_the_same_bytes(
    good: Path, tmp_path: Path, info: PackageInfo, weights: bytes, memory: Memory
) -> None:
    write_package(tmp_path / "again", info, weights=weights, memory=memory)
    assert (tmp_path / "again").read_bytes() == good.read_bytes()


def test_the_manifest_is_written_last(good: Path) -> None:
    with zipfile.ZipFile(good) as archive:
        assert archive.namelist() == [INFO, WEIGHTS, MEMORY, MANIFEST]


def test_a_model_without_a_memory_is_a_package_too(tmp_path: Path, info: PackageInfo, weights: bytes) -> None:
    write_package(tmp_path / "plain", info, weights=weights, memory=None)
    assert read_package(tmp_path / "plain").model.memory is None


def add(name: str, content: bytes) -> Callable[[Parts], None]:
    return lambda parts: parts.update({name: content})


def edited(**changes: Any) -> Callable[[Parts], None]:
    """Change what the package says of its model; a dotted name reaches into a record."""

    def change(parts: Parts) -> None:
        told = json.loads(parts[INFO])
        for name, value in changes.items():
            *path, last = name.split("__")
            place = told
            for step in path:
                place = place[step]
            place[last] = value
        parts[INFO] = json.dumps(told).encode()

    return change


HEADER_PAST_THE_END = (2**40).to_bytes(8, "little") + b"{}"
FOUR = {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}
OVERLAPPING = json.dumps({"a": FOUR, "b": FOUR}).encode()

HOSTILE: dict[str, tuple[Callable[[Parts], None], str]] = {
    "a member too many": (add("setup.py", b"print()"), "no part of a model package"),
    "a path out of the folder": (add("../weights.safetensors", b""), "no part of a model package"),
    "a pickle": (add("model.pkl", pickle.dumps({})), "no part of a model package"),
    "a pickle for weights": (add(WEIGHTS, pickle.dumps({"a": 1})), "no file of weights"),
    "a header past the end": (add(WEIGHTS, HEADER_PAST_THE_END), "no file of weights"),
    "overlapping weights": (
        add(WEIGHTS, len(OVERLAPPING).to_bytes(8, "little") + OVERLAPPING + b"1234"),
        "overlap or leave gaps",
    ),
    "weights cut short": (lambda parts: add(WEIGHTS, parts[WEIGHTS][:-8])(parts), "longer or shorter"),
    "no weights": (lambda parts: parts.pop(WEIGHTS) and None, f"{WEIGHTS} is missing"),
    "text that is no JSON": (add(INFO, b"{"), "cannot be understood"),
    "JSON without end": (add(INFO, b"[" * 100_000), "cannot be understood"),
    "JSON of another thing": (add(INFO, b"{}"), "cannot be understood"),
    "an unknown network": (edited(network__backbone="evil_net"), "does not know"),
    "another network": (edited(network__backbone="mobilenet_v2"), "do not fit its network"),
    "a class too many": (edited(classes=["ash", "oak", "elm", "fir"]), "do not fit its network"),
    "a class twice": (edited(classes=["ash", "ash", "oak"]), "its classes"),
    "no classes": (edited(classes=[]), "its classes"),
    "a head that takes all memory": (edited(network__hidden_units=2**40), "its hidden units"),
    "another head": (edited(network__hidden_units=64), "do not fit its network"),
    "pictures that take all memory": (edited(preprocessing__image_size=10**6), "size of its pictures"),
    "a division by nothing": (edited(preprocessing__std=[0.0, 1.0, 1.0]), "scale of its pictures"),
    "no temperature": (edited(decision__temperature=0.0), "its temperature"),
    "costs of an unknown class": (
        edited(decision__costs=[{"actual": "x", "said": "ash", "cost": 2.0}]),
        "what mistakes cost",
    ),
    "costs of overlooking where one class is said": (
        edited(decision__costs=[{"actual": "ash", "said": "", "cost": 2.0}]),
        "what mistakes cost",
    ),
    "costs of a mistake between classes where several are said": (
        edited(network__several=True),  # ash for oak
        "what mistakes cost",
    ),
}


def test_costs_of_a_yes_or_no_go_with_several_classes(info: PackageInfo) -> None:
    costs = (Cost(actual="ash", said="", cost=9.0), Cost(actual="", said="oak", cost=0.0))
    several = replace(info.network, several=True)
    check_info(replace(info, network=several, decision=replace(info.decision, costs=costs)))


@pytest.mark.parametrize("what", HOSTILE)
def test_refuses(what: str, forged: Callable[..., Path]) -> None:
    change, told = HOSTILE[what]
    with pytest.raises(PackageError, match=told):
        read_package(forged(change))


def test_refuses_a_memory_that_does_not_fit(
    tmp_path: Path, info: PackageInfo, weights: bytes, memory: Memory
) -> None:
    shorter = Memory(features=memory.features[:, :8].copy(), sha256=memory.sha256, labels=memory.labels)
    unknown = Memory(features=memory.features, sha256=memory.sha256, labels=memory.labels + 9)
    for wrong in (shorter, unknown):
        write_package(tmp_path / "wrong", info, weights=weights, memory=wrong)
        with pytest.raises(PackageError, match="remembers"):
            read_package(tmp_path / "wrong")


def test_refuses_a_wrong_checksum(forged: Callable[..., Path]) -> None:
    def lie(listed: dict[str, Any]) -> None:
        listed["members"][1]["sha256"] = "0" * 64

    with pytest.raises(PackageError, match="its checksum differs"):
        read_package(forged(manifest=lie))


def test_refuses_a_manifest_that_leaves_a_member_out(forged: Callable[..., Path]) -> None:
    with pytest.raises(PackageError, match="does not list exactly"):
        read_package(forged(manifest=lambda listed: listed["members"].pop()))


def test_asks_for_a_newer_sightsmith_for_a_newer_layout(forged: Callable[..., Path]) -> None:
    with pytest.raises(PackageError, match="layout 2") as told:
        read_package(forged(manifest=lambda listed: listed.update(layout=2)))
    assert told.value.hint == "Install a newer Sightsmith."


def test_refuses_a_zip_bomb(forged: Callable[..., Path]) -> None:
    """Packed members are refused before a byte is unpacked: what is stored cannot grow."""
    bomb = forged(add(MEMORY, bytes(32 * 1024**2)), compression=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 8 * 1024**2
    with pytest.raises(PackageError, match="packed, which a model package never is"):
        read_package(bomb)


def test_refuses_a_member_beyond_its_size(
    forged: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(package._MOST, WEIGHTS, 1000)
    with pytest.raises(PackageError, match="the most is 1,000"):
        read_package(forged())


def test_refuses_a_member_twice(good: Path, tmp_path: Path) -> None:
    target = tmp_path / "twice"
    target.write_bytes(good.read_bytes())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(target, "a") as archive:
        archive.writestr(INFO, b"{}")
    with pytest.raises(PackageError, match=r"model\.json twice"):
        read_package(target)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_refuses_a_truncated_file(good: Path, tmp_path: Path, share: float) -> None:
    whole = good.read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(PackageError):
        read_package(tmp_path / "cut")


def test_refuses_flipped_bits_in_the_weights(good: Path, tmp_path: Path) -> None:
    content = bytearray(good.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "flipped").write_bytes(bytes(content))
    with pytest.raises(PackageError, match="damaged"):
        read_package(tmp_path / "flipped")


def test_tells_what_else_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "a.sightsmith").write_bytes(b"\xff\xd8\xff" + bytes(100))
    with pytest.raises(PackageError, match="no model package"):
        read_package(tmp_path / "a.sightsmith")
    with pytest.raises(PackageError, match="cannot be read"):
        read_package(tmp_path / "none.sightsmith")
