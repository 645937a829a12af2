"""A whole stack in a process of its own: with its own folder and ports, killed in part and stopped as a whole."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import psutil

from runtime.settings import Settings, load
from stack.ports import free_port
from stack.state import read_state

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 90.0  # seconds


class StackFault(AssertionError):
    """The stack did not do what it must; the message has its screen's last lines."""


class RunningStack:
    """One supervised stack. `variables` are HONGXIU_* settings, `programs` options of `foreground`."""

    def __init__(self, folder: Path, *, workers: int = 2, programs: Sequence[str] = (), **variables: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._programs = programs
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("HONGXIU_")} | {
            "HONGXIU_DATA": str(folder / "data"),
            "HONGXIU_API_PORT": str(free_port()),
            "HONGXIU_TEMPORAL_PORT": str(free_port()),
            "HONGXIU_TEMPORAL_UI_PORT": str(free_port()),
            "HONGXIU_WORKERS": str(workers),
            "HONGXIU_LOG_FORMAT": "json",
            "PYTHONPATH": str(REPOSITORY),
            **variables,
        }
        self.data = folder / "data"
        self.screen = folder / "screen.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: dict[int, float] = {}

    # ---------------------------------------------------------------- start and stop

    async def start(self) -> None:
        """Start it, and wait until a case can be opened."""
        self._launch()
        await self.calm()

    def _launch(self) -> None:
        with self.screen.open("ab") as screen:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.foreground", *self._programs],
                env=self._env,
                cwd=REPOSITORY,
                stdout=screen,
                stderr=screen,
            )

    async def calm(self, steady: float = 0.0) -> None:
        """Wait until everything runs and `/readyz` answers 200, for `steady` seconds on end."""
        deadline, since = time.monotonic() + PATIENCE, 0.0
        async with httpx.AsyncClient(timeout=3.0, trust_env=False) as client:
            while True:
                if not (self._complete() and await self._ready(client)):
                    since = 0.0
                else:
                    since = since or time.monotonic()
                    if time.monotonic() - since >= steady:
                        return
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise StackFault(f"the stack is not ready\n{self.last_lines()}")
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Stop it as Ctrl-C does. Raises StackFault when it does not end well, or leaves something running."""
        if self._process is None:
            return
        self._note_processes()
        self.process.send_signal(signal.SIGINT)
        try:
            code = await asyncio.to_thread(self.process.wait, PATIENCE)
        finally:
            self._process = None
        left = self.left_running()
        if code != 0 or left:
            raise StackFault(f"the stop gave {code}, still running: {left}\n{self.last_lines()}")

    def left_running(self) -> list[str]:
        """The command lines of this stack's processes that still run, up to a moment after its stop."""
        for _ in range(50):
            left = [process for pid, began in self._seen.items() if (process := _alive(pid, began)) is not None]
            left += _with_folder(self.data)
            if not left:
                return []
            time.sleep(0.1)
        return sorted({" ".join(process.cmdline())[:120] for process in left})

    async def abandon(self) -> None:
        """End it in any way: for what went wrong."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGCONT)
        self.process.terminate()
        try:
            await asyncio.to_thread(self.process.wait, 60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._process = None

    # ---------------------------------------------------------------- looking

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The supervisor."""
        assert self._process is not None
        return self._process

    @property
    def api(self) -> str:
        """The API's base URL."""
        return f"http://127.0.0.1:{self._env['HONGXIU_API_PORT']}/api/v1"

    def settings(self) -> Settings:
        """The running stack's settings, as an operator's command finds them."""
        return load({"HONGXIU_DATA": str(self.data)})

    def parts(self) -> dict[str, psutil.Process]:
        """What runs now, by the part's name."""
        state = read_state(self.data)
        if state is None:
            return {}
        found = {name: _alive(known.pid, known.began) for name, known in state.processes.items()}
        return {name: process for name, process in found.items() if process is not None}

    def last_lines(self, lines: int = 40) -> str:
        """The end of the supervisor's screen."""
        return "\n".join(self.screen.read_text("utf-8", "replace").splitlines()[-lines:])

    def log_of(self, part: str) -> Path:
        """A part's log."""
        return self.data / "logs" / f"{part}.log"

    # ---------------------------------------------------------------- doing harm

    def kill(self, part: str) -> int | None:
        """kill -9 of a part, or of one of PostgreSQL's own sessions (`session`); its pid, None if it does not run."""
        if part == "session":
            return self._kill_session()
        process = self.parts().get(part)
        if process is None:
            return None
        self._note_processes()
        return process.pid if _killed(process) else None

    def _kill_session(self) -> int | None:
        """One of the server processes that serve our connections."""
        postmaster = self.parts().get("postgres")
        try:
            children = postmaster.children() if postmaster is not None else []
        except psutil.NoSuchProcess:
            return None
        for child in children:
            with suppress(psutil.NoSuchProcess):
                if "hongxiu_app" in " ".join(child.cmdline()) and _killed(child):
                    return child.pid
        return None

    @asynccontextmanager
    async def without(self, part: str) -> AsyncIterator[None]:
        """Kill a part, and keep the supervisor from starting it again for the length of the block."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            self.kill(part)
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    def _complete(self) -> bool:
        state = read_state(self.data)
        return state is not None and len(state.processes) == self._wanted and len(self.parts()) == self._wanted

    @property
    def _wanted(self) -> int:
        return 3 + int(self._env["HONGXIU_WORKERS"])

    async def _ready(self, client: httpx.AsyncClient) -> bool:
        url = self.api.removesuffix("/api/v1") + "/readyz"
        try:
            return (await client.get(url)).status_code == 200
        except httpx.HTTPError:
            return False

    def _note_processes(self) -> None:
        for process in self.parts().values():
            with suppress(psutil.NoSuchProcess):
                for one in (process, *process.children(recursive=True)):
                    self._seen[one.pid] = one.create_time()


def _killed(process: psutil.Process) -> bool:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return False
    return True


def _alive(pid: int, began: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - began) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if same else None


def _with_folder(folder: Path) -> list[psutil.Process]:
    """Processes whose command line names the folder: PostgreSQL and Temporal."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if any(str(folder) in part for part in process.cmdline()):
                found.append(process)
    return found


@asynccontextmanager
async def running(
    *, workers: int = 2, programs: Sequence[str] = (), keep: Callable[[], bool] = lambda: False, **variables: str
) -> AsyncIterator[RunningStack]:
    """A stack for the length of the block, in a folder of its own that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="hongxiu-faults-"))
    stack = RunningStack(folder, workers=workers, programs=programs, **variables)
    try:
        await stack.start()
        yield stack
        await stack.stop()
    finally:
        await stack.abandon()
        if not keep():
            shutil.rmtree(folder, ignore_errors=True)
