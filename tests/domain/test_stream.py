"""The events of every kind as the log has them: what is written stays as it is, and what is older is read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from domain import case, joint_response, sitting
from domain.permission import SYSTEM
from domain.stream import Schema

KINDS: dict[str, Schema[Any]] = {"case": case.SCHEMA, "sitting": sitting.SCHEMA, "response": joint_response.SCHEMA}
TYPES = {"case": case.EventType, "sitting": sitting.SittingEventType, "response": joint_response.ResponseEventType}

KEPT: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(
    Path(__file__).with_name("events_in_the_log.json").read_text(encoding="utf-8")
)
"""By kind and type, rows of a log with the instant beside the data."""

ROWS = [(kind, type_, row) for kind, types in KEPT.items() for type_, rows in types.items() for row in rows]


def read(schema: Schema[Any], type_: str, row: dict[str, Any], version: int = 1) -> Any:
    instant = datetime.fromisoformat(row["at"])
    return schema.from_data(type_, version, row["data"], SYSTEM.model_dump(), instant)


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_kept_row_of_every_type(kind: str) -> None:
    assert set(KEPT[kind]) == set(get_args(TYPES[kind]))


@pytest.mark.parametrize(("kind", "type_", "row"), ROWS)
def test_a_row_that_is_read_is_written_as_it_was(kind: str, type_: str, row: dict[str, Any]) -> None:
    schema = KINDS[kind]
    event = read(schema, type_, row)
    assert (event.type, event.at, event.actor) == (type_, datetime.fromisoformat(row["at"]), SYSTEM)
    assert schema.to_data(event) == row["data"]


@pytest.mark.parametrize(("kind", "type_", "row"), ROWS)
def test_a_process_is_told_what_the_log_has_and_no_more(kind: str, type_: str, row: dict[str, Any]) -> None:
    """A fact's message: every field of the envelope, and of the detail what the log has."""
    fact = read(KINDS[kind], type_, row).fact
    message = json.loads(fact.model_dump_json())
    assert (message["type"], message["at"]) == (type_, row["at"])
    assert message["detail"] == row["data"].get("detail", {})
    assert set(message) == {"type", "at", "detail"} | ({"place", "words"} if kind == "case" else set())
    assert type(fact).model_validate(message) == fact


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_an_older_schema_and_none_that_it_does_not_know(kind: str) -> None:
    schema = KINDS[kind]
    type_, row = next((type_, row) for of, type_, row in ROWS if of == kind and "detail" in row["data"])
    data = dict(row["data"])
    old = {"at": row["at"], "data": {"facts": data.pop("detail"), **data}}

    def newer(_type: str, body: dict[str, Any]) -> dict[str, Any]:
        return {"detail" if key == "facts" else key: value for key, value in body.items()}

    assert read(replace(schema, upcasters={0: newer}), type_, old, version=0) == read(schema, type_, row)
    for unknown in (schema.version + 1, -1):
        with pytest.raises(LookupError):
            read(schema, type_, row, version=unknown)
