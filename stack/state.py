"""`stack.json`: what runs, for operators' commands, tools and fault tests. Removed at a clean stop."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from runtime.settings import STACK_FILE


class Process(BaseModel):
    """A child: its id, and when it began (s since 1970), which tells it from a later holder of the id."""

    model_config = ConfigDict(frozen=True)

    pid: int
    began: float


class StackState(BaseModel):
    """The contents of stack.json. It holds passwords, in `environment`: the file's mode is 0600."""

    model_config = ConfigDict(frozen=True)

    supervisor: int
    ports: Mapping[str, int]
    urls: Mapping[str, str]
    processes: Mapping[str, Process]
    environment: Mapping[str, str]

    def write(self, folder: Path) -> None:
        """Replace the file in one step."""
        file = folder / STACK_FILE
        draft = folder / f".{STACK_FILE}.{os.getpid()}"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(self.model_dump(mode="json"), out, ensure_ascii=False, indent=2)
        draft.replace(file)


def read_state(folder: Path) -> StackState | None:
    """The state of the stack on `folder`; None when there is none or it can't be read."""
    try:
        return StackState.model_validate_json((folder / STACK_FILE).read_bytes())
    except (OSError, ValueError):
        return None


def remove_state(folder: Path) -> None:
    """Remove the file."""
    (folder / STACK_FILE).unlink(missing_ok=True)


def process_of(pid: int) -> Process | None:
    """Describe a running process; None when it has ended."""
    try:
        return Process(pid=pid, began=psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def end_leftovers(folder: Path, patience: float = 10.0) -> int:
    """End what a killed supervisor left running on `folder`; how many there were.

    The kernel has already told them on Linux; `patience` is the time in seconds until they are killed.
    Call it with the folder's lock held.
    """
    state = read_state(folder)
    leftovers = list(_still_running(state)) if state is not None else []
    for name, process in leftovers:
        process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
    _, stubborn = psutil.wait_procs([process for _, process in leftovers], timeout=patience)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=patience)
    return len(leftovers)


def _still_running(state: StackState) -> Iterator[tuple[str, psutil.Process]]:
    for name, known in state.processes.items():
        try:
            process = psutil.Process(known.pid)
            if abs(process.create_time() - known.began) < 1.0:
                yield name, process
        except psutil.NoSuchProcess:
            continue
