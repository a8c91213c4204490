"""What the little program beside an export makes of a picture."""

from __future__ import annotations

import ast
import io
import os
import struct
import sys
from pathlib import Path

import msgspec.structs
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, UnidentifiedImageError

from core.data.decode import open_picture, open_reduced
from core.domain.certificate import ExportKind
from core.settings import Limits
from core.sharing.export_files import write_golden
from core.sharing.predict_script import NEEDS, VERIFY, predict_script, requirements
from core.sharing.trial import Reply
from tests.data.heif import HEIF, HEIF_OF_A_PHONE
from tests.sharing.made_export import lines, loaded, ran, write_export

DISTRIBUTIONS = {"PIL": "pillow"}  # of modules that are called otherwise


def grey(values: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    """Ask the function of that name, without the program around it, which needs a model."""
    program = ast.parse(predict_script(ExportKind.ONNX))
    (wanted,) = (one for one in program.body if isinstance(one, ast.FunctionDef) and one.name == "grey")
    names: dict[str, object] = {"np": np}
    exec(compile(ast.Module([wanted], []), "predict.py", "exec"), names)  # noqa: S102 - our own program
    made = names["grey"](values)  # type: ignore[operator]
    assert isinstance(made, np.ndarray)
    return made


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (0, 1, np.float32),
        (0, 1.02, np.float32),
        (0, 4, np.float32),
        (0, 4.5, np.float32),
        (-3.5, 7.25, np.float32),
        (-0.5, -0.5, np.float32),
        (0, 1e9, np.float32),
        (-7, -7, np.int32),
        (-(2**30), 2**30, np.int32),
        (0, 4095, np.uint16),
        (0, 65_535, np.uint16),
    ],
)
def test_deep_grey_becomes_the_same_bytes_as_in_training(low: float, high: float, kind: type) -> None:
    values: npt.NDArray[np.generic] = np.linspace(low, high, 256).astype(kind).reshape(16, 16)
    target = io.BytesIO()
    Image.fromarray(values).save(target, "TIFF")
    learnt = np.asarray(open_picture(target.getvalue()))[..., 0]
    assert np.array_equal(grey(values), learnt)


@pytest.mark.parametrize("kind", list(ExportKind))
def test_everything_that_is_imported_is_told_as_needed(kind: ExportKind) -> None:
    """The programs beside both forms of PyTorch import numpy, which torch does not bring along."""
    nodes = [*ast.walk(ast.parse(predict_script(kind))), *ast.walk(ast.parse(VERIFY))]
    imported = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    foreign = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"predict"}
    foreign.remove("pi_heif")  # imported where it is there
    assert {DISTRIBUTIONS.get(name, name) for name in foreign} == set(NEEDS[kind])
    assert f"It needs 3 packages: pip install {' '.join(NEEDS[kind])}\n" in predict_script(kind)


def test_the_versions_that_were_tried_can_be_installed_from_the_usual_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = {"torch": "2.9.0+cpu", "numpy": "2.3.4", "pillow": "12.0.0"}
    monkeypatch.setattr("core.sharing.predict_script.metadata.version", versions.__getitem__)
    assert requirements(ExportKind.TORCHSCRIPT) == "torch==2.9.0\nnumpy==2.3.4\npillow==12.0.0\n"


def exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    """Return metadata with these entries: tag, kind, how many, and four bytes."""
    packed = b"".join(struct.pack("<HHI", tag, kind, count) + value for tag, kind, count, value in entries)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + packed + bytes(4)


ORIENTATION = 0x0112
ODD = {
    "nothing": (),
    "a position too large": ((0x0213, 4, 1, struct.pack("<I", 70_000)),),
    "letters for a resolution": ((0x011A, 2, 4, b"abc\0"),),
    "a pointer to nowhere": ((0x8769, 9, 1, struct.pack("<i", -1)),),
}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_export(tmp_path_factory.mktemp("export"))


@pytest.mark.parametrize("odd", list(ODD))
@pytest.mark.parametrize("turn", range(1, 10))
def test_a_picture_is_turned_as_in_the_app_whatever_else_its_camera_wrote(
    export: Path, tmp_path: Path, odd: str, turn: int
) -> None:
    """Pillow's own way to turn a picture writes all of its metadata anew, and fails on such tags."""
    picture = Image.linear_gradient("L").resize((60, 40)).convert("RGB")
    picture.paste("red", (0, 0, 20, 10))
    file = tmp_path / "turned.jpg"
    picture.save(file, exif=exif((ORIENTATION, 3, 1, struct.pack("<HH", turn, 0)), *ODD[odd]))
    learnt = np.array(open_reduced(file, at_least=32))
    assert np.array_equal(loaded(export).read(file), learnt)
    assert learnt.shape == ((60, 40, 3) if turn in (5, 6, 7, 8) else (40, 60, 3))


@pytest.mark.parametrize("photo", [HEIF, HEIF_OF_A_PHONE])
def test_photos_of_iphones_are_read_as_in_the_app_where_their_reader_is_there(
    export: Path, tmp_path: Path, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "photo.heic"
    file.write_bytes(photo)
    assert np.array_equal(loaded(export).read(file), np.array(open_reduced(file, at_least=32)))
    done = ran(export, "predict.py", file)
    assert done.returncode == 0, done.stderr
    monkeypatch.setitem(sys.modules, "pi_heif", None)  # cannot be imported
    assert loaded(export).read(file).shape == (32, 64, 3)  # Pillow was told here by the app itself


def test_a_file_that_cannot_be_read_does_not_end_the_others(export: Path, tmp_path: Path) -> None:
    """All pictures after such a file were lost."""
    (tmp_path / "broken.png").write_bytes(b"nothing")
    for name, grey in (("a.png", 255), ("z.png", 51)):
        Image.new("L", (9, 9), grey).save(tmp_path / name)
    asked = [tmp_path / name for name in ("a.png", "broken.png", "missing.png", "z.png")]
    done = ran(export, "predict.py", *asked)
    told = lines(done)
    assert done.returncode == 1
    assert [one["picture"] for one in told] == [str(path) for path in asked]
    assert [one.get("answer") for one in told] == ["bright", None, None, "dark"]
    assert told[1]["error"].startswith("UnidentifiedImageError: cannot identify image file")
    assert told[2]["error"].startswith("FileNotFoundError: ")
    assert ran(export, "predict.py", asked[0], asked[3]).returncode == 0


def test_only_kinds_of_pictures_that_the_app_reads_are_opened(export: Path, tmp_path: Path) -> None:
    """Encapsulated PostScript would start another program."""
    Image.new("RGB", (9, 9)).save(tmp_path / "a.eps")
    with pytest.raises(UnidentifiedImageError):
        loaded(export).read(tmp_path / "a.eps")


def test_a_picture_larger_than_the_app_takes_is_not_decoded(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict = loaded(export)
    assert Limits().picture_pixels == predict.MOST_PIXELS
    monkeypatch.setattr(predict, "MOST_PIXELS", 80)
    Image.new("L", (9, 9)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match="more than 8e-05 megapixels"):
        predict.read(tmp_path / "a.png")


def test_any_letter_can_be_told_on_any_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A console or file of Windows in its old code page ended the program by a traceback."""
    write_export(tmp_path, classes=["łuk", "猫"])
    Image.new("L", (9, 9), 255).save(tmp_path / "ż.png")
    done = ran(tmp_path, "predict.py", tmp_path / "ż.png", env=os.environ | {"PYTHONIOENCODING": "cp1252"})
    assert (done.returncode, done.stderr) == (0, "")
    assert lines(done)[0] == {"picture": str(tmp_path / "ż.png"), "answer": "猫", "sure": 1.0, "doubt": None}
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    told = verified(tmp_path, msgspec.structs.replace(expected(0.2), named=("łuk",)))
    assert told[0] == "ok      golden/1.png: łuk, off by 0.000000"


def verified(folder: Path, *replies: Reply) -> list[str]:
    """Return what ``verify.py`` says of pictures whose brightness is 0.2, 0.4 and so on."""
    (folder / "golden").mkdir(exist_ok=True)
    files = [f"golden/{number}.png" for number in range(1, len(replies) + 1)]
    for number, file in enumerate(files, start=1):
        Image.new("L", (9, 9), 51 * number).save(folder / file)
    write_golden(folder, ExportKind.ONNX, files, replies)
    return ran(folder, "verify.py").stdout.splitlines()


def expected(bright: float, *, distance: float | None = None, doubt: str | None = None) -> Reply:
    named = "bright" if bright > 0.5 else "dark"
    far = bright / 2 if distance is None else distance
    return Reply(probabilities=(1 - bright, bright), named=(named,), distance=far, doubt=doubt)


def test_verify_compares_doubt_and_distance_too(tmp_path: Path) -> None:
    """A file that is sure of everything, or finds nothing strange, passed."""
    write_export(tmp_path, least_sure=0.7)
    told = verified(tmp_path, expected(0.2), expected(0.4), expected(0.6, doubt="not sure", distance=0.9))
    assert told == [
        "ok      golden/1.png: dark, off by 0.000000",
        "DIFFERS golden/2.png: dark (not sure), off by 0.000000",
        "DIFFERS golden/3.png: bright (not sure), off by 0.000000",
        "1 of 3 as expected, with onnxruntime 0.0",
    ]


def test_verify_lets_rounding_decide_at_a_limit(tmp_path: Path) -> None:
    write_export(tmp_path, least_sure=0.8001, farthest=0.2999)
    assert verified(tmp_path, expected(0.2), expected(0.4, doubt="not sure"), expected(0.6))[-1].startswith(
        "3 of 3"
    )


def test_verify_says_which_pictures_are_not_there(tmp_path: Path) -> None:
    """Without the folder that may be left out it ended in a traceback."""
    write_export(tmp_path)
    verified(tmp_path, expected(0.2), expected(0.4))
    (tmp_path / "golden" / "1.png").unlink()
    some = ran(tmp_path, "verify.py")
    assert (some.returncode, some.stdout.splitlines()) == (
        0,
        [
            "ok      golden/2.png: dark, off by 0.000000",
            "1 of 1 as expected, with onnxruntime 0.0",
            "1 not tried: the folder golden was left out, or some of it",
        ],
    )
    (tmp_path / "golden" / "2.png").unlink()
    none = ran(tmp_path, "verify.py")
    assert (none.returncode, none.stderr) == (1, "")
    assert none.stdout.splitlines()[-1].startswith("2 not tried: ")
