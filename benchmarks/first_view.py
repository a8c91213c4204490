"""Sixty photos of 12 megapixels, seen for the first time in a real Chromium, beside plain Streamlit.

Plain Streamlit is a page with a button that shows the same files with ``st.image``, as wide as our tiles.
Both servers are started anew for every run, so that nothing is in their memory. The clock runs in the
browser, from the click until sixty pictures are decoded and the next frame is drawn. Sightsmith's small
copies come from the import, which is timed besides and is not part of the view.

    python -m benchmarks.first_view [--runs 3] [--pictures 60] [--side 4000]
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.import_rate import draw_photos

ROOT = Path(__file__).resolve().parents[1]
TILE = 104  # pixels: the width of a tile of the gallery
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]
PLAIN = """
import streamlit as st
from pathlib import Path

st.set_page_config(layout="wide")
if st.button("Show"):
    st.image([str(path) for path in sorted(Path({folder!r}).rglob("*.jpg"))], width={width})
"""
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
# Clicks and returns the seconds until so many pictures are decoded and a frame with them is drawn.
CLOCK = """
async ([words, wanted]) => {
  const roots = function* (root) {
    yield root;
    for (const one of root.querySelectorAll("*")) if (one.shadowRoot) yield* roots(one.shadowRoot);
  };
  const shown = () => [...roots(document)].flatMap(root => [...root.querySelectorAll("img")])
    .filter(image => image.width >= 90 && image.complete && image.naturalWidth > 0);
  const buttons = [...document.querySelectorAll("button, [role=tab]")];
  const button = buttons.find(one => one.innerText.includes(words));
  const begun = performance.now();
  button.click();
  for (;;) {
    await new Promise(requestAnimationFrame);
    const images = shown();
    if (images.length >= wanted) {
      await Promise.all(images.map(image => image.decode()));
      await new Promise(requestAnimationFrame);
      return (performance.now() - begun) / 1000;
    }
    if (performance.now() - begun > 120_000) throw new Error("only " + images.length + " pictures came");
  }
}
"""


def main() -> None:
    """Draw the photos, import them, let both show them in turn, and print the seconds."""
    parser = argparse.ArgumentParser(description="First view of a gallery of large photos, in Chromium.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--side", type=int, default=4000, help="width; the height is three quarters of it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        photos, home = Path(folder) / "photos", Path(folder) / "home"
        lay_out(photos, options.pictures, options.side)
        imported = seconds_to_import(photos, home)
        plain = Path(folder) / "plain.py"
        plain.write_text(PLAIN.format(folder=str(photos), width=TILE))
        chromium = os.environ.get("CHROME") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        ours, theirs = [], []
        for _ in range(options.runs):
            ours.append(gallery_seconds(browser, home, options.pictures))
            theirs.append(plain_seconds(browser, plain, options.pictures))
        browser.close()
    tell(ours, theirs, options.pictures, imported)


def lay_out(folder: Path, number: int, side: int) -> None:
    """Write the photos into two class folders."""
    for name in ("left", "right"):
        (folder / name).mkdir(parents=True)
    for index, file in enumerate(draw_photos(folder, number, side)):
        file.rename(folder / ("left", "right")[index % 2] / file.name)


def seconds_to_import(photos: Path, home: Path) -> float:
    """Import the photos as the command line does, into a workspace of its own."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "core.cli", "import", str(photos), "--name", "Photos"]
    subprocess.run(command, cwd=ROOT, env=environment(home), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def gallery_seconds(browser: Browser, home: Path, pictures: int) -> float:
    """Return the seconds of the first view in a server that has just started."""
    with served("app.py", home) as address:
        return clocked(browser, f"{address}/upload?project=Photos", "All pictures", pictures)


def plain_seconds(browser: Browser, script: Path, pictures: int) -> float:
    """Return the seconds that Streamlit's own pictures take."""
    with served(str(script), script.parent / "unused") as address:
        return clocked(browser, address, "Show", pictures)


def clocked(browser: Browser, address: str, words: str, pictures: int) -> float:
    """Open the page, wait until it rests, click what is called so, and return the browser's seconds."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    with contextlib.closing(context):
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(address)
        page.get_by_text(words, exact=True).wait_for()
        page.wait_for_selector(SETTLED)
        return float(page.evaluate(CLOCK, [words, min(pictures, 60)]))


@contextlib.contextmanager
def served(script: str, home: Path) -> Iterator[str]:
    """Give the address of a Streamlit server of its own, which ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        f"--server.port={port}",
        "--server.headless=true",
    ]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(port)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    """Return once the server answers; SystemExit after a minute."""
    last_call = time.monotonic() + 60
    while time.monotonic() < last_call:
        connection = http.client.HTTPConnection("localhost", port, timeout=1)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().read() == b"ok":
                return
        time.sleep(0.1)
    raise SystemExit("The server did not start.")


def environment(home: Path) -> dict[str, str]:
    """Return this process's environment with a workspace of the benchmark's own."""
    return {**os.environ, "SIGHTSMITH_HOME": str(home)}


def tell(ours: Sequence[float], theirs: Sequence[float], pictures: int, imported: float) -> None:
    """Print the seconds of each run, and one JSON object as the last line."""
    for title, runs in (("Sightsmith", ours), ("plain Streamlit", theirs)):
        print(f"{title:<16} first view of {pictures} photos, seconds: {', '.join(f'{s:.2f}' for s in runs)}")
    print(f"The import took {imported:.1f} s.")
    result = {
        "name": "first_view",
        "peer": "plain Streamlit, st.image",
        "pictures": pictures,
        "ours_seconds": round(statistics.median(ours), 3),
        "peer_seconds": round(statistics.median(theirs), 3),
        "ratio": round(statistics.median(t / o for o, t in zip(ours, theirs, strict=True)), 2),
        "import_seconds": round(imported, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
