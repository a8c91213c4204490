"""The export route, asked as a server would ask it: the zip, every refusal, and what stays behind."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette

from core.domain.errors import Cancelled, DatasetError
from ui import export_route, services, upload_patience
from ui.export_tickets import LIFETIME, Packed, PackedZips, packed
from ui.upload_patience import Patience

HOME = {"host": "localhost:8501", "origin": "http://localhost:8501", "sec-fetch-site": "same-origin"}
GB = 1 << 30
ZIP = bytes(range(256)) * 12_000  # three pieces


class Workspace:
    """As much of a studio as an export needs."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = SimpleNamespace(home=home)
        self.problem: Exception | None = None
        self.wait_until_stopped = False

    def project(self, project_id):
        return SimpleNamespace(id=project_id, name="Läuse & Flöhe") if project_id == "p1" else None

    def dataset_bytes(self, project_id):
        return 5 * GB

    def make_room(self, needed: int = 0) -> None:
        pass

    def staging(self) -> Path:
        folder = self.home / "staging" / "one"
        folder.mkdir(parents=True)
        return folder

    def export_dataset(self, project_id, target, *, camera_data, stopped):
        self.camera_data = camera_data
        target.write_bytes(ZIP)
        while self.wait_until_stopped and not stopped():
            pass
        if stopped():
            raise Cancelled
        if self.problem:
            raise self.problem

    def tried_batch(self, place):
        return SimpleNamespace(name="New & old.zip") if place == "p1" else None

    def sorted_bytes(self, place):
        return 5 * GB

    def export_sorted(self, place, target, *, stopped):
        if place != "p1":
            raise DatasetError("These pictures are not there any more.")
        target.write_bytes(ZIP[:100])

    def files(self) -> list[Path]:
        return [path for path in self.home.rglob("*") if path.is_file()]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.body)


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    made = Workspace(tmp_path / "home")
    made.home.mkdir()
    for name, kept in (("studio", made), ("packed", PackedZips()), ("patience", Patience())):
        monkeypatch.setitem(services._HOLDER.__dict__, name, kept)
    room(monkeypatch, 100 * GB)
    return made


def room(monkeypatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))


async def ask(path, *, method="POST", headers=HOME, leaves=False, takes=None) -> Answer:
    """Send a request to the routes; ``takes`` is called before each message of the answer is taken."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path.partition("?")[0],
        "query_string": path.partition("?")[2].encode(),
        "headers": [(key.encode(), value.encode("latin-1")) for key, value in headers.items()],
    }
    sent: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if waiting:
            return waiting.pop()
        if not leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if takes:
            await takes()
        sent.append(message)

    await Starlette(routes=export_route.routes())(scope, receive, send)
    head = {key.decode(): value.decode("latin-1") for key, value in sent[0]["headers"]} if sent else {}
    status = sent[0]["status"] if sent else 0
    return Answer(status, head, b"".join(message.get("body", b"") for message in sent[1:]))


def post(*args, **kwargs) -> Answer:
    return asyncio.run(ask(*args, **kwargs))


def fetched(token: str, **kwargs) -> Answer:
    return asyncio.run(ask(f"/api/export/p1/{token}", method="GET", headers={}, **kwargs))


def test_the_zip_is_packed_sent_once_and_removed(workspace):
    ready = post("/api/export/p1")
    assert (ready.status, ready.told["bytes"]) == (201, len(ZIP))
    answer = fetched(ready.told["token"])
    assert (answer.status, answer.body) == (200, ZIP)
    assert answer.headers["content-type"] == "application/zip"
    assert "filename*=utf-8''L%C3%A4use%20Fl%C3%B6he.zip" in answer.headers["content-disposition"]
    assert workspace.files() == []
    again = fetched(ready.told["token"])
    assert again.status == 404
    assert b"used already" in again.body


@pytest.mark.parametrize(("question", "camera_data"), [("", True), ("?camera_data=no", False)])
def test_what_cameras_wrote_stays_out_where_that_is_asked(workspace, question, camera_data):
    assert post(f"/api/export/p1{question}").status == 201
    assert workspace.camera_data is camera_data


def test_answered_pictures_are_packed_sorted(workspace):
    ready = post("/api/export/p1?sorted=yes")
    answer = fetched(ready.told["token"])
    assert answer.body == ZIP[:100]
    assert "filename*=utf-8''New%20old%20sorted.zip" in answer.headers["content-disposition"]
    assert workspace.files() == []
    gone = post("/api/export/elsewhere?sorted=yes")
    assert (gone.status, gone.told["message"]) == (409, "These pictures are not there any more.")
    assert workspace.files() == []


def test_an_app_in_a_folder_of_its_own_has_the_same_routes(workspace):
    ready = post("/lab/sight/api/export/p1")
    answer = asyncio.run(ask(f"/lab/sight/api/export/p1/{ready.told['token']}", method="GET", headers={}))
    assert answer.body == ZIP


@pytest.mark.parametrize(
    "headers", [HOME | {"origin": "http://evil.example"}, HOME | {"sec-fetch-site": "cross-site"}]
)
def test_no_other_site_may_have_pictures_packed(workspace, headers):
    answer = post("/api/export/p1", headers=headers)
    assert (answer.status, answer.told["message"]) == (403, "Only Sightsmith's own pages may do this.")


def test_a_full_disk_is_told_before_anything_is_packed(workspace, monkeypatch):
    room(monkeypatch, 6 * GB - 1)
    answer = post("/api/export/p1")
    assert answer.status == 507
    assert answer.told["message"].startswith("The disk is too full")
    assert workspace.files() == []


@pytest.mark.parametrize(
    ("problem", "status", "message"),
    [
        (
            DatasetError("There are no pictures yet.", hint="Add some first."),
            409,
            "There are no pictures yet.",
        ),
        (OSError(5, "Input/output error"), 500, "The zip could not be written: Input/output error."),
    ],
)
def test_what_cannot_be_packed_is_told_and_leaves_nothing(workspace, problem, status, message):
    workspace.problem = problem
    answer = post("/api/export/p1")
    assert (answer.status, answer.told["message"]) == (status, message)
    assert workspace.files() == []


def test_an_unknown_project_is_told(workspace):
    assert post("/api/export/p2").told["message"] == "This project does not exist any more."


def test_packing_ends_when_the_visitor_leaves(workspace, monkeypatch):
    monkeypatch.setattr(export_route, "LOOK_SECONDS", 0.01)
    workspace.wait_until_stopped = True
    post("/api/export/p1", leaves=True)
    assert workspace.files() == []


def test_packing_ends_when_the_server_stops(workspace, monkeypatch):
    monkeypatch.setattr(export_route, "LOOK_SECONDS", 0.01)
    workspace.wait_until_stopped = True

    async def stopping() -> Answer:
        asyncio.get_running_loop().call_later(0.05, upload_patience.patience().end)
        return await ask("/api/export/p1")

    assert asyncio.run(stopping()).status == 503
    assert workspace.files() == []


def test_a_visitor_who_takes_nothing_more_does_not_hold_the_server_back(workspace):
    token = post("/api/export/p1").told["token"]
    messages = iter(range(9))

    async def takes() -> None:
        if next(messages) == 2:
            upload_patience.patience().end()
            await asyncio.Event().wait()

    answer = fetched(token, takes=takes)
    assert len(answer.body) < len(ZIP)
    assert workspace.files() == []


def test_a_head_request_spends_no_token(workspace):
    token = post("/api/export/p1").told["token"]
    asyncio.run(ask(f"/api/export/p1/{token}", method="HEAD", headers={}))
    assert fetched(token).body == ZIP


def test_zips_that_nobody_fetches_are_removed(tmp_path):
    now = [0.0]
    zips = PackedZips(clock=lambda: now[0])
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "pictures.zip").write_bytes(ZIP)
    token = zips.offer(Packed(path=tmp_path / "old" / "pictures.zip", name="a.zip"))
    now[0] = LIFETIME
    assert zips.take(token) is None
    assert not (tmp_path / "old").exists()


def test_waiting_zips_are_kept_by_the_process(workspace):
    assert packed() is packed()
