"""A throwaway stack: the parts that ``hongxiu up`` starts, in a temporary folder, gone at the end."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from bench import bare
from domain.case import Command, OpenCase, SealedRef
from domain.permission import Actor
from domain.policy.rules import Rules
from runtime import temporal
from runtime.settings import Settings, load
from services.policy_check import Offer
from services.policy_desk import PolicyDesk
from services.policy_folder import read_folder
from stack.keys import ensure_keys
from stack.ports import free_port
from stack.postgres import Postgres
from stack.process import Child
from stack.temporal import TemporalServer
from store import database, migrate
from store.accounts import Accounts, Post, hash_password
from store.log import EventLog
from store.rulebook import Rulebook
from workflows.client import Processes, ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

DATABASE = "hongxiu"
OFFICER = Actor(id="bench-alliance", role="officer", unit="nancheng")
PASSWORD = "bench"
_REPOSITORY = Path(__file__).resolve().parent.parent
_PATIENCE = 60.0


@dataclass
class Stack:
    """What runs, and ways to use it. ``client`` speaks as our program does, ``plain`` as a bare one would."""

    folder: Path
    settings: Settings
    postgres: Postgres
    pool: Pool
    owner: Pool
    rules: Rules
    log: EventLog
    server: TemporalServer | None = None
    children: dict[str, Child] = field(default_factory=dict)
    _token: str = ""
    _clients: dict[bool, Client] = field(default_factory=dict)

    async def client(self) -> Client:
        """A client as our program has it."""
        if True not in self._clients:
            self._clients[True] = await temporal.connect(self.settings)
        return self._clients[True]

    async def plain(self) -> Client:
        """A client with nothing set."""
        if False not in self._clients:
            self._clients[False] = await Client.connect(self.settings.temporal_address)
        return self._clients[False]

    async def processes(self) -> Processes:
        """Our processes, as the API reaches them."""
        return Processes(await self.client(), temporal.TASK_QUEUE)

    def cpu(self) -> float:
        """Seconds of processor time that everything has used so far: servers, programs, and we who ask."""
        postgres = psutil.Process(self.postgres.pid)
        pids = [child.pid for child in self.children.values()] + [self.server.pid if self.server else None]
        found = [postgres, *postgres.children(), psutil.Process(), *(psutil.Process(pid) for pid in pids if pid)]
        return sum(times.user + times.system for times in (process.cpu_times() for process in found))

    def rss(self) -> int:
        """The Temporal server's resident memory, in bytes."""
        assert self.server is not None
        return int(psutil.Process(self.server.pid).memory_info().rss)

    async def start_temporal(self) -> None:
        """The server on a file, as ``hongxiu up`` runs it. What runs already is left alone, here and below."""
        if self.server is not None:
            return
        self.server = TemporalServer(
            self.folder / "temporal" / "temporal.db",
            self.settings.temporal_port,
            rehearsal=self.settings.rehearsal,
            log_file=self.folder / "temporal.log",
        )
        self.server.launch()
        await self.server.wait_ready()
        await temporal.register_search_attributes(await self.client())

    async def start_worker(self) -> None:
        """Our worker, a process of its own."""
        if "worker" not in self.children:
            await self._until_polled(self._launch("worker", "worker"), temporal.TASK_QUEUE)

    async def start_bare_worker(self) -> None:
        """The baseline's worker, a process of its own."""
        if "bare" not in self.children:
            await self.owner.execute(bare.TABLE)
            await self._until_polled(self._launch("bare", "bench.bare"), bare.QUEUE)

    async def start_api(self) -> str:
        """The API, a process of its own; answers with a token for the alliance's officer."""
        if self._token:
            return self._token
        await Accounts(self.pool).put(OFFICER.id, hash_password(PASSWORD), [Post(OFFICER.role, OFFICER.unit)])
        child = self._launch("api", "server")
        base = f"http://127.0.0.1:{self.settings.api_port}"
        deadline = time.monotonic() + _PATIENCE
        async with httpx.AsyncClient(base_url=base, trust_env=False) as http:
            while not await _is_healthy(http):
                if not child.running or time.monotonic() > deadline:
                    raise RuntimeError(f"the API does not serve\n{child.log_tail()}")
                await asyncio.sleep(0.1)
            answer = await http.post("/api/v1/token", json={"username": OFFICER.id, "password": PASSWORD})
        answer.raise_for_status()
        self._token = str(answer.json()["access_token"])
        return self._token

    def _launch(self, name: str, module: str) -> Child:
        env = {**os.environ, **self.settings.environment(), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", module]
        child = Child(name, command, log_file=self.folder / f"{name}.log", env=env, cwd=_REPOSITORY)
        child.launch()
        self.children[name] = child
        return child

    async def _until_polled(self, child: Child, queue: str) -> None:
        client = await self.client()
        request = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        deadline = time.monotonic() + _PATIENCE
        while not (await client.workflow_service.describe_task_queue(request)).pollers:
            if not child.running or time.monotonic() > deadline:
                raise RuntimeError(f"the worker does not poll\n{child.log_tail()}")
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Everything, in reverse order."""
        for child in reversed(self.children.values()):
            await asyncio.to_thread(child.stop)
        if self.server is not None:
            await asyncio.to_thread(self.server.stop)


@asynccontextmanager
async def running_stack(*, rehearsal: bool = False) -> AsyncIterator[Stack]:
    """PostgreSQL, migrated, with the sample policies; what else is needed is started by its methods."""
    with tempfile.TemporaryDirectory(prefix="hongxiu-bench-", ignore_cleanup_errors=True) as name:
        async with AsyncExitStack() as cleanup:
            folder = Path(name)
            postgres = Postgres(folder / "postgres", free_port())
            cleanup.callback(postgres.stop)
            postgres.start()
            postgres.create_database(DATABASE)
            settings = _settings(folder, postgres, rehearsal=rehearsal)
            ensure_keys(settings)
            stack = await _prepared(folder, settings, postgres, cleanup)
            cleanup.push_async_callback(stack.stop)
            yield stack


async def _prepared(folder: Path, settings: Settings, postgres: Postgres, cleanup: AsyncExitStack) -> Stack:
    await asyncio.to_thread(migrate.upgrade, settings.owner_database(), app_password=postgres.app_password)
    pool = await database.connect(settings.database(), max_size=32)
    cleanup.push_async_callback(pool.close)
    owner = await database.connect(settings.owner_database(), max_size=4)
    cleanup.push_async_callback(owner.close)
    desk = PolicyDesk(pool, _no_processes, settings.policies)
    await desk.enact(Offer.of_folder(await asyncio.to_thread(read_folder, settings.policies)))
    rulebook = Rulebook(pool)
    await rulebook.refresh()
    return Stack(folder, settings, postgres, pool, owner, rulebook.current, EventLog(pool))


def _no_processes() -> Processes:
    raise ProcessUnavailable("nothing is under way yet")


def _settings(folder: Path, postgres: Postgres, *, rehearsal: bool) -> Settings:
    given = {
        "HONGXIU_DATA": str(folder),
        "HONGXIU_REHEARSAL": "1" if rehearsal else "0",
        "HONGXIU_API_PORT": str(free_port()),
        "HONGXIU_TEMPORAL_PORT": str(free_port()),
        "HONGXIU_DATABASE_URL": postgres.app_dsn(DATABASE),
        "HONGXIU_EMBEDDED": "1",
        "HONGXIU_DATABASE_OWNER_URL": postgres.owner_dsn(DATABASE),
    }
    return load(given, attach=False)


async def _is_healthy(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


def opening(stack: Stack, number: str) -> Command:
    """The command that opens the case ``number``; the estates take turns."""
    estates = stack.rules.organisation.estates
    estate = estates[hash(number) % len(estates)].id
    words = SealedRef(id=f"w-{number}", resident=f"r-{number}", digest="0" * 64)
    category = stack.rules.organisation.categories[0].id
    body = OpenCase(estate=estate, category=category, channel="wechat", words=words)
    return Command(id=f"open:{number}", actor=OFFICER, body=body)


async def open_cases(stack: Stack, numbers: list[str], callers: int = 20) -> None:
    """Opens these cases, ``callers`` at a time."""
    processes = await stack.processes()
    todo: list[Any] = list(reversed(numbers))

    async def caller() -> None:
        while todo:
            number = todo.pop()
            await processes.open(stack.rules, number, opening(stack, number))

    await asyncio.gather(*(caller() for _ in range(min(callers, len(numbers)))))
