"""What lies beside an exported model, and the zip in which all of it goes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from core.domain.certificate import Certificate, ExportKind
from core.domain.errors import StoreError
from core.files import whole_file
from core.sharing.predict_script import FILES, NEEDS, VERIFY, predict_script, requirements
from core.sharing.trial import Reply

GOLDEN: Final = "golden"
_TOLERANCE: Final = {ExportKind.ONNX_INT8: 0.1}  # processors round 8-bit sums differently
_USUAL_TOLERANCE: Final = 0.002
_TITLES: Final = {
    ExportKind.ONNX: "ONNX",
    ExportKind.ONNX_INT8: "ONNX in 8-bit numbers",
    ExportKind.TORCH_EXPORT: "exported program of PyTorch (.pt2)",
    ExportKind.TORCHSCRIPT: "TorchScript",
    ExportKind.OPENVINO: "OpenVINO IR",
}
_INPUT: Final = (
    "The file takes a picture as (height, width, 3) bytes, red green blue, of any size. It resizes the\n"
    "picture as Sightsmith does, and gives the probability of each class."
)
_INPUT_RESIZED: Final = (
    "The file takes a picture that has been resized: (1, 3, {size}, {size}) floats from 0 to 255, red\n"
    "green blue; predict.py does that with Pillow. It gives the probability of each class."
)


def write_scripts(folder: Path, kind: ExportKind, rule: dict[str, Any]) -> None:
    """Write labels, the two programs and what they need; with them the export can be tried."""
    _write(folder / "labels.json", _json(rule))
    _write(folder / "predict.py", predict_script(kind))
    _write(folder / "verify.py", VERIFY)
    _write(folder / "requirements.txt", requirements(kind))


def write_golden(folder: Path, kind: ExportKind, files: Sequence[str], replies: Sequence[Reply]) -> None:
    """Write what the export answered for the golden pictures, for ``verify.py`` to compare with."""
    several = json.loads((folder / "labels.json").read_text(encoding="utf-8"))["several"]
    pictures = [
        {
            "file": file,
            "answer": list(reply.named) if several else reply.named[0],
            "probabilities": reply.probabilities,
            "doubt": reply.doubt,
            "distance": reply.distance,
        }
        for file, reply in zip(files, replies, strict=True)
        if not reply.error
    ]
    tolerance = _TOLERANCE.get(kind, _USUAL_TOLERANCE)
    _write(folder / "golden.json", _json({"tolerance": tolerance, "pictures": pictures}))


def write_readme(folder: Path, certificate: Certificate, rule: dict[str, Any], *, licence: str) -> None:
    """Write what the export is, how to ask it, and how well it answers as the app does."""
    kind = certificate.kind
    text = _INPUT
    if kind is ExportKind.TORCH_EXPORT:
        text = _INPUT_RESIZED.format(size=rule["picture"]["size"])
    rights = (
        ""
        if certificate.accuracy is None
        else f"It is right about {certificate.accuracy.value:.1%} of them.\n"
    )
    _write(
        folder / "README.txt",
        f"{rule['model']}: a trained picture classifier from Sightsmith, as {_TITLES[kind]}.\n\n"
        f"Ask it:    pip install {' '.join(NEEDS[kind])}\n"
        "           python predict.py PICTURE\n"
        "Try it:    python verify.py\n\n"
        "requirements.txt: the versions of these packages that it was tried with.\n\n"
        f"{text}\n\n"
        'labels.json: the classes, in the order of the probabilities, and the rule for "not sure".\n'
        f"golden/: {certificate.split} pictures of yours; leave that folder out where they must not be "
        "seen.\n\n"
        f"Test: {certificate.why}\n{rights}\n"
        f"The network it was built on is licensed: {licence}.\n",
    )


def write_zip(folder: Path, target: Path, *, top: str) -> None:
    """Write all files of ``folder`` as a zip, below a folder called ``top``. Appears whole or not at all."""
    try:
        with whole_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, f"{top}/{path.relative_to(folder).as_posix()}")
    except OSError as error:
        raise StoreError(
            f"{target} cannot be written: {error.strerror or error}.",
            hint="Choose another place, or free some space there.",
        ) from error


def model_bytes(folder: Path, kind: ExportKind) -> int:
    """Return how large the model's own files are."""
    return sum((folder / name).stat().st_size for name in FILES[kind])


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
