"""Sittings whose clocks can be moved, and the cases that wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from tests.support.stack import PATIENCE, Caller


def pass_to(caller: Caller, instant: str) -> None:
    """Brings the town to an instant. For stacks that a module has to itself."""
    answer = caller.post("/dev/fast-forward", {"until": instant})
    assert answer.status_code == 200, answer.text


class Meeting:
    """A sitting at the interface."""

    def __init__(self, caller: Caller, sitting_id: str) -> None:
        self.caller, self.id, self.path = caller, sitting_id, f"/sittings/{sitting_id}"

    def read(self) -> dict[str, Any]:
        return found(self.caller.get(self.path))

    def pass_to(self, date: str) -> None:
        pass_to(self.caller, self.read()[date])

    def does(self, what: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        return found(self.caller.post(f"{self.path}/{what}", body, **headers))

    def refuses(self, what: str, body: dict[str, Any], caller: Caller | None = None) -> tuple[int, str]:
        answer = (caller or self.caller).post(f"{self.path}/{what}", body)
        return answer.status_code, answer.json()["code"]

    def paper(self, name: str) -> dict[str, Any]:
        return found(self.caller.get(f"{self.path}/{name}.json"))


def found(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def escalated(caller: Caller, estate: str) -> str:
    """A case that waits for its community's next sitting."""
    number: str = caller.open(estate=estate)["number"]
    caller.decide(number, "contact", how="电话", outcome="已约定")
    caller.decide(number, "escalate", reason="需社区协调")
    return number


def sitting_of(caller: Caller, number: str) -> str:
    sitting: str = caller.case(number)["wait"]["sitting_id"]
    return sitting


def until(what: Callable[[], bool]) -> None:
    """Waits for what happens by itself."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def later(forum: str, caller: Caller, ahead: int = 2) -> Meeting:
    """A sitting whose process has not begun: not the next one, but a later one."""
    end = (caller.now() + timedelta(days=180)).date().isoformat()
    return Meeting(caller, caller.get(f"/forums/{forum}/sittings", to=end).json()["items"][ahead]["id"])
