"""The embedded stack from one foreground process: PostgreSQL, Temporal, workers and API.

Starts them in order, keeps them up, writes stack.json, and stops them in reverse order. When this process is
killed itself, the kernel ends the children (Linux); elsewhere the next start does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from runtime import program
from runtime.settings import Settings, variable
from stack.errors import StackError
from stack.keys import ensure_keys
from stack.lock import FolderLock
from stack.ports import free_port, require_free
from stack.postgres import Postgres
from stack.process import Child
from stack.services import Service, api_service, postgres_service, temporal_service, worker_service
from stack.state import Process, StackState, end_leftovers, process_of, read_state, remove_state
from stack.temporal import TemporalServer
from stack.temporal_ui import ReadingUi

DATABASE = "hongxiu"
WORKER_COMMAND = (sys.executable, "-m", "worker")
API_COMMAND = (sys.executable, "-m", "server")

_REPOSITORY = Path(__file__).resolve().parent.parent
_LOOK_EVERY = 0.1  # seconds
_BACKOFF_FIRST, _BACKOFF_MOST = 0.1, 5.0  # seconds
_STEADY_AFTER = 10.0  # seconds up after which a part's backoff starts anew

Prepare = Callable[[Settings], Awaitable[Sequence[str]]]
"""Answers with what whoever starts the stack should know."""


async def up(settings: Settings) -> int:
    """Run the embedded stack in the foreground until Ctrl-C or SIGTERM; the exit code for the shell.

    Prints what goes wrong: a taken port (3), a folder in use (4), a part that does not start (5).
    """
    from stack.prepare import prepare

    return await Supervisor(settings, prepare).run()


class Supervisor:
    """One embedded stack on one data folder."""

    def __init__(
        self,
        settings: Settings,
        prepare: Prepare,
        *,
        worker: Sequence[str] = WORKER_COMMAND,
        api: Sequence[str] = API_COMMAND,
        console: Console | None = None,
    ) -> None:
        self._prepare = prepare
        self._worker = worker
        self._api = api
        self._console = console or Console(stderr=True, highlight=False)
        self._folder = settings.data.absolute()
        self._lock = FolderLock(self._folder)
        self._stop = asyncio.Event()
        self._signals = 0
        self._given = settings
        self._settings = settings
        self._postgres_port = 0
        self._pages: ReadingUi | None = None
        self._services: list[Service] = []
        self._restarts: dict[str, asyncio.Task[None]] = {}
        self._backoff: dict[str, float] = {}

    async def run(self) -> int:
        """See `up`."""
        try:
            async with self._signals_heard():
                self._lock.take()
                try:
                    self._claim()
                    await self._serve()
                finally:
                    await self._stop_all()
                    remove_state(self._folder)
                    self._lock.release()
        except StackError as error:
            self._say(f"[red]✗[/] {escape(str(error))}")
            return error.exit_code
        return 0

    # -- start ---------------------------------------------------------------------------------------------

    def _claim(self) -> None:
        """Clear away what is left of an earlier stack, and see that the ports are free."""
        self._folder.chmod(self._folder.stat().st_mode & ~0o066)  # others may pass through, not look around
        before = read_state(self._folder)
        if end_leftovers(self._folder):
            self._say("[yellow]![/] ended what an earlier stack had left running")
        given = self._given
        require_free(given.api_port, "API", variable("api_port"))
        require_free(given.temporal_port, "Temporal", variable("temporal_port"))
        require_free(given.temporal_ui_port, "Temporal UI", variable("temporal_ui_port"))
        self._postgres_port = free_port(before.ports.get("postgres") if before else None)

    async def _serve(self) -> None:
        """Start everything, then look after it until a signal comes."""
        start = asyncio.create_task(self._start())
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait({start, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not start.done():
            start.cancel()
            await asyncio.gather(start, return_exceptions=True)
            stop.cancel()
            return
        try:
            start.result()  # raises what went wrong
            await self._watch()
        finally:
            stop.cancel()

    async def _start(self) -> None:
        began = time.monotonic()
        postgres = self._new_postgres()
        temporal = self._new_temporal()
        servers = [postgres_service(postgres), temporal_service(temporal)]
        self._services += servers
        await asyncio.gather(*(self._start_first(server) for server in servers))
        await self._start_pages(temporal)
        self._settings = self._complete_settings(postgres, temporal)
        await asyncio.to_thread(postgres.create_database, DATABASE)
        ensure_keys(self._settings)
        told = await self._prepare(self._settings)
        self._say("[green]✓[/] schema, policies and calendar are in place")
        for line in told:
            self._say(f"[yellow]![/] {escape(line)}")
        programs = self._new_programs()
        self._services += programs
        await asyncio.gather(*(self._start_first(program) for program in programs))
        self._console.print(self._panel(time.monotonic() - began))

    async def _start_first(self, service: Service) -> None:
        began = time.monotonic()
        await service.start()
        self._publish()
        self._say(f"[green]✓[/] {service.title} is up ({time.monotonic() - began:.1f} s)")

    def _new_postgres(self) -> Postgres:
        return Postgres(self._folder / "postgres", self._postgres_port, log_file=self._log("postgres"))

    async def _start_pages(self, temporal: TemporalServer) -> None:
        """Temporal's pages, for reading unless they are opened."""
        if temporal.ui_port is not None and temporal.ui_port != self._given.temporal_ui_port:
            self._pages = ReadingUi(self._given.temporal_ui_port, temporal.ui_port)
            await self._pages.start()

    def _new_temporal(self) -> TemporalServer:
        return TemporalServer(
            self._folder / "temporal" / "temporal.db",
            self._given.temporal_port,
            self._given.temporal_ui_port if self._given.temporal_ui_writes else free_port(),
            rehearsal=self._given.rehearsal,
            log_file=self._log("temporal"),
        )

    def _complete_settings(self, postgres: Postgres, temporal: TemporalServer) -> Settings:
        """What was given, with the addresses of what now runs."""
        return self._given.model_copy(
            update={
                "data": self._folder,
                "embedded": True,
                "worker_build": self._given.worker_build or program.version(),
                "database_url": postgres.app_dsn(DATABASE),
                "database_owner_url": postgres.owner_dsn(DATABASE),
                "temporal_address": temporal.address,
                "temporal_ui_url": self._urls()["temporal_ui"],
                "secret_file": self._given.secret_path.absolute(),
                "master_key_file": self._given.master_key_path.absolute(),
            }
        )

    def _new_programs(self) -> list[Service]:
        names = [f"worker-{number}" for number in range(1, self._given.workers + 1)]
        workers = [worker_service(self._program(name, self._worker), name) for name in names]
        api = self._program("api", self._api)
        ready = f"http://127.0.0.1:{self._given.api_port}/readyz"
        return [*workers, api_service(api, ready)]

    def _program(self, name: str, command: Sequence[str]) -> Child:
        env = {**os.environ, **self._settings.environment(), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        return Child(_title(name), command, log_file=self._log(name), env=env, cwd=_REPOSITORY)

    # -- watch ---------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Start again whatever has died."""
        while not self._stop.is_set():
            for service in self._services:
                if service.name not in self._restarts and not service.child().running:
                    self._restarts[service.name] = asyncio.create_task(self._restart(service))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), _LOOK_EVERY)

    async def _restart(self, service: Service) -> None:
        """Start one part again, as often as it takes, less and less often."""
        try:
            ended = service.child().returncode
            while not await self._restarted(service, ended):
                ended = None
        finally:
            del self._restarts[service.name]

    async def _restarted(self, service: Service, ended: int | None) -> bool:
        if time.monotonic() - service.launched_at > _STEADY_AFTER:
            self._backoff.pop(service.name, None)
        pause = self._backoff.get(service.name, _BACKOFF_FIRST)
        self._backoff[service.name] = min(pause * 2, _BACKOFF_MOST)
        if ended is not None:
            self._say(f"[yellow]![/] {service.title} died ({_how(ended)}); starting again in {pause:.1f} s")
        await asyncio.sleep(pause)
        try:
            await service.start()
        except Exception as error:  # whatever it was, the next try follows, and says so
            await asyncio.to_thread(service.child().kill)
            self._say(f"[red]✗[/] {service.title} did not start again: {_first_line(error)}")
            return False
        self._publish()
        self._say(f"[green]✓[/] {service.title} is up again")
        return True

    # -- stop ----------------------------------------------------------------------------------------------

    async def _stop_all(self) -> None:
        """In reverse order: API, workers (they drain), Temporal, PostgreSQL."""
        restarts = list(self._restarts.values())
        for task in restarts:
            task.cancel()
        await asyncio.gather(*restarts, return_exceptions=True)
        if self._services:
            self._say("stopping (Ctrl-C again: at once)")
        if self._pages is not None:
            await self._pages.stop()
        for together in reversed(self._in_stages()):
            await asyncio.gather(*(service.stop() for service in together))
        if self._services:
            self._say("[green]✓[/] everything has stopped; the next start goes on from here")

    def _in_stages(self) -> list[list[Service]]:
        """What runs, in the order in which each part needs the ones before it."""
        stages: dict[str, list[Service]] = {"postgres": [], "temporal": [], "worker": [], "api": []}
        for service in self._services:
            stages[service.name.partition("-")[0]].append(service)
        return list(stages.values())

    @contextlib.asynccontextmanager
    async def _signals_heard(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        heard = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in heard:
            loop.add_signal_handler(number, self._on_signal)
        try:
            yield
        finally:
            for number in heard:
                loop.remove_signal_handler(number)

    def _on_signal(self) -> None:
        """The first signal asks for a clean stop; the next kills all but PostgreSQL (nothing is lost)."""
        self._signals += 1
        self._stop.set()
        if self._signals > 1:
            for service in self._services:
                if service.launched_at and service.name != "postgres":
                    service.child().signal(signal.SIGKILL)

    # -- tell ----------------------------------------------------------------------------------------------

    def _publish(self) -> None:
        """Write stack.json."""
        given = self._given
        StackState(
            supervisor=os.getpid(),
            ports={
                "api": given.api_port,
                "temporal": given.temporal_port,
                "temporal_ui": given.temporal_ui_port,
                "postgres": self._postgres_port,
            },
            urls=self._urls(),
            processes=self._processes(),
            environment=self._settings.environment(),
        ).write(self._folder)

    def _processes(self) -> dict[str, Process]:
        pids = {service.name: service.child().pid for service in self._services if service.launched_at}
        found = {name: process_of(pid) for name, pid in pids.items() if pid is not None}
        return {name: process for name, process in found.items() if process is not None}

    def _urls(self) -> dict[str, str]:
        api = f"http://127.0.0.1:{self._given.api_port}"
        ui = f"http://127.0.0.1:{self._given.temporal_ui_port}"
        return {"api": f"{api}/api/v1", "console": api, "docs": f"{api}/docs", "temporal_ui": ui}

    def _panel(self, seconds: float) -> Panel:
        urls = self._urls()
        table = Table.grid(padding=(0, 2))
        table.add_row("控制台 Console", urls["console"])
        table.add_row("接口文档 API docs", urls["docs"])
        table.add_row("Temporal UI", urls["temporal_ui"])
        accounts = "alliance · community-<id> · estate-<id> · dept-<code> · supervisor · admin"
        table.add_row("账号 Accounts", f"{accounts}  (密码 password: nancheng)")
        table.add_row("数据 Data", escape(str(self._folder)))
        if self._given.rehearsal:
            table.add_row("演练 Rehearsal", "[yellow]time can be skipped: hongxiu demo[/]")
        title = f"红绣匠 Hongxiu · up in {seconds:.1f} s · Ctrl-C stops it"
        return Panel(table, title=title, border_style="red", expand=False)

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _log(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"


def _title(name: str) -> str:
    return "API" if name == "api" else name.replace("worker-", "Worker ")


def _first_line(error: Exception) -> str:
    return escape(str(error).partition("\n")[0])


def _how(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
