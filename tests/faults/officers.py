"""Officers who open cases and decide for them over HTTP, and repeat each request until it has an answer."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from domain.policy.calendar import SHANGHAI

PASSWORD = "nancheng"
MOST_CASES = 60
GIVE_UP_AFTER = 180.0  # seconds: no answer for so long, while nothing is killed, is a fault by itself


@dataclass(slots=True)
class Request:
    """One request of an officer's, with everything that came of it. Instants are seconds of `time.monotonic`."""

    officer: str
    path: str
    key: str
    body: Mapping[str, Any]
    began: float
    tries: int = 0
    statuses: list[int] = field(default_factory=list)
    ended: float = 0.0
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def acknowledged(self) -> bool:
        """Whether the answer was a success."""
        return 200 <= self.status < 300

    @property
    def opens(self) -> bool:
        """Whether it opens a case."""
        return self.path == "/cases"

    @property
    def marker(self) -> str:
        """The words that no other request has: a decision's reason, a case's title."""
        return str(self.body["title"] if self.opens else self.body["reason"])

    def __str__(self) -> str:
        what = "open" if self.opens else f"{self.body['kind']} {self.path.split('/')[2]}"
        return f"{what} key={self.key} tries={self.tries} statuses={self.statuses} -> {self.status} {self.answer}"


class Office:
    """The officers of one stack, and the cases that they have opened. `calm_since`: when (monotonic) the last kill was
    over; none while parts are still killed, and however long an answer takes then, it is asked for again."""

    def __init__(self, api: str, seed: int, *, most_cases: int = MOST_CASES) -> None:
        self._api = api
        self._chance = random.Random(seed)
        self._most_cases = most_cases
        self._numbers: list[str] = []
        self._token = ""
        self._estates: list[str] = []
        self._categories: list[str] = []
        self.requests: list[Request] = []
        self.faults: list[str] = []
        self.closed = asyncio.Event()
        self.calm_since: float | None = time.monotonic()

    async def work(self, officers: int) -> None:
        """All officers, until `closed` is set and each has the answer to what it asked last."""
        async with httpx.AsyncClient(base_url=self._api, trust_env=False) as client:
            await self._sign_in(client)
            names = [f"o{number}" for number in range(1, officers + 1)]
            await asyncio.gather(*(self._officer(client, name) for name in names))

    async def again(self, request: Request) -> Request:
        """The same request once more, on a calm stack."""
        async with httpx.AsyncClient(base_url=self._api, trust_env=False) as client:
            repeated = Request(request.officer, request.path, request.key, request.body, time.monotonic())
            await self._until_answered(client, repeated, random.Random(0))
            return repeated

    async def decide(self, number: str, kind: str, key: str, **fields: Any) -> Request:
        """One decision, repeated until it has an answer."""
        return await self.ask(self.new_decision(number, kind, key, **fields))

    def new_decision(self, number: str, kind: str, key: str, **fields: Any) -> Request:
        """A decision that has not been sent."""
        body = {"kind": kind, "reason": f"单独一件 {key}", **fields}
        return Request("alone", f"/cases/{number}/decisions", key, body, time.monotonic())

    async def try_once(self, request: Request) -> int:
        """Sends a request once; the status of the answer, 0 for none."""
        async with httpx.AsyncClient(base_url=self._api, trust_env=False) as client:
            answer = await self._send(client, request, 60.0)
            return answer.status_code if answer is not None else 0

    async def open(self, key: str) -> Request:
        """One case opened, repeated until it has an answer. The first one also signs in."""
        if not self._token:
            async with httpx.AsyncClient(base_url=self._api, trust_env=False) as client:
                await self._sign_in(client)
        return await self.ask(Request("alone", "/cases", key, self._new_case(key, random.Random(0)), time.monotonic()))

    async def ask(self, request: Request, patience: float = 60.0) -> Request:
        """Sends a request until it has an answer; each try waits `patience` seconds."""
        async with httpx.AsyncClient(base_url=self._api, trust_env=False) as client:
            self.requests.append(request)
            await self._until_answered(client, request, random.Random(0), patience)
        return request

    # ---------------------------------------------------------------- one officer

    async def _sign_in(self, client: httpx.AsyncClient) -> None:
        """Sign in, and read where cases can be opened."""
        answer = await client.post("/token", json={"username": "alliance", "password": PASSWORD}, timeout=30)
        self._token = answer.raise_for_status().json()["access_token"]
        organisation = (await client.get("/organisation", headers=self._headers, timeout=30)).raise_for_status().json()
        self._estates = [one["id"] for community in organisation["communities"] for one in community["estates"]]
        self._categories = [category["id"] for category in organisation["categories"]]

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}"}

    async def _officer(self, client: httpx.AsyncClient, name: str) -> None:
        chance = random.Random(f"{self._chance.random()} {name}")
        number = 0
        while not self.closed.is_set():
            number += 1
            request = await self._next(client, name, f"{name}-{number}", chance)
            if request is None:
                await asyncio.sleep(0.05)
                continue
            self.requests.append(request)
            await self._until_answered(client, request, chance)
            if request.opens and request.acknowledged:
                self._numbers.append(request.answer["number"])

    async def _next(self, client: httpx.AsyncClient, name: str, key: str, chance: random.Random) -> Request | None:
        """What this officer does next: open a case, or decide for one what it now takes."""
        if not self._numbers or (len(self._numbers) < self._most_cases and chance.random() < 0.2):
            return Request(name, "/cases", key, self._new_case(key, chance), time.monotonic())
        number = chance.choice(self._numbers)
        allowed = await self._allowed(client, number)
        kinds = [kind for kind in allowed if kind in _FIELDS]
        if not kinds:
            return None
        kind = chance.choices(kinds, [_WEIGHTS.get(kind, 3) for kind in kinds])[0]
        body = {"kind": kind, "reason": f"风暴 {key}", **_fields(kind)}
        return Request(name, f"/cases/{number}/decisions", key, body, time.monotonic())

    async def _allowed(self, client: httpx.AsyncClient, number: str) -> list[str]:
        try:
            answer = await client.get(f"/cases/{number}", headers=self._headers, timeout=10)
        except httpx.HTTPError:
            return ["note"]
        if answer.status_code != 200:
            self._look_at(answer, f"GET {number}")
            return ["note"]
        return list(answer.json()["allowed"])

    def _new_case(self, key: str, chance: random.Random) -> dict[str, Any]:
        return {
            "estate": chance.choice(self._estates),
            "category": chance.choice(self._categories),
            "title": f"风暴 {key}",
            "description": "电梯停在两层之间。",
            "channel": "phone",
            "reporter": {"name": "王女士", "phone": "13800001234", "anonymous": False},
        }

    # ---------------------------------------------------------------- until it is answered

    async def _until_answered(
        self, client: httpx.AsyncClient, request: Request, chance: random.Random, patience: float | None = None
    ) -> None:
        """Send it again, with the same key, until a success or a refusal; some officers wait less than others."""
        pause = 0.1
        while True:
            answer = await self._send(client, request, patience or chance.choice((1.5, 5.0, 40.0)))
            request.tries += 1
            request.statuses.append(answer.status_code if answer is not None else 0)
            if answer is not None and answer.status_code < 500:
                request.status, request.answer, request.ended = answer.status_code, answer.json(), time.monotonic()
                return
            if answer is not None:
                self._look_at(answer, str(request))
            if self._overdue(request):
                request.ended = time.monotonic()
                self.faults.append(f"no answer after {GIVE_UP_AFTER:.0f} s: {request}")
                return
            await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
            pause = min(pause * 2, 2.0)

    def _overdue(self, request: Request) -> bool:
        if self.calm_since is None:
            return False
        return time.monotonic() - max(request.began, self.calm_since) > GIVE_UP_AFTER

    async def _send(self, client: httpx.AsyncClient, request: Request, timeout: float) -> httpx.Response | None:
        headers = {**self._headers, "idempotency-key": request.key}
        try:
            return await client.post(request.path, json=request.body, headers=headers, timeout=timeout)
        except httpx.HTTPError:
            return None

    def _look_at(self, answer: httpx.Response, what: str) -> None:
        """Only 503 says "try again": anything else above 499 is a fault of ours."""
        if answer.status_code >= 500 and answer.status_code != 503:
            self.faults.append(f"{answer.status_code} {answer.text[:300]} for {what}")


_WEIGHTS = {"note": 6, "assign": 4, "supervise": 2, "refer": 0.3, "reject": 0.3, "resolve": 1, "complete": 1}
_FIELDS: dict[str, dict[str, Any]] = {
    "contact": {"how": "电话", "outcome": "已联系，约定上门"},
    "resolve": {"what_was_done": "已修好"},
    "plan": {"lead": "urban", "deliverable": "更换曳引机"},
    "complete": {"what_was_done": "已更换"},
    "extend": {},
    "hold": {},
    "escalate": {},
    "return": {},
    "suspend": {"condition": "等材料"},
    "resume": {},
    "refer": {"to_whom": "燃气公司", "reference": "2026-88"},
    "reject": {},
    "reopen": {},
    "emergency": {"playbook": "gas_leak"},
    "note": {"text": "已通知物业"},
    "assign": {"person": "网格员"},
    "supervise": {},
}


def _fields(kind: str) -> dict[str, Any]:
    """What a decision needs beside its reason; the dates are far enough to be taken again and again."""
    ahead = random.SystemRandom().randint(20, 300)
    day = (datetime.now(SHANGHAI).date() + timedelta(days=ahead)).isoformat()
    dated = {"plan": {"due_date": day}, "extend": {"new_date": day}, "suspend": {"resume_date": day}}
    return {**_FIELDS[kind], **dated.get(kind, {})}
