"""What lies beside an exported model, and the zip in which all of it goes."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from core.domain.certificate import Certificate, ExportKind, Origin
from core.domain.errors import StoreError
from core.files import whole_file
from core.sharing.export_readme import readme
from core.sharing.predict_script import FILES, VERIFY, predict_script, requirements
from core.sharing.trial import Reply

GOLDEN: Final = "golden"
_TOLERANCE: Final = {ExportKind.ONNX_INT8: 0.1}  # processors round 8-bit sums differently
_USUAL_TOLERANCE: Final = 0.002


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


def write_about(folder: Path, certificate: Certificate, rule: dict[str, Any], origin: Origin) -> None:
    """Write what the export is, how to ask it, and how well it answers as the app does.

    For people as ``README.txt``, for programs as ``certificate.json``; no picture is named in either.
    """
    _write(folder / "README.txt", readme(certificate, rule, origin))
    told = asdict(certificate)
    del told["differing"]
    _write(folder / "certificate.json", _json({"origin": asdict(origin), "certificate": told}))


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


def write_copy(export: Path, target: IO[bytes], *, pictures: bool) -> None:
    """Copy the zip of an export; without ``pictures`` all but those to verify it by."""
    if pictures:
        with export.open("rb") as source:
            shutil.copyfileobj(source, target)
        return
    with zipfile.ZipFile(export) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bare:
        for entry in whole.infolist():
            if GOLDEN not in PurePosixPath(entry.filename).parts[1:-1]:
                bare.writestr(entry, whole.read(entry))


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, default=_moment)


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
