"""A whole stack for tests over HTTP: database, Temporal in rehearsal, a worker and the API as processes."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg

from runtime.settings import Settings
from stack.keys import ensure_keys
from stack.ports import free_port
from stack.prepare import prepare
from stack.process import Child
from tests.support.namespaces import new_namespace
from tests.support.town import NOW, write_policies

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds
TRAVEL = 600.0  # seconds: for the town's way through most of a year, on a machine with other things to do


@dataclass
class Caller:
    """Somebody at the interface, with a token or without one."""

    http: httpx.Client
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, headers: Mapping[str, str] | None = None, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query or None, headers={**self.headers, **(headers or {})})

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        patience = TRAVEL if path.startswith("/dev/") else PATIENCE
        return self.http.post(path, json=body, headers={**self.headers, **named}, timeout=patience)

    def send(self, path: str, content: bytes, content_type: str = "application/json") -> httpx.Response:
        return self.http.post(path, content=content, headers={**self.headers, "content-type": content_type})

    def open(self, key: str | None = None, **changes: Any) -> dict[str, Any]:
        """Opens a case of Mudan Garden."""
        answer = self.post("/cases", issue(**changes), **({"idempotency_key": key} if key else {}))
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.json()
        return opened

    def decide(self, number: str, kind: str, **fields: Any) -> dict[str, Any]:
        """Takes a decision that is accepted."""
        answer = self.post(f"/cases/{number}/decisions", {"kind": kind, **fields})
        assert answer.status_code == 200, answer.text
        decided: dict[str, Any] = answer.json()
        return decided

    def case(self, number: str) -> dict[str, Any]:
        """The case as it stands."""
        answer = self.get(f"/cases/{number}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def types(self, number: str) -> list[str]:
        """What has happened to the case."""
        return [event["type"] for event in self.get(f"/cases/{number}/events").json()["items"]]

    def now(self) -> datetime:
        """What time it is in the town."""
        return datetime.fromisoformat(self.get("/dev/clock").json()["now"])

    def pass_time(self, number: str, **length: int) -> dict[str, Any]:
        """Brings the town on; how the case then stands. For stacks that a module has to itself."""
        answer = self.post("/dev/fast-forward", {"case": number, **length})
        assert answer.status_code == 200, answer.text
        moved: dict[str, Any] = answer.json()
        return moved


@dataclass
class Stack:
    """A running stack; `base` is the interface's root."""

    settings: Settings
    worker: Child
    api: Child
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.settings.api_port}"

    @contextmanager
    def calling(self, username: str | None = None, language: str | None = None) -> Iterator[Caller]:
        """A caller who is signed in, or nobody."""
        with httpx.Client(base_url=f"{self.base}/api/v1", trust_env=False, timeout=PATIENCE) as http:
            headers = {"accept-language": language} if language else {}
            if username is not None:
                headers["authorization"] = f"Bearer {self.token(username, http)}"
            yield Caller(http, headers)

    def token(self, username: str, http: httpx.Client) -> str:
        if username not in self._tokens:
            answer = http.post("/token", json={"username": username, "password": "nancheng"})
            assert answer.status_code == 200, answer.text
            self._tokens[username] = answer.json()["access_token"]
        return self._tokens[username]

    def logged(self, number: str) -> tuple[int, int]:
        """The case's version and the log's last position, read past the interface."""
        with psycopg.connect(self.settings.owner_database()) as connection:
            row = connection.execute(
                "SELECT (SELECT coalesce(max(version), 0) FROM events WHERE stream = %s), "
                "(SELECT coalesce(max(position), 0) FROM events)",
                (number,),
            ).fetchone()
        assert row is not None
        return row[0], row[1]


def issue(**changes: Any) -> dict[str, Any]:
    """What an officer files."""
    filed = {
        "estate": "mudan-garden",
        "category": "lift",
        "title": "3号楼电梯反复停在两层之间",
        "description": "本周第三次，老人被困十分钟，我的电话是13805301234。",
        "channel": "phone",
        "reporter": {"name": "王秀兰", "phone": "13805301234"},
    }
    return {**filed, **changes}


@contextmanager
def running_stack(
    folder: Path,
    database_url: str,
    owner_url: str,
    temporal_address: str,
    *,
    rehearsal: bool = True,
    quiet: bool = False,
    programs: tuple[Sequence[str], Sequence[str]] = (("-m", "worker"), ("-m", "server")),
) -> Iterator[Stack]:
    """Starts worker and API on a database and a Temporal that run already; ends them. ``quiet``: with few units, so
    that its town is soon brought on. ``programs``: what Python runs as worker and API."""
    settings = Settings(
        data=folder,
        api_port=free_port(),
        rehearsal=rehearsal,
        rehearsal_from=NOW if rehearsal else None,
        embedded=True,
        database_url=database_url,
        database_owner_url=owner_url,
        temporal_address=temporal_address,
        temporal_namespace=asyncio.run(new_namespace(temporal_address)),
        temporal_ui_url="http://127.0.0.1:8233",
        log_format="json",
        policies=write_policies(folder / "policies", quiet=quiet),
    )
    settings = settings.model_copy(update={"public_url": f"http://127.0.0.1:{settings.api_port}"})
    ensure_keys(settings)
    asyncio.run(prepare(settings))
    env = {**os.environ, **settings.environment(), "PYTHONUTF8": "1"}
    worker, api = (
        Child(name, [sys.executable, *program], log_file=folder / f"{name}.log", env=env, cwd=REPOSITORY)
        for name, program in zip(("worker", "api"), programs, strict=True)
    )
    stack = Stack(settings, worker, api)
    try:
        worker.launch()
        api.launch()
        _until_ready(stack)
        yield stack
    finally:
        api.kill()  # how they end well is tested where stacks are supervised
        worker.kill()


def _until_ready(stack: Stack) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for child in (stack.worker, stack.api):
            assert child.running, f"{child.name} ended:\n{child.log_tail()}"
        try:
            if httpx.get(f"{stack.base}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the API was not ready:\n{stack.api.log_tail()}")
