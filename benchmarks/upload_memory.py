"""Memory of the server while a large zip comes in: our own route beside ``st.file_uploader``.

    python -m benchmarks.upload_memory --megabytes 1000

A real Chromium sends the same file over real HTTP to a fresh server each way; both pages then have it on
disk. Linux only: the memory is read from /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_SECONDS = 60.0
UPLOAD_MILLISECONDS = 900_000
MB = 1e6

OUR_APP = """
import secrets
import streamlit as st
from pathlib import Path
from types import SimpleNamespace
from core.settings import Limits
from ui import services, upload_route

home = Path(__file__).parent / "home"

def staging():
    folder = home / secrets.token_hex(8)
    folder.mkdir(parents=True)
    return folder

settings = SimpleNamespace(home=home, limits=Limits(archive_bytes=1 << 40))
services.use(SimpleNamespace(settings=settings, staging=staging))
app = st.App(Path(__file__).parent / "pages" / "ours.py", routes=upload_route.routes())
"""
OUR_PAGE = """
import streamlit as st
from ui.components import big_upload
if zipped := big_upload.show(key="zip", label="Zip"):
    st.text(f"kept {zipped.path.stat().st_size}")
"""
WIDGET_APP = """
import streamlit as st
from pathlib import Path
app = st.App(Path(__file__).parent / "pages" / "widget.py")
"""
WIDGET_PAGE = """
import shutil
import streamlit as st
from pathlib import Path
target = Path(__file__).parents[1] / "kept.zip"
if upload := st.file_uploader("Zip", type=["zip"], key="zip"):
    with target.open("wb") as file:
        shutil.copyfileobj(upload, file, 1 << 20)
    st.text(f"kept {target.stat().st_size}")
"""
PAGES = {"ours": (OUR_APP, OUR_PAGE), "widget": (WIDGET_APP, WIDGET_PAGE)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Bytes of the server's memory, and how long the upload took."""

    before: int
    peak: int
    after: int
    seconds: float


def main() -> None:
    """Measure both ways in turn and print a table, and one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    size = int(parser.parse_args().megabytes * MB)
    with tempfile.TemporaryDirectory() as scratch:
        zipped = Path(scratch) / "big.zip"
        with zipped.open("wb") as file:
            file.write(b"PK\x03\x04")
            file.truncate(size)  # the server looks at the beginning only; zeros travel like anything else
        found = {way: measure(way, zipped, Path(scratch) / way) for way in PAGES}
    tell(found, size)


def measure(way: str, zipped: Path, folder: Path) -> Measured:
    """Send the file to a fresh server in ``folder`` and watch the server's memory."""
    (folder / "pages").mkdir(parents=True)
    for source, place in zip(PAGES[way], ("app.py", f"pages/{way}.py"), strict=True):
        (folder / place).write_text(source, encoding="utf-8")
    with server(folder) as (process, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--headless", "--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        field = page.locator(".st-key-zip input[type=file]")
        field.wait_for(state="attached")
        page.wait_for_timeout(1000)
        before = memory(process.pid, "VmRSS")
        began = time.perf_counter()
        field.set_input_files(zipped)
        page.get_by_text(f"kept {zipped.stat().st_size}").wait_for(timeout=UPLOAD_MILLISECONDS)
        seconds = time.perf_counter() - began
        page.wait_for_timeout(2000)
        result = Measured(
            before=before,
            peak=memory(process.pid, "VmHWM"),
            after=memory(process.pid, "VmRSS"),
            seconds=seconds,
        )
        browser.close()
    shutil.rmtree(folder)
    return result


@contextlib.contextmanager
def server(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A Streamlit server for the app in ``folder``, and its address, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true", "--server.maxUploadSize", "100000"]
    options += ["--server.address", "localhost", "--browser.gatherUsageStats", "false"]
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "app.py"), *options]
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield process, f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Return when the server answers; SystemExit when it never does."""
    last_call = time.monotonic() + START_SECONDS
    while time.monotonic() < last_call:
        with (
            contextlib.suppress(OSError),
            contextlib.closing(http.client.HTTPConnection("localhost", port, timeout=1)) as connection,
        ):
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == http.client.OK:
                return
        time.sleep(0.1)
    sys.exit("The server did not start.")


def chromium() -> str:
    """Return the path of a Chromium."""
    found = os.environ.get("CHROME") or next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or sys.exit("No Chromium found; install it, or set CHROME to its path.")


def memory(process: int, line: str) -> int:
    """Return a process's memory in bytes: VmRSS what it has now, VmHWM the most it ever had."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(row.split()[1]) * 1024 for row in status.splitlines() if row.startswith(f"{line}:"))


def tell(found: dict[str, Measured], size: int) -> None:
    """Print what was measured."""
    print(f"{size / MB:,.0f} MB     before      peak     after  growth per byte   seconds")
    for way, row in found.items():
        figures = "".join(f"{bytes_ / MB:>7,.0f} MB" for bytes_ in (row.before, row.peak, row.after))
        print(f"{way:<9}{figures}{(row.peak - row.before) / size:>17.3f}{row.seconds:>10.1f}")
    ours, widget = found["ours"], found["widget"]
    result = {
        "name": "upload memory",
        "peer": "st.file_uploader",
        "megabytes": round(size / MB),
        "ours_growth_mb": round((ours.peak - ours.before) / MB, 1),
        "peer_growth_mb": round((widget.peak - widget.before) / MB, 1),
        "ours_after_mb": round((ours.after - ours.before) / MB, 1),
        "peer_after_mb": round((widget.after - widget.before) / MB, 1),
        "ours_seconds": round(ours.seconds, 1),
        "peer_seconds": round(widget.seconds, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
