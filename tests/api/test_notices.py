"""The inbox over HTTP."""

from __future__ import annotations

import psycopg

from tests.support.stack import Caller, Stack

# Newer than whatever other tests have the unit told.
PUT = (
    "INSERT INTO notices (id, event, sitting, unit, kind, subject, body, made_at, channel, status) "
    "VALUES (%s, 'inbox-test:1', 'inbox-test', %s, 'agenda', '议程', '已定稿', '2090-01-01T09:00+08:00', 'inbox', "
    "'inbox')"
)


def test_a_unit_finds_its_notices_and_marks_them_as_read(
    stack: Stack, estate: Caller, other_estate: Caller, supervisor: Caller, nobody: Caller
) -> None:
    ids = [f"inbox-test:1:mudan-garden:{number}" for number in range(2)]
    with psycopg.connect(stack.settings.owner_database()) as connection:
        for notice_id in ids:
            connection.execute(PUT, (notice_id, "mudan-garden"))
    first = estate.get("/notices", limit=1).json()
    second = estate.get("/notices", limit=1, cursor=first["next_cursor"]).json()
    assert [page["items"][0]["id"] for page in (first, second)] == sorted(ids, reverse=True)
    read = estate.post(f"/notices/{ids[0]}/read")
    assert read.status_code == 200, read.text
    assert estate.post(f"/notices/{ids[0]}/read").json() == read.json()
    assert ids[0] not in [one["id"] for one in estate.get("/notices", unread=True).json()["items"]]
    assert other_estate.post(f"/notices/{ids[1]}/read").status_code == 404
    assert set(ids).isdisjoint(one["id"] for one in other_estate.get("/notices").json()["items"])
    assert set(ids) <= {one["id"] for one in supervisor.get("/notices").json()["items"]}
    assert supervisor.post(f"/notices/{ids[1]}/read").status_code == 404
    assert nobody.get("/notices").status_code == 401
