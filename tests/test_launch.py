"""core.launch: the port, the environment, and a server that is watched; here a few lines of Python."""

from __future__ import annotations

import errno
import os
import platform
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import webbrowser
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from core import launch
from core.cli import main
from core.domain.errors import AppError

ANSWERING = """
import http.server, os, signal, sys, threading
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *a): pass
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Health)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
"""
UNTIL_STOPPED = ANSWERING + "server.serve_forever()\n"
DIES = ANSWERING + "server.handle_request(); server.server_close(); os.kill(os.getpid(), signal.SIGKILL)\n"
DIES_ONCE = ANSWERING + (
    "import pathlib; mark = pathlib.Path(sys.argv[2])\n"
    "if mark.exists(): server.handle_request(); sys.exit(0)\n"
    "mark.touch(); server.handle_request(); server.server_close(); sys.exit(3)\n"
)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken(port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        yield port


@pytest.fixture
def ran(monkeypatch, tmp_path) -> list[launch.Server]:
    """The servers that would have been run, for a workspace of their own."""
    monkeypatch.setenv("SIGHTSMITH_HOME", str(tmp_path / "workspace"))
    servers: list[launch.Server] = []

    def remember(self):
        servers.append(self)
        return 0

    monkeypatch.setattr(launch.Server, "run", remember)
    return servers


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The addresses a browser was asked to open."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    return addresses


def server(script: str, port: int, *arguments: str, browser: bool = False) -> launch.Server:
    return launch.Server(
        command=[sys.executable, "-c", script, str(port), *arguments],
        environment=os.environ,
        address=launch.Address(host="127.0.0.1", port=port),
        browser=browser,
    )


def test_takes_the_port_it_is_given_when_that_is_free(port):
    assert launch.free_port("127.0.0.1", port) == port


def test_takes_the_next_free_port_when_one_is_taken(taken):
    assert taken < launch.free_port("127.0.0.1", taken) <= taken + launch.PORTS_TO_TRY


def test_a_port_taken_on_one_address_of_localhost_is_taken(taken):
    assert launch.free_port("localhost", taken) > taken


def test_takes_the_next_port_when_windows_reserves_a_block_of_them(monkeypatch):
    """Hyper-V and Docker reserve blocks; the start ended with the advice to take a port from 1024 up."""
    reserved = range(8493, 8593)

    def bind(_family, address):
        return errno.EACCES if address[1] in reserved else 0

    monkeypatch.setattr(launch, "_try_to_bind", bind)
    assert launch.free_port("127.0.0.1", 8501) == 8593


def test_a_port_that_needs_rights_is_told(monkeypatch):
    monkeypatch.setattr(launch, "_try_to_bind", lambda _family, _address: errno.EACCES)
    with pytest.raises(
        AppError, match=r"may not open port 80\. Ports from 1024 up need no rights: --port 8501"
    ):
        launch.free_port("127.0.0.1", 80)


def test_says_so_when_an_address_is_not_this_machine_s(port):
    with pytest.raises(AppError, match=r"'192\.0\.2\.1' is not an address of this machine\. Use localhost"):
        launch.free_port("192.0.2.1", port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_refuses_what_is_not_a_port(port):
    with pytest.raises(AppError, match=f"{port} is not a port"):
        launch.free_port("localhost", port)


def test_says_so_when_no_port_is_left(monkeypatch):
    monkeypatch.setattr(launch, "_can_listen", lambda _host, _port: False)
    with pytest.raises(AppError, match=r"No free port from 65530 on\. Choose another with --port\."):
        launch.free_port("localhost", 65530)


def test_the_server_keeps_its_memory_and_reports_to_nobody():
    environment = launch.server_environment({"PATH": "/bin"})
    assert environment["PATH"] == "/bin"
    assert environment["MALLOC_MMAP_THRESHOLD_"] == "17179869184"
    assert environment["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] == "false"
    assert environment["HF_HUB_OFFLINE"] == "1"


MEASURES = """
import resource, threading

SIZE = 128 * 1024**2  # bytes, more than an arena of a thread's own can hold

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def work():
    bytes(bytearray(SIZE))  # of two blocks, the first time
    before = faults()
    for _ in range(5):
        bytes(bytearray(SIZE))
    print(faults() - before)

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the settings are those of glibc")
def test_threads_keep_large_blocks_too():
    """A training runs in a thread: had it to ask for its memory anew, it would take half as long again."""
    found = subprocess.run(
        [sys.executable, "-c", MEASURES],
        env=launch.server_environment(dict(os.environ)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(found.stdout) < 1_000  # pages of 4 kB; ten blocks anew would be 300,000


def test_what_the_user_has_set_stays():
    assert launch.server_environment({"MALLOC_TOP_PAD_": "1"})["MALLOC_TOP_PAD_"] == "1"


def test_a_home_given_here_wins_and_is_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    environment = launch.server_environment({"SIGHTSMITH_HOME": "/elsewhere"}, home=Path("mine"))
    assert environment["SIGHTSMITH_HOME"] == str(tmp_path / "mine")


def test_the_server_listens_where_it_is_told():
    command = launch.server_command("127.0.0.1", 8600)
    assert command[:5] == [sys.executable, "-m", "streamlit", "run", str(launch.APP)]
    assert {"--server.address=127.0.0.1", "--server.port=8600", "--server.headless=true"} <= set(command)


@pytest.mark.parametrize(
    ("platform", "environ", "can"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_opens_a_browser_only_on_a_desktop(platform, environ, can):
    assert launch.can_open_browser(environ, platform) is can


@pytest.mark.parametrize(
    ("host", "url"), [("localhost", "http://localhost:8501"), ("::1", "http://[::1]:8501")]
)
def test_the_address_is_one_a_browser_understands(host, url):
    assert launch.Address(host=host, port=8501).url == url


@pytest.mark.parametrize("code", [0, -signal.SIGINT, -signal.SIGTERM, 130, 143])
def test_ending_a_server_is_not_a_crash(code):
    assert not launch.crashed(code)


@pytest.mark.parametrize("code", [1, 3, -signal.SIGSEGV, -signal.SIGKILL, 137])
def test_dying_is_a_crash(code):
    assert launch.crashed(code)


def test_allows_three_restarts_in_ten_minutes():
    assert launch.may_restart([], now=0.0)
    assert launch.may_restart([100.0, 200.0], now=300.0)
    assert not launch.may_restart([100.0, 200.0, 300.0], now=400.0)
    assert launch.may_restart([100.0, 200.0, 300.0], now=701.0)


def test_says_once_where_it_answers_and_opens_the_browser(port, opened, capsys):
    assert server(ANSWERING + "server.handle_request()", port, browser=True).run() == 0
    assert capsys.readouterr().out == f"Sightsmith is ready at http://127.0.0.1:{port} (Ctrl-C ends it)\n"
    assert opened == [f"http://127.0.0.1:{port}"]


def test_starts_a_server_that_died_again_and_opens_no_second_tab(port, opened, tmp_path, capsys):
    assert server(DIES_ONCE, port, str(tmp_path / "mark"), browser=True).run() == 0
    told = capsys.readouterr().out
    assert "The server died (exit code 3). Starting it again; finished work is safe.\n" in told
    assert f"Sightsmith is back at http://127.0.0.1:{port}\n" in told
    assert len(opened) == 1


def test_gives_up_on_a_server_that_keeps_dying(port, capsys):
    watched = server(DIES, port)
    assert watched.run() == 1
    assert len(watched.restarts) == launch.RESTARTS
    assert "The server died again (signal SIGKILL); giving up after 3 restarts." in capsys.readouterr().out


def test_does_not_repeat_a_start_that_never_worked(port, capsys):
    watched = server("raise SystemExit(7)", port)
    assert watched.run() == 7
    assert watched.restarts == []
    assert "The server ended before it was ready (exit code 7);" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_cleanly(port, number):
    """In a process of its own, as Ctrl-C finds it; the server writes its last word only after a clean end."""
    script = (
        "import os, signal, sys; from core import launch\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # tests in the background ignore Ctrl-C
        "raise SystemExit(launch.Server(command=sys.argv[2:], environment=os.environ, browser=False,\n"
        "    address=launch.Address(host='127.0.0.1', port=int(sys.argv[1]))).run())\n"
    )
    child = [sys.executable, "-c", UNTIL_STOPPED + "print('ended well')\n", str(port)]
    with subprocess.Popen(
        [sys.executable, "-c", script, str(port), *child],
        stdout=subprocess.PIPE,
        text=True,
        cwd=launch.APP.parent,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Sightsmith is ready")
        process.send_signal(number)
        assert process.stdout.read() == "ended well\n"
    assert process.returncode == 0


def test_a_stop_before_the_server_is_ready_is_no_failure(port, monkeypatch):
    watched = server(UNTIL_STOPPED, port)

    def stop_instead(_address):
        watched._stop(signal.SIGINT, None)
        return False

    monkeypatch.setattr(launch.Address, "answers", stop_instead)
    assert watched.run() == 0


def test_waits_in_steps_where_a_longer_wait_hears_no_ctrl_c(port, opened, monkeypatch):
    """On Windows Ctrl-C was heard when the server had ended, so one that hung was never ended."""
    monkeypatch.setattr(launch, "STEP_SECONDS", 0.01)
    steps: list[float | None] = []
    wait = subprocess.Popen.wait

    def count(child, timeout=None):
        steps.append(timeout)
        if timeout is None:
            child.kill()  # or this test would wait for ever, too
        if steps.count(0.01) == 3:
            watched._stop(signal.SIGINT, None)
        return wait(child, timeout=timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", count)
    watched = server(UNTIL_STOPPED, port)
    assert watched.run() == 0
    assert steps.count(0.01) >= 3
    assert None not in steps


def test_runs_outside_the_main_thread_without_touching_signals(port):
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(server("raise SystemExit(0)", port).run()))
    thread.start()
    thread.join()
    assert codes == [0]


def test_names_what_is_missing_when_there_is_no_app(tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "APP", tmp_path / "app.py")
    with pytest.raises(
        AppError, match=r"app\.py, is not beside the folder 'core'\. Start Sightsmith from its checkout"
    ):
        launch.serve(browser=False, home=None)


@pytest.mark.parametrize(("platform", "command"), [("win32", "py start.py"), ("darwin", "python3 start.py")])
def test_names_the_command_that_the_system_knows(platform, command):
    assert launch.start_command(platform) == command


def test_tells_of_a_taken_port_and_serves_on_another(taken, ran, capsys):
    assert launch.serve("127.0.0.1", taken, browser=False, home=None) == 0
    used = ran[0].address.port
    assert capsys.readouterr().out == f"Port {taken} is taken; using {used} instead.\n"
    assert f"--server.port={used}" in ran[0].command


def test_a_server_for_all_machines_is_shown_as_local_and_warned_of(port, ran, capsys):
    launch.serve("0.0.0.0", port, browser=False, home=None)  # noqa: S104 - nothing is opened here
    assert ran[0].address.url == f"http://localhost:{port}"
    assert ran[0].environment["STREAMLIT_SERVER_ALLOWED_HOSTS"] == "*"  # names in a network are not known
    assert "there is no password. Everybody in your network who opens" in capsys.readouterr().out


def test_a_server_for_this_machine_answers_to_its_own_names_only(port, ran, capsys):
    """A website whose name is made to lead to this computer could have done all that its visitor can."""
    launch.serve("localhost", port, browser=False, home=None)
    assert "STREAMLIT_SERVER_ALLOWED_HOSTS" not in ran[0].environment
    assert capsys.readouterr().out == ""
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert is_host_allowed(host)
    assert not is_host_allowed(f"rebound.example:{port}")


def test_a_name_that_the_user_allows_is_kept(port, ran, monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_ALLOWED_HOSTS", "pictures.example")
    launch.serve("0.0.0.0", port, browser=False, home=None)  # noqa: S104 - nothing is opened here
    assert ran[0].environment["STREAMLIT_SERVER_ALLOWED_HOSTS"] == "pictures.example"


def test_a_workspace_that_cannot_be_used_is_told_before_a_server_is_started(ran, tmp_path, capsys):
    """The server told it in a traceback, and the launcher added that the lines above say why."""
    with closing(sqlite3.connect(tmp_path / "sightsmith.sqlite")) as database:
        database.execute("CREATE TABLE somebody_elses (id)")
    assert main(["app", "--home", str(tmp_path)]) == 1
    assert ran == []
    told = capsys.readouterr().err
    assert told.startswith(f"sightsmith: {tmp_path / 'sightsmith.sqlite'} belongs to another program. Move")
    assert told.count("\n") == 1


def test_a_setting_that_cannot_be_read_is_told_before_a_server_is_started(ran, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SIGHTSMITH_CACHE_GB", "20GB")
    assert main(["app", "--home", str(tmp_path)]) == 2
    assert ran == []
    assert capsys.readouterr().err == (
        "sightsmith: SIGHTSMITH_CACHE_GB is '20GB'; it must be a number above 0. "
        "Set it to the gigabytes that caches may take, like 20, or leave it out.\n"
    )


def test_a_workspace_that_can_be_used_is_served(ran, tmp_path, port):
    assert main(["app", "--home", str(tmp_path), "--port", str(port), "--no-browser"]) == 0
    assert ran[0].environment["SIGHTSMITH_HOME"] == str(tmp_path)
