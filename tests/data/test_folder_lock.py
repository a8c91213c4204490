"""One at a time in a folder."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from core.data.folder_lock import LOCK, locked

HOLD = """
import sys
from pathlib import Path
from core.data.folder_lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_threads_of_one_process_take_turns(tmp_path: Path):
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(50):
            with locked(tmp_path / "made"):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert [path.name for path in (tmp_path / "made").iterdir()] == [LOCK]


def test_a_killed_process_lets_go(tmp_path: Path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    entered = threading.Event()

    def enter() -> None:
        with locked(tmp_path):
            entered.set()

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        waiting = threading.Thread(target=enter)
        waiting.start()
        assert not entered.wait(0.2)
        other.kill()
        waiting.join(30)
    assert entered.is_set()
