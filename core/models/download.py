"""Pretrained weights fetched on first use: with progress, a checksum, and nothing half-done left behind."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.error import URLError

import certifi

from core.domain.errors import Cancelled, WeightsError
from core.domain.model import ModelSpec
from core.files import whole_file
from core.models.networks import published_at

MEGABYTE = 1024 * 1024
_CHUNK_BYTES = MEGABYTE // 4
_TIMEOUT_SECONDS = 30.0  # without a single byte
_SPARE_BYTES = 256 * MEGABYTE  # left free on the disk
_ELSEWHERE = "Set SIGHTSMITH_WEIGHTS to a folder that can be written to, and start again."


def download(
    spec: ModelSpec,
    folder: Path,
    *,
    progress: Callable[[int, int], None],
    stopped: Callable[[], bool],
) -> Path:
    """Return the weights file, fetched into ``folder`` whole and checked.

    ``progress`` hears bytes so far and in all. Raises WeightsError, or Cancelled once ``stopped`` says so.
    """
    target = folder / spec.weights_file
    _make_room(spec, folder)
    try:
        with whole_file(target, for_all=True) as file:
            digest = _copy(_chunks(published_at(spec), progress, stopped), file)
            if not digest.startswith(spec.weights_sha256):
                raise WeightsError(
                    f"The weights of {spec.title} arrived damaged and were thrown away.",
                    hint=_by_hand(spec, folder),
                )
    except (OSError, HTTPException) as problem:
        raise WeightsError(
            f"The weights of {spec.title} ({spec.download_mb:.0f} MB) could not be downloaded: "
            f"{_reason(problem)}.",
            hint=_way_on(problem, spec, folder),
        ) from problem
    return target


def _chunks(
    address: str, progress: Callable[[int, int], None], stopped: Callable[[], bool]
) -> Iterator[bytes]:
    """Yield the file piece by piece, telling ``progress``; raises Cancelled, or OSError for a short file."""
    answer = urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS, context=_trusting())  # noqa: S310 - torchvision's own https
    with answer as response:
        total = int(response.headers.get("Content-Length") or 0)
        done = 0
        while not stopped():
            chunk = response.read(_CHUNK_BYTES)
            if not chunk:
                break
            yield chunk
            done += len(chunk)
            progress(done, max(done, total))
        else:
            raise Cancelled
    if done < total:
        raise ConnectionError(f"it broke off after {done / MEGABYTE:.0f} of {total / MEGABYTE:.0f} MB")


def _trusting() -> ssl.SSLContext:
    """Return how servers are trusted: by the system's root certificates and by those that come with us.

    A Python from python.org knows none on macOS.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _copy(chunks: Iterator[bytes], file: BinaryIO) -> str:
    """Return the sha256 of everything that was written."""
    digest = hashlib.sha256()
    for chunk in chunks:
        file.write(chunk)
        digest.update(chunk)
    return digest.hexdigest()


def _make_room(spec: ModelSpec, folder: Path) -> None:
    """Make the folder, and raise WeightsError where the file would not fit."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as problem:
        raise WeightsError(
            f"The folder for pretrained weights, {folder}, cannot be used: {_reason(problem)}.",
            hint=_ELSEWHERE,
        ) from problem
    if free < spec.download_mb * MEGABYTE + _SPARE_BYTES:
        raise WeightsError(
            f"The weights of {spec.title} need {spec.download_mb:.0f} MB, and {folder} has too little room: "
            f"{free / MEGABYTE:.0f} MB.",
            hint="Make room, or set SIGHTSMITH_WEIGHTS to a folder on a larger disk and start again.",
        )


def _reason(problem: Exception) -> str:
    """Return the bare reason; urllib wraps the cause, and sockets put an error number before it."""
    if distrust := _distrust(problem):
        return f"the server's certificate is not trusted ({distrust.verify_message})"
    cause = getattr(problem, "reason", None) or getattr(problem, "strerror", None) or problem
    text = getattr(cause, "strerror", None) or str(cause) or type(problem).__name__
    return str(text).rstrip(".")


def _distrust(problem: Exception) -> ssl.SSLCertVerificationError | None:
    """Return why the server's certificate was refused; None when something else went wrong."""
    cause = problem.reason if isinstance(problem, URLError) else problem
    return cause if isinstance(cause, ssl.SSLCertVerificationError) else None


def _way_on(problem: Exception, spec: ModelSpec, folder: Path) -> str:
    if isinstance(problem, PermissionError):
        return _ELSEWHERE
    if not _distrust(problem):
        return _by_hand(spec, folder)
    return (
        "Check the date of this computer. Where a network or a virus scanner puts its own certificate in "
        "place of the server's, name the file with its root certificate in the variable SSL_CERT_FILE and "
        f"start Sightsmith anew, or put the file {spec.weights_file} into {folder} by hand."
    )


def _by_hand(spec: ModelSpec, folder: Path) -> str:
    return (
        f"Check the connection and start again, put the file {spec.weights_file} into {folder} by hand, "
        "or use EfficientNet-Lite0, which needs no download."
    )
