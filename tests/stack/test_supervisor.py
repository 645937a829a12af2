"""The supervisor with real PostgreSQL and Temporal, in a process of its own as a terminal would run it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from runtime.settings import load
from stack.ports import free_port
from stack.state import StackState, read_state

_FOREGROUND = Path(__file__).with_name("foreground.py")
_REPOSITORY = Path(__file__).parents[2]


class Terminal:
    """A stack in the foreground of a terminal of its own."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        ports = {"HONGXIU_API_PORT": free_port(), "HONGXIU_TEMPORAL_PORT": free_port()}
        ports["HONGXIU_TEMPORAL_UI_PORT"] = free_port()
        self.env = {
            **os.environ,
            **{name: str(port) for name, port in ports.items()},
            "HONGXIU_DATA": str(folder),
            "PYTHONPATH": str(_REPOSITORY),
            **variables,
        }
        self.screen = folder.parent / f"{folder.name}.screen"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def run(self, api: str = "api") -> None:
        """Start it, with one of the stand-ins as its API."""
        with self.screen.open("ab") as screen:
            self._process = subprocess.Popen(
                [sys.executable, str(_FOREGROUND), api], env=self.env, stdout=screen, stderr=screen
            )

    def until_up(self, processes: int = 4) -> StackState:
        """Wait until everything runs."""
        return self.until(lambda state: len(state.processes) == processes)

    def until(self, holds: Callable[[StackState], bool]) -> StackState:
        """Wait until stack.json is as `holds` says."""
        for _ in range(600):
            state = read_state(self.folder)
            if state is not None and holds(state):
                return state
            assert self.process.poll() is None, self.text()
            time.sleep(0.05)
        raise AssertionError(self.text())

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        return self.process.wait(60)

    def text(self) -> str:
        """What was on the screen."""
        return self.screen.read_text("utf-8")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "红绣 data")
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.terminate()
        terminal.ended()


def _alive(state: StackState) -> list[str]:
    return [name for name, process in state.processes.items() if _runs(process.pid)]


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _all_others(before: StackState, now: StackState) -> bool:
    pids = {process.pid for process in before.processes.values()}
    return len(now.processes) == 4 and not pids & {process.pid for process in now.processes.values()}


def _eventually_nothing_of(state: StackState) -> bool:
    for _ in range(200):
        if not _alive(state):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.long
def test_ctrl_c_stops_everything_and_the_workers_drain(terminal: Terminal) -> None:
    terminal.run()
    state = terminal.until_up()
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ended() == 0
    assert _alive(state) == []
    assert (terminal.folder / f"drained-{state.processes['worker-1'].pid}").exists()
    assert read_state(terminal.folder) is None


@pytest.mark.long
def test_a_killed_supervisor_leaves_nothing_running_and_the_next_start_goes_on(terminal: Terminal) -> None:
    terminal.run()
    state = terminal.until_up()
    terminal.process.kill()
    terminal.ended()
    assert _eventually_nothing_of(state)
    terminal.run()
    assert terminal.until(lambda now: now.supervisor == terminal.process.pid and len(now.processes) == 4)


@pytest.mark.long
def test_each_killed_part_is_started_again(terminal: Terminal) -> None:
    terminal.run()
    before = terminal.until_up()
    for process in before.processes.values():
        os.kill(process.pid, signal.SIGKILL)
    state = terminal.until(lambda now: _all_others(before, now))
    assert sorted(_alive(state)) == ["api", "postgres", "temporal", "worker-1"]
    assert terminal.text().count("died (SIGKILL)") == 4


@pytest.mark.long
def test_as_many_workers_run_as_were_asked_for(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "data", HONGXIU_WORKERS="3")
    terminal.run()
    state = terminal.until_up(processes=6)
    terminal.process.terminate()
    assert terminal.ended() == 0
    assert {"worker-1", "worker-2", "worker-3"} < set(state.processes)


@pytest.mark.long
@pytest.mark.parametrize("taken", ["HONGXIU_API_PORT", "HONGXIU_TEMPORAL_PORT", "HONGXIU_TEMPORAL_UI_PORT"])
def test_a_taken_port_is_told_with_the_variable_that_changes_it(terminal: Terminal, taken: str) -> None:
    with socket.create_server(("127.0.0.1", int(terminal.env[taken]))):
        terminal.run()
        assert terminal.ended() == 3
    assert f"Port {terminal.env[taken]}" in terminal.text()
    assert taken in terminal.text()


@pytest.mark.long
def test_a_second_stack_on_the_same_folder_is_refused_and_the_first_runs_on(terminal: Terminal) -> None:
    terminal.run()
    state = terminal.until_up()
    second = Terminal(terminal.folder)
    second.screen = terminal.folder.parent / "second.screen"
    second.run()
    assert second.ended() == 4
    assert str(terminal.process.pid) in second.text()
    assert len(_alive(state)) == 4


@pytest.mark.long
def test_a_part_that_does_not_start_is_told_with_its_log_and_nothing_stays(terminal: Terminal) -> None:
    terminal.run(api="broken")
    assert terminal.ended() == 5
    assert "API ended with code 1" in terminal.text()
    assert "[config] this API does not start" in terminal.text()
    assert read_state(terminal.folder) is None


@pytest.mark.long
def test_an_operators_command_finds_the_stack_that_runs_on_the_folder(terminal: Terminal) -> None:
    terminal.run()
    terminal.until_up()
    settings = load({"HONGXIU_DATA": str(terminal.folder)})
    assert settings.temporal_address.endswith(terminal.env["HONGXIU_TEMPORAL_PORT"])
    assert settings.public_url.endswith(terminal.env["HONGXIU_API_PORT"])
    assert len(settings.secret()) == len(settings.master_key()) == 32
    with psycopg.connect(settings.owner_database()) as connection:
        assert connection.info.dbname == "hongxiu"


@pytest.mark.long
def test_keys_and_state_are_readable_by_their_owner_only(terminal: Terminal) -> None:
    terminal.run()
    terminal.until_up()
    kept = ["keys/secret", "keys/master", "stack.json", "stack.lock"]
    assert [(terminal.folder / name).stat().st_mode & 0o777 for name in kept] == [0o600] * 4


@pytest.mark.long
def test_ctrl_c_while_starting_leaves_nothing_behind(terminal: Terminal) -> None:
    before = set(psutil.Process().children(recursive=True))  # servers of other tests in this session
    terminal.run()
    for _ in range(600):
        if (terminal.folder / "postgres").exists():
            break
        time.sleep(0.01)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ended() == 0
    assert set(psutil.Process().children(recursive=True)) <= before
