"""How quickly the server answers while a training goes on in it: the health endpoint, and whole pages.

The real server, with one thing added: an address under which this script starts a training and asks how far
it is. A page is asked for as a browser does it, over a websocket of its own, and counts until its script has
run to the end; no browser takes part, which would need the processor itself.

    python -m benchmarks.web_latency [--seconds 40] [--switch 0.005]
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: TID251 - the language a browser speaks
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: TID251 - as above
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from core.jobs.studio import Studio
from core.launch import server_environment
from core.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[1]
TARGETS: Final = {"health": 100.0, "page": 500.0}  # milliseconds that 95 of 100 answers stay below
PAGES: Final = ("", "upload", "configure", "train")  # Home has no name in the address
PROJECT: Final = "Machine parts"
START_SECONDS: Final = 120.0
PAUSE_SECONDS: Final = {"health": 0.05, "page": 0.5}
IDLE_SECONDS: Final = 10.0
MESSAGE_BYTES: Final = 1 << 28

# The app, with a training that begins when this script asks for it.
APP: Final = """
import sys
import streamlit as st
from dataclasses import replace
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Route

sys.path.insert(0, ROOT)
from app import lifespan
from core.domain.choices import Preset
from ui import errors, services, upload_route

if SWITCH:
    sys.setswitchinterval(SWITCH)

def begin():
    studio = services.open_studio()
    project = studio.summaries()[0].project.id
    config = studio.plan(Preset.BALANCED, project)
    config = replace(config, fine_tune_epochs=200, patience=50)
    studio.start_run(project, config, preset=None, token="benchmark")
    return "begun"

def stage():
    job = services.open_studio().active_job()
    return job.progress.stage.value if job and job.progress else ""

async def train(request):
    return PlainTextResponse(await run_in_threadpool(begin))

async def look(request):
    return PlainTextResponse(stage())

routes = [*upload_route.routes(), Route("/benchmark/train", train), Route("/benchmark/stage", look)]
main = ROOT + "/ui/shell/main.py"
app = st.App(main, lifespan=lifespan, routes=routes, on_script_error=errors.show)
"""


@dataclass(slots=True)
class Watch:
    """Milliseconds that answers took, by stage of the work ("": idle) and kind of request."""

    port: int
    stage: str = ""
    taken: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)

    def note(self, kind: str, milliseconds: float) -> None:
        """Keep one answer's time."""
        self.taken.setdefault((self.stage, kind), []).append(milliseconds)

    def health(self) -> None:
        """Ask whether the server is well, again and again, until it is ``done``."""
        while not self.done.wait(PAUSE_SECONDS["health"]):
            begun = time.perf_counter()
            get(self.port, "/_stcore/health")
            self.note("health", 1000 * (time.perf_counter() - begun))

    def pages(self, seconds: float) -> None:
        """Visit one page after the other for so long."""
        last_call, number = time.monotonic() + seconds, 0
        while time.monotonic() < last_call:
            self.stage = get(self.port, "/benchmark/stage")
            begun = time.perf_counter()
            visit(self.port, PAGES[number % len(PAGES)])
            self.note("page", 1000 * (time.perf_counter() - begun))
            number += 1
            time.sleep(PAUSE_SECONDS["page"])


def main() -> None:
    """Measure an idle server and a training one, and print a table and one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument(
        "--switch", type=float, default=0.0, help="sys.setswitchinterval; 0: the server's own"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        import_pictures(home)
        with server(Path(folder), home, switch=options.switch) as port:
            for page in PAGES:  # the first visit of each imports what the others share
                visit(port, page)
            watch = Watch(port)
            pinging = threading.Thread(target=watch.health)
            pinging.start()
            try:
                watch.pages(IDLE_SECONDS)
                get(port, "/benchmark/train")
                watch.pages(options.seconds)
            finally:
                watch.done.set()
                pinging.join()
    tell(watch, switch=options.switch)


def import_pictures(home: Path) -> None:
    """Make a workspace with one project of drawn pictures."""
    studio = Studio.open(Settings.from_environment({}, home=home))
    job = studio.import_sample("machine-parts", name=PROJECT)
    while (snapshot := studio.job(job.id)) is not None and snapshot.status.active:
        time.sleep(0.1)
    studio.close()


@contextlib.contextmanager
def server(folder: Path, home: Path, *, switch: float) -> Iterator[int]:
    """A server of the app with that workspace, and its port, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    script = folder / "app_with_training.py"
    script.write_text(f"ROOT = {str(ROOT)!r}\nSWITCH = {switch}\n{APP}", encoding="utf-8")
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", str(port), "--server.headless", "true"]
    environment = {**server_environment(os.environ, home=home), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Return when the server answers; SystemExit when it never does."""
    last_call = time.monotonic() + START_SECONDS
    while time.monotonic() < last_call:
        with contextlib.suppress(OSError):
            get(port, "/_stcore/health")
            return
        time.sleep(0.1)
    sys.exit("The server did not start.")


def get(port: int, path: str) -> str:
    """Return what the server answers over a connection of its own; SystemExit unless it is a plain yes."""
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
    if answer.status != http.client.OK:
        sys.exit(f"{path} answered {answer.status}: {text}")
    return text


def visit(port: int, page: str) -> None:
    """Open a page as a new visitor and wait until its script has run to the end."""
    asked = BackMsg()
    asked.rerun_script.query_string = f"project={quote(PROJECT)}"
    asked.rerun_script.page_name = page
    address = f"ws://localhost:{port}/_stcore/stream"
    with connect(
        address, subprotocols=[Subprotocol("streamlit")], max_size=MESSAGE_BYTES, proxy=None
    ) as socket_:
        socket_.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(bytes(socket_.recv(timeout=60)))  # type: ignore[arg-type]
            if message.WhichOneof("type") == "page_not_found":
                sys.exit(f"There is no page '{page}'.")
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    sys.exit(f"The page '{page}' failed.")


def tell(watch: Watch, *, switch: float) -> None:
    """Print what was measured."""
    print(f"{'milliseconds (median, p95, most)':<34}{'health':>26}{'page':>26}")
    for stage in dict.fromkeys(stage for stage, _ in watch.taken):
        cells = (in_words(watch.taken.get((stage, kind), [])) for kind in TARGETS)
        print(f"{stage or 'idle':<34}" + "".join(f"{cell:>26}" for cell in cells))
    result: dict[str, object] = {"name": "web_latency", "switch_seconds": switch or None}
    for kind, target in TARGETS.items():
        working = [ms for (stage, of), times in watch.taken.items() if stage and of == kind for ms in times]
        if not working:
            sys.exit("Nothing was measured while training.")
        p95 = float(np.percentile(working, 95))
        print(f"{kind}: 95 of 100 within {p95:.0f} ms while working; target {target:.0f} ms.")
        result |= {f"{kind}_p95_ms": round(p95, 1), f"{kind}_answers": len(working)}
    print(json.dumps(result))


def in_words(milliseconds: list[float]) -> str:
    """Return median, p95, greatest and number of these times."""
    if not milliseconds:
        return "-"
    median, p95 = np.percentile(milliseconds, (50, 95))
    return f"{median:.1f}, {p95:.1f}, {max(milliseconds):.0f} ({len(milliseconds)})"


if __name__ == "__main__":
    main()
