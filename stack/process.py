"""One child process that this process owns: its log, its signals, its end."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from stack.errors import ChildFailed

_PR_SET_PDEATHSIG = 1
_BIG_LOG = 20_000_000  # bytes
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with(parent: int, death_signal: int) -> Callable[[], None] | None:
    """A hook for the new child: the kernel sends it `death_signal` when its parent ends, however it ends.

    Linux only. The kernel means the parent's *thread*: start children in the main thread.
    """
    libc = _libc
    if libc is None:
        return None

    def hook() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before the line above
            os.kill(os.getpid(), death_signal)

    return hook


def _rotate(log_file: Path) -> None:
    """Put a log that has grown big aside, as `.1`; only ever between two runs of its process."""
    if log_file.exists() and log_file.stat().st_size > _BIG_LOG:
        log_file.replace(log_file.with_name(f"{log_file.name}.1"))


class Child:
    """A supervised child process; starting it again after its end is allowed.

    `stop_signal` asks for a clean end. `death_signal` is what the kernel sends when we are killed (Linux).
    Output goes to `log_file`, appended.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log_file: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: int = signal.SIGTERM,
        death_signal: int = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.log_file = log_file
        self.env = dict(os.environ if env is None else env)
        self.cwd = cwd
        self.stop_signal = stop_signal
        self.death_signal = death_signal
        self._user: int | None = None
        self._group: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, None when it does not run."""
        return self._process.pid if self._process is not None and self.running else None

    @property
    def running(self) -> bool:
        """Whether the process was launched and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def returncode(self) -> int | None:
        """The exit code of the last run, negative for a signal, None when there is none yet."""
        return self._process.poll() if self._process is not None else None

    def run_as(self, user: int, group: int) -> None:
        """Have the next launch run as another system user (numeric ids); for root only."""
        self._user, self._group = user, group

    def launch(self) -> None:
        """Start the process and return at once. Call it in the main thread (see `_die_with`)."""
        if self.running:
            return
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        _rotate(self.log_file)
        with self.log_file.open("ab") as log:
            self._process = self._popen(log)

    def _popen(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=self.env,
            cwd=self.cwd,
            user=self._user,
            group=self._group,
            extra_groups=[] if self._user is not None else None,
            # A group of its own: Ctrl-C reaches the supervisor only, which stops the others in order.
            start_new_session=True,
            preexec_fn=_die_with(os.getpid(), self.death_signal),
        )

    def wait_until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Poll `ready` until it holds; `timeout` in seconds. Raises ChildFailed with the log's last lines."""
        deadline = time.monotonic() + timeout
        pause = 0.01
        while not ready():
            if not self.running:
                raise ChildFailed(f"{self.name} ended with code {self.returncode}.\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ChildFailed(f"{self.name} was not ready after {timeout:.0f} s.\n{self.log_tail()}")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.1)

    def stop(self, timeout: float = 15.0) -> None:
        """Ask for a clean end and wait; after `timeout` seconds the process is killed."""
        if self._process is None:
            return
        self.signal(self.stop_signal)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """kill -9, and wait for the end."""
        if self._process is None:
            return
        self.signal(signal.SIGKILL)
        self._process.wait()

    def signal(self, number: int) -> None:
        """Send a signal; nothing happens when the process has ended."""
        if self._process is not None:
            self._process.send_signal(number)

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the log, with its path in front."""
        try:
            tail = self.log_file.read_text("utf-8", "replace").splitlines()[-lines:]
        except OSError:
            tail = []
        return "\n".join([f"Its log is {self.log_file}:", *tail])
