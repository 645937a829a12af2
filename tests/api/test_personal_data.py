"""Personal data planted wherever a resident can put it is found nowhere in Temporal, the log's events or the logs."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import psycopg
import pytest
from google.protobuf.json_format import MessageToJson
from temporalio.client import Client

from runtime import temporal
from tests.support.stack import Caller, Stack

NAME = "欧阳甲乙丙"
PHONE = "13912345678"
WORDS = "我母亲住三单元五零二室"
TITLE = "三单元五零二室的老人下不了楼"
ADDRESS = "牡丹花园七号楼三单元"
DISPUTE = "修完当晚又停，我姨妈被困"
PLANTED = (NAME, PHONE, WORDS, TITLE, ADDRESS, DISPUTE, "115.48")


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


def _live(estate: Caller, alliance: Caller, nobody: Caller) -> str:
    opened = estate.open(
        title=TITLE,
        description=f"{WORDS}，请打{PHONE}找{NAME}",
        reporter={"name": NAME, "phone": PHONE, "anonymous": False},
        location={"address": ADDRESS, "lat": 35.24, "lon": 115.48},
    )
    number: str = opened["number"]
    code = opened["code"]
    estate.decide(number, "contact", how="电话", outcome="已联系，等维保")
    estate.pass_time(number, days=20)
    alliance.decide(number, "resolve", what_was_done="更换门机")
    word = {"code": code, "kind": "dispute", "reason": f"{DISPUTE}，{PHONE}"}
    assert nobody.post(f"/cases/{number}/word", word).status_code == 200
    nobody.get(f"/cases/{number}/track", code=code)
    alliance.decide(number, "resolve", what_was_done="再次更换并年检")
    estate.get(f"/cases/{number}")
    estate.get("/cases", q="老人")
    return number


def _decoded(text: str) -> str:
    """A history's JSON with its base64 payloads opened."""
    opened = [text]
    for piece in text.split('"'):
        try:
            opened.append(base64.b64decode(piece, validate=True).decode("utf-8"))
        except ValueError:
            continue
    return "\n".join(opened)


async def _everything_in_temporal(stack: Stack) -> str:
    client: Client = await temporal.connect(stack.settings)
    told: list[str] = []
    async for execution in client.list_workflows():
        told.append(MessageToJson(execution.raw_info, ensure_ascii=False))
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        described = await handle.describe()
        told.append(MessageToJson(described.raw_description, ensure_ascii=False))
        told.append((await handle.fetch_history()).to_json())
    return "\n".join(_decoded(text) for text in told)


def _log(stack: Stack) -> str:
    with psycopg.connect(stack.settings.owner_database()) as connection:
        rows: list[tuple[Any, ...]] = connection.execute("SELECT data::text, actor::text FROM events").fetchall()
    return "\n".join("".join(row) for row in rows)


@pytest.mark.long
def test_planted_personal_data_appears_nowhere_it_has_no_place(
    stack: Stack, estate: Caller, alliance: Caller, nobody: Caller
) -> None:
    number = _live(estate, alliance, nobody)
    told = {
        "Temporal": asyncio.run(_everything_in_temporal(stack)),
        "the events": _log(stack),
        "the worker's log": stack.worker.log_file.read_text("utf-8"),
        "the API's log": stack.api.log_file.read_text("utf-8"),
    }
    for place, text in told.items():
        assert number in text or place == "the events", f"{place} was not looked at"
        found = [planted for planted in PLANTED if planted in text]
        assert not found, f"{found} in {place}"


@pytest.mark.long
def test_what_was_planted_is_there_for_those_it_is_meant_for(estate: Caller) -> None:
    """So that the test above looks for what really went in."""
    opened = estate.open(title=TITLE, description=WORDS, reporter={"name": NAME, "phone": PHONE, "anonymous": False})
    read = estate.case(opened["number"])
    assert (read["title"], read["description"], read["reporter"]["name"]) == (TITLE, WORDS, NAME)
