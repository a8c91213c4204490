"""Downloads from a small server on this machine, in the place of the real one."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import os
import shutil
import ssl
import stat
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn
from urllib.error import URLError

import pytest

from core.domain.errors import Cancelled, WeightsError
from core.models import download as module
from core.models import networks
from core.models.download import download
from core.models.zoo import spec_of

DATA = bytes(range(256)) * 4096  # 1 MB
SPEC = dataclasses.replace(spec_of("resnet18"), weights_sha256=hashlib.sha256(DATA).hexdigest())
BY_HAND = (
    "Check the connection and start again, put the file resnet18-f37072fd.pth into {} by hand, "
    "or use EfficientNet-Lite0, which needs no download."
)


class Publisher(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # who stops a download hangs up
            self.wfile.write(DATA[: len(DATA) // 2] if self.path == "/short" else DATA)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def publisher() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Publisher) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def published(publisher: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Choose what the small server does: "/good", "/short" or "/gone"."""

    def at(path: str) -> None:
        monkeypatch.setattr(module, "published_at", lambda _spec: publisher + path)

    at("/good")
    return at


def fetched(folder: Path, *, spec=SPEC, stopped=lambda: False) -> tuple[Path, list[tuple[int, int]]]:
    heard: list[tuple[int, int]] = []
    path = download(spec, folder, progress=lambda done, total: heard.append((done, total)), stopped=stopped)
    return path, heard


def test_fetches_the_file_whole_and_tells_progress(tmp_path: Path):
    path, heard = fetched(tmp_path / "new" / "weights")
    assert path == tmp_path / "new" / "weights" / "resnet18-f37072fd.pth"
    assert path.read_bytes() == DATA
    assert heard[-1] == (len(DATA), len(DATA))
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert len(heard) > 1


def test_keeps_nothing_when_the_checksum_is_wrong(tmp_path: Path):
    with pytest.raises(WeightsError, match=r"weights of ResNet-18 arrived damaged and were thrown away\."):
        fetched(tmp_path, spec=dataclasses.replace(SPEC, weights_sha256="f37072fd"))
    assert list(tmp_path.iterdir()) == []


def test_keeps_nothing_when_the_connection_breaks(published: Callable[[str], None], tmp_path: Path):
    published("/short")
    with pytest.raises(WeightsError) as told:
        fetched(tmp_path)
    assert told.value.message.startswith("The weights of ResNet-18 (45 MB) could not be downloaded: ")
    assert list(tmp_path.iterdir()) == []


def test_stops_within_one_chunk_and_keeps_nothing(tmp_path: Path):
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        fetched(tmp_path, stopped=lambda: next(asked))
    assert list(tmp_path.iterdir()) == []


def test_offline_names_the_size_the_folder_and_a_way_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(module, "published_at", lambda _spec: "http://127.0.0.1:9/closed")
    with pytest.raises(WeightsError) as told:
        fetched(tmp_path)
    assert told.value.message == (
        "The weights of ResNet-18 (45 MB) could not be downloaded: Connection refused."
    )
    assert told.value.hint == BY_HAND.format(tmp_path)


def test_servers_are_trusted_where_the_system_has_no_root_certificates(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """A Python from python.org knows none on macOS: no backbone could be downloaded there."""
    trusted: list[int] = []

    def urlopen(_address: str, *, timeout: float, context: ssl.SSLContext) -> NoReturn:
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        trusted.append(len(context.get_ca_certs()))
        raise URLError("enough was seen")

    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: None)
    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    with pytest.raises(WeightsError, match="enough was seen"):
        fetched(tmp_path)
    assert trusted[0] > 50


def test_a_network_that_puts_its_own_certificate_in_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The advice was to check the connection, which works."""
    refused = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] (_ssl.c:1006)")
    refused.verify_message = "self-signed certificate in certificate chain"

    def urlopen(*_: object, **__: object) -> NoReturn:
        raise URLError(refused)

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    with pytest.raises(WeightsError) as told:
        fetched(tmp_path)
    assert told.value.message == (
        "The weights of ResNet-18 (45 MB) could not be downloaded: the server's certificate is not trusted "
        "(self-signed certificate in certificate chain)."
    )
    assert told.value.hint.startswith("Check the date of this computer. Where a network or a virus scanner")
    assert f"put the file resnet18-f37072fd.pth into {tmp_path} by hand." in told.value.hint


def test_a_file_that_is_gone_is_told(published: Callable[[str], None], tmp_path: Path):
    published("/gone")
    with pytest.raises(WeightsError, match=r"could not be downloaded: Not Found\."):
        fetched(tmp_path)


def test_a_full_disk_is_told_before_the_download(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=50 * 1024**2))
    with pytest.raises(WeightsError) as told:
        fetched(tmp_path)
    assert told.value.message == (
        f"The weights of ResNet-18 need 45 MB, and {tmp_path} has too little room: 50 MB."
    )


def test_a_folder_that_cannot_be_written_to_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def refuse(*_: object, **__: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(module, "whole_file", refuse)
    with pytest.raises(WeightsError) as told:
        fetched(tmp_path)
    assert told.value.message.endswith("could not be downloaded: Permission denied.")
    assert told.value.hint == "Set SIGHTSMITH_WEIGHTS to a folder that can be written to, and start again."


@pytest.mark.skipif(os.name != "posix", reason="Windows knows no umask")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640)])
def test_others_may_read_what_one_has_downloaded(umask: int, mode: int, tmp_path: Path):
    """In a shared folder, only who had downloaded a backbone could use it."""
    before = os.umask(umask)
    try:
        path, _ = fetched(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(
        WeightsError, match=r"The folder for pretrained weights, .*, cannot be used: Not a dir"
    ):
        fetched(tmp_path / "file" / "weights")


def test_asks_torchvision_for_the_address():
    assert networks.published_at(SPEC).endswith("/resnet18-f37072fd.pth")
