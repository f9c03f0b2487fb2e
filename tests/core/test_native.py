"""Programs of the native root: isolated, on the host's network, and never left behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.native import asterisk_ids, command, root_for_tests
from core.settings import Paths, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    state = tmp_path / "state"
    state.mkdir()
    native = Settings().paths.native
    return Settings(paths=Paths(state=state, native=native))


def run(settings: Settings, *line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(settings, *line), capture_output=True, text=True, timeout=30, check=False)


def test_exit_status_and_output_come_through(settings: Settings) -> None:
    done = run(settings, "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")


def test_only_the_state_folder_and_what_was_named_can_be_written(settings: Settings, tmp_path: Path) -> None:
    inside = settings.paths.state / "made"
    assert run(settings, "touch", str(inside)).returncode == 0
    assert inside.exists()
    assert run(settings, "touch", "/usr/made").returncode != 0
    assert run(settings, "touch", "/etc/made").returncode != 0


def test_the_own_name_resolves_in_both_families_without_a_name_server(
    settings: Settings, tmp_path: Path
) -> None:
    dead = tmp_path / "resolv.conf"
    dead.write_text("nameserver 127.0.0.250\noptions timeout:20\n", encoding="ascii")
    line = command(settings, "sh", "-c", "getent ahostsv4 $(hostname) && getent ahostsv6 $(hostname)")
    at = line.index("--")
    began = time.monotonic()
    done = subprocess.run(
        [*line[:at], "--ro-bind", str(dead), "/etc/resolv.conf", *line[at:]],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1" in done.stdout
    assert "::1" in done.stdout
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("alone", [False, True])
def test_programs_end_when_their_starter_is_killed(settings: Settings, alone: bool) -> None:
    """kill -9 of the process in between leaves nothing, be it that the program has changed its user."""
    mark = f"{os.getpid()}.5"
    line = command(settings, "setpriv", "--reuid=65534", "--clear-groups", "sleep", f"600{mark}")
    if os.geteuid() != 0 or alone:
        line = command(settings, "sleep", f"600{mark}", alone=alone)
    starter = subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()", *line]
    )
    _await(lambda: bool(_sleepers(mark)), "the program runs")
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    _await(lambda: not _sleepers(mark), "the program is gone")


def test_the_processor_time_of_a_program_that_is_alone_is_its_starters(settings: Settings) -> None:
    line = ("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
    before = _children_s()
    subprocess.run(command(settings, *line, alone=True), check=True, timeout=60)
    assert _children_s() - before > 0.05


def _children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _sleepers(mark: str) -> list[str]:
    found = []
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdigit() else []
        except OSError:
            continue
        if words[:2] == [b"sleep", f"600{mark}".encode()]:
            found.append(process.name)
    return found


def _await(check: object, what: str) -> None:
    assert callable(check)
    end = time.monotonic() + 20
    while not check():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_another_user_walks_to_a_state_folder_in_a_closed_one(tmp_path: Path) -> None:
    """Asterisk's user must reach a state folder below /root."""
    closed = tmp_path / "closed"
    state = closed / "deep" / "state"
    state.mkdir(parents=True)
    (state / "seen").touch()
    closed.chmod(0o700)
    settings = Settings(paths=Paths(state=state, native=Settings().paths.native))
    line = command(settings, "sh", "-c", f"ls {state}; stat -c %a {closed}")
    at = line.index("--bind-try")  # the host's /tmp, where pytest's folders may lie: taken out
    line = [*line[:at], *line[at + 3 :]]
    done = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "seen\n755\n", done.stderr


def test_host_binaries_are_used_as_they_are(tmp_path: Path) -> None:
    settings = Settings(paths=Paths(state=tmp_path, use_host_binaries=True))
    assert command(settings, "ffmpeg", "-version") == ["ffmpeg", "-version"]


def test_the_root_for_tests_lies_beside_the_other() -> None:
    assert root_for_tests(Settings(paths=Paths(native=Path("/srv/native")))) == Path("/srv/native-test")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root")
def test_asterisk_gives_up_root(settings: Settings) -> None:
    ids = asterisk_ids(settings)
    assert ids is not None
    assert 0 not in ids
