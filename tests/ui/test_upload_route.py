"""The upload route, asked as a server would ask it: every refusal, and what stays behind."""

from __future__ import annotations

import asyncio
import errno
import json
import shutil
import signal
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.applications import Starlette

from core.domain.errors import StoreError
from core.settings import Limits
from ui import services, upload_checks, upload_patience, upload_route
from ui.upload_patience import Patience
from ui.upload_tickets import LIFETIME, Tickets, Uploaded, tickets

ZIP = b"PK\x03\x04" + bytes(range(256)) * 8
SIZE = len(ZIP)
OWNER = ("visitor", "zip", "p1")
HOME = {"host": "localhost:8501", "origin": "http://localhost:8501", "sec-fetch-site": "same-origin"}
GB = 1 << 30


class Workspace:
    """As much of a studio as an upload needs."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.then: Callable[[int], None] = lambda needed: None  # where room on the disk is asked for
        self.settings = SimpleNamespace(home=home, limits=Limits(archive_bytes=1 << 20))

    def make_room(self, needed: int = 0) -> None:
        self.then(needed)

    def staging(self) -> Path:
        folder = self.home / "staging" / f"{len(list((self.home / 'staging').iterdir())):08x}"
        folder.mkdir()
        return folder

    def files(self) -> list[Path]:
        return [path for path in self.home.rglob("*") if path.is_file()]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, str]:
        return cast("dict[str, str]", json.loads(self.body))


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    made = Workspace(tmp_path / "home")
    (made.home / "staging").mkdir(parents=True)
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", made)
    monkeypatch.setitem(services._HOLDER.__dict__, "uploads", Tickets())
    monkeypatch.setitem(services._HOLDER.__dict__, "patience", Patience())
    room(monkeypatch, 100 * GB)
    return made


@pytest.fixture
def token(workspace) -> str:
    return tickets().offer(OWNER)


def room(monkeypatch, *free: int) -> None:
    """Let the disk have so much free space, one figure per look; the last one stays."""
    left = list(free)
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: SimpleNamespace(free=left.pop(0) if len(left) > 1 else left[0])
    )


def messages(chunks, *, breaks: bool):
    for chunk in chunks:
        yield {"type": "http.request", "body": chunk, "more_body": True}
    yield {"type": "http.disconnect"} if breaks else {"type": "http.request", "body": b"", "more_body": False}


async def ask(
    token,
    chunks=(ZIP,),
    *,
    size=SIZE,
    method="PUT",
    headers=HOME,
    name="garden.zip",
    breaks=False,
    then_silent=False,
    path="/api/upload/{}",
    before=lambda: None,
) -> Answer:
    """Send a request to the route; ``before`` is called before each piece of the body is handed out."""
    length = "content-length" if method == "PUT" else "upload-bytes"
    told = {**headers, "upload-name": name} | ({} if size is None else {length: str(size)})
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path.format(token),
        "query_string": b"",
        "headers": [(key.encode(), value.encode("latin-1")) for key, value in told.items()],
    }
    waiting = messages(chunks, breaks=breaks)
    sent: list[dict[str, Any]] = []

    async def receive():
        before()
        message = next(waiting)
        if then_silent and not message["body"]:
            await asyncio.Event().wait()
        return message

    async def send(message):
        sent.append(message)

    await Starlette(routes=upload_route.routes())(scope, receive, send)
    head = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], head, b"".join(m.get("body", b"") for m in sent[1:]))


def taken() -> Uploaded:
    uploaded = tickets().take(OWNER)
    assert uploaded is not None
    return uploaded


def put(*args, **kwargs) -> Answer:
    return asyncio.run(ask(*args, **kwargs))


def test_what_was_sent_lies_in_staging_and_is_given_out_once(workspace, token):
    answer = put(token, [ZIP[:3], ZIP[3:900], b"", ZIP[900:]])
    assert (answer.status, answer.told) == (201, {"name": "garden.zip", "bytes": len(ZIP)})
    assert answer.headers["x-content-type-options"] == "nosniff"
    uploaded = taken()
    assert uploaded.name == "garden.zip"
    assert uploaded.path.read_bytes() == ZIP
    assert workspace.files() == [uploaded.path]
    assert tickets().take(OWNER) is None


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C%3A%5CUsers%5Cme%5Cbirds.zip", "birds.zip"),
        ("%E9%B8%9F%20%F0%9F%90%A6.zip", "鸟 🐦.zip"),
        ("a%00b%0Ac%E2%80%AEd.zip", "abcd.zip"),
        ("%FF%FE", "\ufffd\ufffd"),
        ("x" * 999, "x" * 200),
        ("%2F", "upload.zip"),
        ("", "upload.zip"),
    ],
)
def test_the_name_is_only_shown_and_the_path_is_ours(workspace, token, sent, shown):
    assert put(token, name=sent).status == 201
    uploaded = taken()
    assert uploaded.name == shown
    assert uploaded.path == workspace.home / "staging" / "00000000" / "upload"


def test_the_app_may_be_served_in_a_folder(workspace, token):
    assert put(token, path="/tools/sightsmith/api/upload/{}").status == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:8501"},
        {"host": "localhost:8501", "origin": "http://evil.example"},
        {"host": "localhost:8501", "origin": "http://localhost:3000"},
        {"host": "localhost:8501", "origin": "null"},
        {"host": "", "origin": "null"},
        {**HOME, "sec-fetch-site": "cross-site"},
        {**HOME, "sec-fetch-site": "same-site"},
        {"host": "localhost:8501", "sec-fetch-site": "none"},
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_other_sites_are_refused(workspace, token, headers, method):
    answer = put(token, headers=headers, method=method)
    assert answer.status == 403
    assert answer.told["message"] == "Only Sightsmith's own pages may do this."
    assert workspace.files() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "192.168.1.5:8501", "origin": "http://192.168.1.5:8501"},  # no fetch metadata without TLS
        {"host": "localhost:8501", "sec-fetch-site": "same-origin"},
    ],
)
def test_either_sign_of_the_same_origin_is_enough(workspace, token, headers, monkeypatch):
    monkeypatch.setattr(upload_checks, "is_host_allowed", lambda _host: True)
    assert put(token, headers=headers).status == 201


def test_a_name_that_the_server_is_not_known_by_is_refused(workspace, token, monkeypatch):
    monkeypatch.setattr(upload_checks, "is_host_allowed", lambda host: host == "models.example")
    assert put(token).status == 403


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_token_must_be_known(workspace, method):
    answer = put("..staging", method=method)
    assert answer.status == 404
    assert answer.told["hint"] == "Reload the page and choose the file again."


def test_a_token_is_good_for_one_upload(workspace, token):
    assert put(token).status == 201
    assert put(token).status == 404
    assert len(workspace.files()) == 1
    tickets().take(OWNER)
    assert put(token).status == 404


def test_a_token_expires(workspace, monkeypatch):
    now = [0.0]
    monkeypatch.setitem(services._HOLDER.__dict__, "uploads", Tickets(clock=lambda: now[0]))
    token = tickets().offer(OWNER)
    now[0] = LIFETIME - 1
    assert tickets().offer(OWNER) == token  # the page was drawn again
    now[0] = 2 * LIFETIME
    assert put(token).status == 404
    assert tickets().offer(OWNER) != token


def test_what_nobody_fetches_is_removed_when_its_token_expires(workspace, monkeypatch):
    now = [0.0]
    monkeypatch.setitem(services._HOLDER.__dict__, "uploads", Tickets(clock=lambda: now[0]))
    assert put(tickets().offer(OWNER)).status == 201
    now[0] = LIFETIME + 1
    tickets().offer(("another visitor", "zip", ""))
    assert workspace.files() == []


def test_an_upload_belongs_to_the_page_that_made_its_token(workspace, token):
    put(token)
    for other in (("another", "zip", "p1"), ("visitor", "other", "p1"), ("visitor", "zip", "p2")):
        assert tickets().take(other) is None
    assert tickets().take(OWNER) is not None


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_file_above_the_limit_is_refused_before_it_is_read(workspace, token, method):
    def unwanted():
        pytest.fail("the body was read")

    answer = put(token, size=(1 << 20) + 1, method=method, before=unwanted)
    assert answer.status == 413
    assert answer.told["message"] == "The file has 1.0 MB; the most is 1.0 MB."
    assert put(token, size="9" * 400, method=method, before=unwanted).status == 413


def test_more_than_was_told_is_refused(workspace, token):
    assert put(token, [ZIP, ZIP]).status == 413
    assert workspace.files() == []


@pytest.mark.parametrize("size", [None, "-1", "many", "1e9", ""])
def test_the_length_must_be_told(workspace, token, size):
    assert put(token, size=size).status == 411


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_disk_that_is_too_full_is_told_beforehand(workspace, token, monkeypatch, method):
    room(monkeypatch, GB // 2)
    answer = put(token, method=method)
    assert answer.status == 507
    assert answer.told["message"] == "The disk is too full: 1.1 GB are needed, 536.9 MB are free."
    assert answer.told["hint"].startswith("Free some space")


def test_temporary_files_make_way_for_an_upload(workspace, token, monkeypatch):
    """It was refused while caches filled the disk."""
    room(monkeypatch, GB // 2)
    workspace.then = lambda needed: room(monkeypatch, needed)
    assert put(token).status == 201


def test_a_disk_that_fills_up_meanwhile_ends_the_upload(workspace, token, monkeypatch):
    room(monkeypatch, 100 * GB, GB // 4)
    monkeypatch.setattr(upload_route, "PIECE_BYTES", 256)
    monkeypatch.setattr(upload_route, "LOOK_BYTES", 512)
    answer = put(token, [ZIP[at : at + 256] for at in range(0, len(ZIP), 256)])
    assert (answer.status, answer.told["message"]) == (507, "The disk became too full: 268.4 MB are free.")
    assert workspace.files() == []
    room(monkeypatch, 100 * GB)
    assert put(token).status == 201  # a refusal does not spend the token


class FailingFile:
    """A file on a disk that gives up."""

    def __init__(self, code: int) -> None:
        self._code = code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def write(self, _):
        raise OSError(self._code, "it is the disk's fault")


@pytest.mark.parametrize(("code", "status"), [(errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EIO, 500)])
def test_a_disk_that_refuses_to_write_is_told_in_words(workspace, token, monkeypatch, code, status):
    monkeypatch.setattr(Path, "open", lambda *_, **__: FailingFile(code))
    answer = put(token)
    assert answer.status == status
    assert answer.told["message"] == "The file could not be written: it is the disk's fault."
    assert list((workspace.home / "staging").iterdir()) == []


def test_a_workspace_that_cannot_be_written_is_told_in_words(workspace, token):
    def refuse():
        raise StoreError("The workspace is read-only.", hint="Choose another folder.")

    workspace.staging = refuse
    answer = put(token)
    assert (answer.status, answer.told["hint"]) == (507, "Choose another folder.")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"\xff\xd8\xff\xe0" + b"x" * 600, "This is not a zip. It is really a JPEG picture."),
        (b"Rar!\x1a\x07\x01\x00" + b"x" * 600, "This is not a zip. It is really a RAR archive."),
        (b"\x1f\x8b\x08" + b"x" * 600, "This is not a zip. It is really a gzip archive."),
        (b"hello", "This is not a zip. It is really a text file."),
        (b"\x01\x02\x00" + b"\xfe" * 600, "This is not a zip. It is of an unknown kind."),
        (b"x" + ZIP, "This is not a zip. It is of an unknown kind."),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_what_is_no_zip_is_refused_by_its_content(workspace, token, content, message, method):
    answer = put(token, [content], size=len(content), method=method)
    assert (answer.status, answer.told["message"]) == (415, message)
    assert workspace.files() == []


def test_asking_beforehand_keeps_nothing_and_spends_nothing(workspace, token):
    answer = put(token, [ZIP[:512]], method="POST")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert workspace.files() == []
    assert put(token).status == 201


@pytest.mark.parametrize("arrived", [[], [ZIP[:2]], [ZIP[:700], ZIP[700:1500]]])
def test_a_broken_connection_leaves_no_file_and_the_token_good(workspace, token, arrived):
    assert put(token, arrived, breaks=True).status == 400
    assert list((workspace.home / "staging").iterdir()) == []
    assert put(token).status == 201


def test_a_server_that_stops_leaves_no_file(workspace, token):
    async def stopped():
        asked = asyncio.current_task()
        assert asked is not None
        await ask(token, [ZIP[:700], ZIP[700:]], before=lambda: workspace.files() and asked.cancel())

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stopped())
    assert list((workspace.home / "staging").iterdir()) == []


def test_a_body_that_ends_early_is_refused(workspace, token):
    answer = put(token, [ZIP[:-1]])
    assert (answer.status, answer.told["message"]) == (400, "The upload ended before the file did.")
    assert workspace.files() == []


def test_a_client_that_falls_silent_is_not_waited_for(workspace, token, monkeypatch):
    monkeypatch.setattr(upload_patience, "STALL_SECONDS", 0.01)
    answer = put(token, [ZIP[:700]], then_silent=True)
    assert (answer.status, answer.told["message"]) == (408, "Nothing has arrived for two minutes.")
    assert workspace.files() == []


def test_a_server_that_is_asked_to_stop_ends_its_uploads_first(workspace, token):
    """It waited for the upload's end before it stopped the training, and was killed while it waited."""
    heard: list[int] = []

    async def serve():
        with upload_patience.ending_with_server():
            asked = asyncio.create_task(ask(token, [ZIP[:700]], then_silent=True))
            while not workspace.files():
                await asyncio.sleep(0)
            signal.raise_signal(signal.SIGTERM)
            return await asked, await ask(token)

    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        cut_off, late = asyncio.run(serve())
        restored = signal.getsignal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM]
    assert (cut_off.status, late.status) == (503, 503)
    assert cut_off.told["message"] == "Sightsmith is being closed."
    assert workspace.files() == []
    assert callable(restored)
    assert restored.__name__ == "<lambda>"


def test_a_newer_upload_takes_the_place_of_an_unfinished_one(workspace, token):
    """Cancel and choose again: the second request may come before the end of the first is noticed."""
    newer: list[int | None] = []

    def begin_again():
        if workspace.files() and not newer:
            newer.append(tickets().begin(token))

    answer = put(token, [ZIP[:700], ZIP[700:]], before=begin_again)
    assert answer.status == 409
    assert workspace.files() == []
    assert newer == [2]
    assert tickets().is_current(token, 2)


def test_the_memory_does_not_grow_with_the_file(workspace, token):
    size = 64 << 20
    workspace.settings = replace_limit(workspace, size)
    chunk = ZIP[:4] + bytes((1 << 16) - 4)
    tracemalloc.start()
    try:
        assert put(token, (chunk for _ in range(size // len(chunk))), size=size).status == 201
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken().path.stat().st_size == size
    assert peak < 8 << 20


def replace_limit(workspace: Workspace, size: int) -> SimpleNamespace:
    return SimpleNamespace(home=workspace.home, limits=replace(Limits(), archive_bytes=size))


def test_tickets_outlive_a_reload_of_their_module(workspace, token):
    assert services._HOLDER.__dict__["uploads"] is tickets()
