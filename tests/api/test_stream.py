"""The stream: every event in scope, once, from wherever one left off."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

from tests.support.stack import Caller, Stack


def events(caller: Caller, after: int | None = None) -> Iterator[dict[str, Any]]:
    headers = {**caller.headers, **({"last-event-id": str(after)} if after is not None else {})}
    with caller.http.stream("GET", "/stream", headers=headers) as answer:
        assert answer.status_code == 200
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            else:
                if "data" in fields:
                    yield {"id": int(fields["id"]), "event": fields["event"], **json.loads(fields["data"])}
                fields = {}


def taken(told: Iterator[dict[str, Any]], number: str, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for event in told:
        if event["number"] == number:
            found.append(event)
        if len(found) == count:
            return found
    raise AssertionError("the stream ended")


def test_the_stream_goes_on_from_where_one_left_off(estate: Caller, stack: Stack) -> None:
    before = stack.logged("")[1]
    number = estate.open()["number"]
    for step in range(3):
        estate.decide(number, "note", text=f"第{step}步")
    told = taken(events(estate, before), number, 4)
    assert [event["version"] for event in told] == [1, 2, 3, 4]
    assert (told[0]["event"], told[0]["label"], told[0]["stage"]) == ("case_opened", "已登记", "contact")
    rest = taken(events(estate, told[1]["id"]), number, 2)
    assert rest == told[2:]


def test_who_has_heard_nothing_yet_knows_where_to_go_on(estate: Caller, stack: Stack) -> None:
    before = stack.logged("")[1]
    with estate.http.stream("GET", "/stream", headers=estate.headers) as answer:
        lines = answer.iter_lines()
        first = dict(line.split(": ", 1) for line in iter(lambda: next(lines), ""))
    assert first.keys() == {"retry", "id"}
    assert before <= int(first["id"]) <= stack.logged("")[1]
    number = estate.open()["number"]  # nobody listens
    assert [event["version"] for event in taken(events(estate, int(first["id"])), number, 1)] == [1]


def test_what_happens_while_one_listens_is_told(estate: Caller, stack: Stack) -> None:
    number = estate.open()["number"]
    listening, heard = threading.Event(), list[dict[str, Any]]()

    def listen() -> None:
        with stack.calling("estate-mudan-garden") as listener:
            told = events(listener, stack.logged(number)[1])
            listening.set()
            heard.extend(taken(told, number, 2))

    thread = threading.Thread(target=listen)
    thread.start()
    assert listening.wait(20)
    estate.decide(number, "note", text="甲")
    estate.decide(number, "note", text="乙")
    thread.join(20)
    assert [event["version"] for event in heard] == [2, 3]


def test_the_stream_tells_only_what_is_in_scope(estate: Caller, other_estate: Caller, stack: Stack) -> None:
    before = stack.logged("")[1]
    theirs = estate.open()["number"]
    mine = other_estate.open(estate="gulou-yuan")["number"]
    seen = next(events(other_estate, before))
    assert (seen["number"], theirs == mine) == (mine, False)


def test_a_bad_last_event_id_is_refused(estate: Caller, nobody: Caller) -> None:
    for given in ("-1", "x", "1e3", "9" * 30):
        assert estate.get("/stream", {"last-event-id": given}).status_code == 400
    assert nobody.get("/stream").status_code == 401
