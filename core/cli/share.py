"""The commands that take a trained model away: as a package, or written for other programs."""

from __future__ import annotations

import zipfile
from dataclasses import asdict
from pathlib import Path

from core.cli.asking import DONE, FAILED, find_run, hand_out, opened_studio, say, say_json, written
from core.cli.terminal import follow
from core.domain.certificate import Certificate, ExportKind
from core.domain.errors import DatasetError, PackageError
from core.domain.run import JobStatus
from core.sharing.export_files import write_copy
from core.sharing.names import SafeNames
from core.sharing.package import ENDING

_MOST_NAMED = 5  # pictures that differ


def pack(run: str, target: Path | None, *, home: Path | None, as_json: bool) -> int:
    """Write a run's model as a package, beside where one stands unless ``target`` is given."""
    with opened_studio(home) as studio:
        chosen = find_run(studio, run)
        name = f"{SafeNames().folder(chosen.name.replace(' ', '-'))}-{chosen.id[:8]}{ENDING}"
        file = (target or Path(name)).absolute()
        info = studio.package(chosen.id, file)
    hand_out(file)
    size = file.stat().st_size
    if as_json:
        say_json({"run_id": chosen.id, "file": str(file), "bytes": size, "classes": list(info.classes)})
    else:
        say(f"{file}  {size / 1e6:.1f} MB. Ask it about a picture: sightsmith predict {file} PICTURE")
    return DONE


def model_export(
    run: str, kind: ExportKind, target: Path | None, *, pictures: bool, home: Path | None, as_json: bool
) -> int:
    """Write a run's model for other programs, try it there, and tell how it did.

    Without ``pictures`` those to verify it by are left out of the file. Returns FAILED where it was tried and
    does not answer as the run does; the file is there all the same.
    """
    with opened_studio(home) as studio:
        chosen = find_run(studio, run)
        ended = follow(studio, studio.export_model(chosen.id, kind))
        export = next((one for one in studio.exports(chosen.id) if one.kind is kind), None)
        if ended.status != JobStatus.DONE or export is None:
            raise PackageError(ended.error or "The export was stopped.", hint=ended.hint)
        file = (target or Path(export.file.name)).absolute()
        with written(file) as copy:
            write_copy(export.file, copy, pictures=pictures)
    size = file.stat().st_size
    if as_json:
        found = asdict(export.certificate)
        say_json({"run_id": chosen.id, "file": str(file), "bytes": size, "certificate": found})
    else:
        say(f"{file}  {size / 1e6:.1f} MB")
        _tell(export.certificate)
    return FAILED if export.certificate.pictures and not export.certificate.holds else DONE


def is_package(path: str) -> bool:
    """Whether this names a package file and not a run."""
    found = Path(path).expanduser()
    if found.is_file() and (found.suffix == ENDING or zipfile.is_zipfile(found)):
        return True
    if found.suffix == ENDING:
        raise DatasetError(f"There is no file {path}.", hint="Check the path.")
    return False


def _tell(certificate: Certificate) -> None:
    say(certificate.why)
    for one in certificate.differing[:_MOST_NAMED]:
        say(f"  {one.path}: here {one.here}, there {one.there}")
    if certificate.greatest_difference is not None:
        say(f"Greatest difference between two probabilities: {certificate.greatest_difference:.2g}.")
    if accuracy := certificate.accuracy:
        say(f"Accuracy {accuracy.value:.1%} ({accuracy.low:.1%} to {accuracy.high:.1%}).")
    if certificate.median_ms is not None and certificate.p95_ms is not None:
        times = f"{certificate.median_ms:.1f} ms per picture, 19 of 20 within {certificate.p95_ms:.1f} ms"
        say(f"{certificate.bytes / 1e6:.1f} MB; {times} ({certificate.runtime}).")
