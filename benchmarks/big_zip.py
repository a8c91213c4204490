"""The memory that importing a large zip takes: 2 GB of 20,000 pictures, through all of the app but its pages.

The app's own process starts apart, says when it is idle, and then imports. From outside its resident memory
is looked at ten times a second, and that of the decoding processes it starts; pages that processes share
count for each of them. Linux only.

    python -m benchmarks.big_zip [--gigabytes 2.0] [--pictures 20000]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.launch import server_environment

CLASSES = 10
TARGET_MEGABYTES = 600
LOOK_SECONDS = 0.1


@dataclass(slots=True)
class Peaks:
    """Resident memory in bytes: the app's before the import, and the highest seen of everything."""

    idle: int = 0
    app: int = 0
    children: int = 0
    together: int = 0

    def look(self, pid: int) -> None:
        """Take in what the process and those below it hold at this moment."""
        app = resident(pid)
        children = sum(resident(child) for child in below(pid))
        self.app = max(self.app, app)
        self.children = max(self.children, children)
        self.together = max(self.together, app + children)


def main() -> None:
    """Make the zip, import it in a process of its own, and print what it took."""
    parser = argparse.ArgumentParser(description="Memory and time of importing a large zip.")
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--app", nargs=2, metavar=("HOME", "ZIP"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.app:
        be_the_app(Path(options.app[0]), Path(options.app[1]))
        return
    pictures = max(CLASSES * 3, options.pictures)
    with tempfile.TemporaryDirectory() as folder:
        archive = make_zip(Path(folder) / "pictures.zip", pictures, int(options.gigabytes * 1e9))
        size = archive.stat().st_size
        print(f"{pictures:,} pictures in {size / 1e9:.2f} GB.", flush=True)
        peaks, outcome = watched(Path(folder) / "home", archive)
    tell(peaks, outcome, pictures=pictures, size=size)


def make_zip(path: Path, number: int, total_bytes: int) -> Path:
    """Write class folders of JPEGs that together have about so many bytes, each with other contents."""
    width = width_for(total_bytes // number)
    draw = Drawer(width)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for index in range(number):
            archive.writestr(f"class {index % CLASSES}/{index:06d}.jpg", draw(index))
    return path


def width_for(picture_bytes: int) -> int:
    """Return the width at which a drawn JPEG has about so many bytes."""
    trial = len(Drawer(800)(0)) / 800**2
    return max(32, int((picture_bytes / trial) ** 0.5))


class Drawer:
    """Draws pictures of 4:3 with their own colours and one common noise, which is most of their bytes."""

    def __init__(self, width: int) -> None:
        self._size = (width, width * 3 // 4)
        shape = (self._size[1], width, 1)
        self._grain = np.random.default_rng(0).integers(-40, 41, shape, dtype=np.int16)

    def __call__(self, index: int) -> bytes:
        """Return picture number ``index`` as a JPEG."""
        coarse = np.random.default_rng(index + 1).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        smooth = Image.fromarray(coarse).resize(self._size, Image.Resampling.BILINEAR)
        noisy = np.asarray(smooth, dtype=np.int16) + np.roll(self._grain, index * 7, axis=1)
        target = BytesIO()
        Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(target, "JPEG", quality=90)
        return target.getvalue()


def watched(home: Path, archive: Path) -> tuple[Peaks, dict[str, Any]]:
    """Return the highest memory seen during the import, and what the app says of it."""
    command = [sys.executable, "-m", "benchmarks.big_zip", "--app", str(home), str(archive)]
    # the allocator's settings of the real app, which decide what freed memory still counts as held
    environment = server_environment(os.environ)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as app:
        assert app.stdin is not None  # noqa: S101 - for the type
        assert app.stdout is not None  # noqa: S101 - for the type
        if app.stdout.readline().strip() != "idle":
            raise SystemExit("The app did not start.")
        peaks = Peaks(idle=resident(app.pid))
        app.stdin.write("go\n")
        app.stdin.close()
        while app.poll() is None:
            peaks.look(app.pid)
            time.sleep(LOOK_SECONDS)
        outcome: dict[str, Any] = json.loads(app.stdout.read())
    return peaks, outcome


def be_the_app(home: Path, archive: Path) -> None:
    """Open the studio, wait for the word, import, and print what came of it as JSON."""
    from core.jobs.looking import prepare_eyes
    from core.jobs.studio import Studio
    from core.settings import Settings
    from core.store.workspace import Workspace

    settings = Settings.from_environment({}, home=home)
    # as the app does when it starts; it has ended long before two gigabytes have been uploaded
    prepare_eyes(Workspace.open(settings), settings)
    studio = Studio.open(settings)
    project = studio.create_project("Big zip")
    print("idle", flush=True)
    sys.stdin.readline()
    begun, idle = time.perf_counter(), resident(os.getpid())
    job = studio.import_archive(project.id, archive, name=archive.name)
    seconds: dict[str, float] = {}  # at which a stage was last seen
    held: dict[str, float] = {}  # megabytes above idle, at most, by stage
    while (snapshot := studio.job(job.id)) is not None and snapshot.status.active:
        if snapshot.progress is not None:
            stage = snapshot.progress.stage.value
            seconds[stage] = round(time.perf_counter() - begun, 1)
            held[stage] = max(held.get(stage, 0.0), round((resident(os.getpid()) - idle) / 1e6, 1))
        time.sleep(LOOK_SECONDS)
    dataset = studio.dataset(project.id)
    outcome = {
        "status": "" if snapshot is None else snapshot.status.value,
        "error": "" if snapshot is None else snapshot.error,
        "imported": 0 if dataset is None else len(dataset.samples),
        "seconds": round(time.perf_counter() - begun, 1),
        "stage_ended_seconds": seconds,
        "stage_above_idle_mb": held,
    }
    studio.close()
    print(json.dumps(outcome))


def resident(pid: int) -> int:
    """Return the resident memory of a process in bytes; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)


def below(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            own = [int(word) for word in tasks.read_text("ascii").split()]
        except OSError:
            continue
        found += own + [deeper for child in own for deeper in below(child)]
    return found


def tell(peaks: Peaks, outcome: dict[str, Any], *, pictures: int, size: int) -> None:
    """Print the memory above idle, and one JSON object."""
    above = {
        "app": peaks.app - peaks.idle,
        "decoding processes": peaks.children,
        "together": peaks.together - peaks.idle,
    }
    print(f"idle {peaks.idle / 1e6:,.0f} MB; at most above it:")
    for who, held in above.items():
        print(f"  {who:<20} {held / 1e6:>8,.0f} MB")
    result = {
        "name": "big_zip",
        "pictures": pictures,
        "gigabytes": round(size / 1e9, 3),
        "idle_mb": round(peaks.idle / 1e6, 1),
        "app_above_idle_mb": round(above["app"] / 1e6, 1),
        "children_mb": round(above["decoding processes"] / 1e6, 1),
        "together_above_idle_mb": round(above["together"] / 1e6, 1),
        "target_mb": TARGET_MEGABYTES,
        **outcome,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
